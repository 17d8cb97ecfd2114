"""Whether a word stands near: asked for every match, answered by reading each part of a text once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.engine.windows import LONGEST_LINE
from scanner.model.span import Span

if TYPE_CHECKING:
    from regex import Match as Found
    from regex import Pattern

# Bytes that are read beyond what was asked for, because the next question is a little further on.
_AHEAD = 65536
# For so many questions none is read ahead: there may be no more.
_FEW = 16


class Sought:
    """The first place of a pattern at or after some offset, remembered from one question to the next.

    In a line of megabytes the lines around a match are kilobytes either side, and hundreds of matches share them.
    One pattern and one text for each object.
    """

    __slots__ = ("_asked", "_found", "_from", "_read")

    def __init__(self) -> None:
        self._asked = 0
        # Nothing begins between ``_from`` and ``_read``, unless ``_found`` says where the first one is.
        self._from = self._read = 0
        self._found: Span | None = None

    def beside(self, data: bytes, span: Span, *, near: int) -> bool | None:
        """What ``within`` says of the lines around ``span``, ``near`` either side, where that is known without them.

        Most matches of a crowd stand far from any word, or on one line with it; and to find their lines takes longer
        than all else. What is sought holds no line break.
        """
        known, furthest = self._found, LONGEST_LINE * (near + 1)
        if span.start - furthest >= self._from and (known.start if known else self._read) >= span.end + furthest:
            return False
        if known is None:
            return None
        # A line break that ends the span belongs to the line before it.
        first, last = (known.end, span.start) if known.start < span.start else (span.end - 1, known.start)
        if last - first < LONGEST_LINE - (known.end - known.start) and data.count(b"\n", first, last) <= near:
            return True
        return None

    def within(self, pattern: Pattern[bytes], data: bytes, around: Span, *, longest: int) -> bool:
        """True when ``pattern``, which takes at most ``longest`` bytes, matches inside ``around``."""
        known = self._found
        if around.start < self._from or self._read <= around.start or (known and known.start < around.start):
            self._from = self._read = around.start
            known = self._found = None
        if known is None and self._read < around.end:
            self._asked += 1
            read = around.end if self._asked <= _FEW else around.end + _AHEAD
            found = pattern.search(data, max(around.start, self._read - longest), read)
            known = self._found = Span(*found.span()) if found else None
            self._read = read
        if known is None or known.start >= around.end:
            return False
        return known.end <= around.end or pattern.search(data, known.start, around.end) is not None


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
            known = self._found = pattern.search(data, self._from, self._read, timeout=timeout)
        return known if known and known.start() < around.end else None
