"""Where a text's lines end, found once: for what asks about the lines around places by the thousand."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from scanner.engine import windows
from scanner.engine.windows import LONGEST_LINE
from scanner.model.span import Span

# Bytes of a text for each question about its lines; with fewer questions, finding each answer in the text is cheaper.
_WORTH = 4096
_FEW = 16


class Lines:
    """The line breaks of one text."""

    __slots__ = ("_breaks", "_size")

    def __init__(self, data: bytes) -> None:
        self._size = len(data)
        self._breaks = [end - 1 for end in accumulate(len(line) + 1 for line in data.split(b"\n"))][:-1]

    def windows(self, ends: Iterable[int], *, near: int, reach: int, before: int = 0, after: int = 0) -> list[Span]:
        """``windows.window`` of each of ``ends``, joined where they touch, in order; quickest when they ascend."""
        breaks, size, most, many = self._breaks, self._size, LONGEST_LINE * (near + 1), len(self._breaks)
        found: list[Span] = []
        first, last, ordered = 0, -1, True
        for end in ends:
            # A text may hold one of them in every line.
            at = end - 1 if end else 0
            place = bisect_left(breaks, at)
            above, below = place - near - 1, place + near
            start = breaks[above] + 1 if above >= 0 else 0
            stop = breaks[below] if below < many else size
            if at - start > most:
                start = at - most
            if stop - at > most:
                stop = at + most
            if stop < end:
                stop = end
            narrow = after and stop - start >= LONGEST_LINE
            if reach:
                start, stop = max(0, start - reach), min(size, stop + reach)
            if narrow:
                start, stop = max(start, end - before - windows.MARGIN), min(stop, end + after + windows.MARGIN)
            if first <= start <= last:
                if stop > last:
                    last = stop
                continue
            if last >= 0:
                found.append(Span(first, last))
                ordered = ordered and start > last
            first, last = start, stop
        if last >= 0:
            found.append(Span(first, last))
        return found if ordered else windows.merged(found)

    def around(self, span: Span, near: int) -> Span:
        """The same as ``windows.lines_around``."""
        start, end = span
        end = max(end, start + 1)
        breaks, size, most = self._breaks, self._size, LONGEST_LINE * (near + 1)
        first = last = bisect_left(breaks, start)
        if first < len(breaks) and breaks[first] < end - 1:
            last = bisect_left(breaks, end - 1, first)
        above, below = first - near - 1, last + near
        head = breaks[above] + 1 if above >= 0 else 0
        tail = breaks[below] if below < len(breaks) else size
        return Span(max(head, start - most), min(size, max(min(tail, end - 1 + most), end)))


class Around:
    """The lines around places of one text, found in it or, once there were many questions, looked up."""

    __slots__ = ("_asked", "_data", "_lines")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._asked = 0
        self._lines: Lines | None = None

    def __call__(self, span: Span, near: int) -> Span:
        """The same as ``windows.lines_around``."""
        if self._lines is None:
            self._asked += 1
            if not is_worth(self._asked, self._data):
                return windows.lines_around(self._data, span, near)
            self._lines = lines_of(self._data)
        return self._lines.around(span, near)


def is_worth(questions: int, data: bytes) -> bool:
    """True when so many questions about lines of ``data`` are answered faster by finding all its lines first."""
    return questions > _FEW and questions * _WORTH > len(data)


_last: tuple[bytes, Lines] | None = None


def lines_of(data: bytes) -> Lines:
    """The lines of ``data``; those of the last text are kept, for the rules that come to it after one another."""
    global _last
    if _last is None or _last[0] is not data:
        _last = data, Lines(data)
    return _last[1]
