"""Whether a word stands near: asked for every match, answered by reading each part of a text once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from scanner.engine import limited
from scanner.engine.windows import LONGEST_LINE
from scanner.model.span import Span

if TYPE_CHECKING:
    from regex import Match as Found
    from regex import Pattern

# Bytes that are read beyond what was asked for, because the next question is a little further on.
_AHEAD = 65536
# For so many questions none is read ahead: there may be no more.
FEW = 16


class Words:
    """Words that are looked for in any case. As one expression that takes ten times as long as one after another."""

    __slots__ = ("_words", "longest")

    def __init__(self, words: Iterable[str]) -> None:
        # The shortest first: of those that begin in one place it is the one most likely to be near enough.
        self._words = sorted((word.encode().lower() for word in words), key=len)
        self.longest = max(map(len, self._words), default=0)

    def search(self, data: bytes, start: int, end: int) -> Span | None:
        """The first of them within ``data[start:end]``."""
        piece = data[start:end].lower()
        first, size = len(piece), 0
        for word in self._words:
            at = piece.find(word, 0, first + len(word) - 1)
            if at >= 0:
                first, size = at, len(word)
        return Span(start + first, start + first + size) if size else None


class Sought:
    """The first place of one of ``words`` at or after some offset, remembered from one question to the next.

    In a line of megabytes the lines around a match are kilobytes either side, and hundreds of matches share them.
    One text for each object.
    """

    __slots__ = ("_asked", "_found", "_from", "_last", "_read", "_words")

    def __init__(self, words: Words) -> None:
        self._words = words
        self._asked = 0
        # The last one that was near enough, and the furthest on of those: it may be so for the next questions too.
        self._last: Span | None = None
        # Nothing begins between ``_from`` and ``_read``, unless ``_found`` says where the first one is.
        self._from = self._read = 0
        self._found: Span | None = None

    def beside(self, data: bytes, span: Span, *, near: int) -> bool | None:
        """What ``within`` says of the lines around ``span``, ``near`` either side, where that is known without them.

        Most matches of a crowd stand far from any word, or on one line with it; and to find their lines takes longer
        than all else. What is sought holds no line break.
        """
        last = self._last
        if last is not None and _is_beside(data, last, span, near):
            return True
        known, furthest = self._found, LONGEST_LINE * (near + 1)
        if span.start - furthest >= self._from and (known.start if known else self._read) >= span.end + furthest:
            return False
        return True if known is not None and _is_beside(data, known, span, near) else None

    def within(self, data: bytes, around: Span, *, at: int) -> bool:
        """True when one of the words is inside ``around``.

        Where it did so for the question before, it is looked for from ``at`` in it first, where the next one will be.
        """
        if self._last is not None:
            ahead = self._words.search(data, at, around.end)
            if ahead:
                self._last = ahead
                return True
        found = self._first_within(data, around)
        self._last = found
        return found is not None

    def _first_within(self, data: bytes, around: Span) -> Span | None:
        known = self._found
        if around.start < self._from or self._read <= around.start or (known and known.start < around.start):
            self._from = self._read = around.start
            known = self._found = None
        if known is None and self._read < around.end:
            self._asked += 1
            read = around.end if self._asked <= FEW else around.end + _AHEAD
            known = self._found = self._words.search(data, max(around.start, self._read - self._words.longest), read)
            self._read = read
        if known is None or known.start >= around.end:
            return None
        if known.end <= around.end:
            return known
        return self._words.search(data, known.start, around.end)


def _is_beside(data: bytes, known: Span, span: Span, near: int) -> bool:
    """True when ``known``, which holds no line break, is sure to be in the lines around ``span``."""
    start, end = known
    # A line break that ends the span belongs to the line before it.
    first, last = (end, span.start) if start < span.start else (span.end - 1, start)
    return last - first < LONGEST_LINE - (end - start) and data.count(b"\n", first, last) <= near


class First:
    """The first match of a pattern at or after some offset, with what it captured; for questions that move on.

    One pattern and one text for each object.
    """

    __slots__ = ("_found", "_from", "_read", "asked")

    def __init__(self) -> None:
        self.asked = 0
        # What is known: nothing begins between ``_from`` and ``_found``, or ``_read`` where that is None.
        self._from = self._read = 0
        self._found: Found[bytes] | None = None

    def within(self, pattern: Pattern[bytes], data: bytes, around: Span, *, timeout: float) -> Found[bytes] | None:
        """The first match that begins inside ``around``, if any; it may end outside. Raises TimeoutError."""
        known = self._found
        reaches = around.start <= known.start() if known else around.end <= self._read
        if not reaches or around.start < self._from:
            self._from, self._read = around.start, around.end + _AHEAD
            known = self._found = limited.search(pattern, data, self._from, self._read, seconds=timeout)
        return known if known and known.start() < around.end else None
