"""Places in a text: byte spans while scanning, lines and columns once something is reported."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple


class Span(NamedTuple):
    """Half-open byte range ``[start, end)`` in a text's ``data``."""

    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """True when the two share at least one byte."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """True when ``other`` lies inside, ends included."""
        return self.start <= other.start and other.end <= self.end


class Position(NamedTuple):
    """Where a finding is shown: lines and columns count from 1, columns in characters, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class SpanSet:
    """Spans of one text, in order, however they lie in each other. Asking costs no look at all of them."""

    __slots__ = ("_farthest", "_starts", "spans")

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans = sorted(spans)
        self._starts = [span.start for span in self.spans]
        self._farthest = list(accumulate((span.end for span in self.spans), max))

    def contains(self, span: Span) -> bool:
        """True when ``span`` lies inside one of the spans."""
        at = bisect_right(self._starts, span.start)
        return at > 0 and self._farthest[at - 1] >= span.end

    def touching(self, span: Span) -> range:
        """Places in ``spans`` among which all are that share a byte with ``span``."""
        end = bisect_left(self._starts, span.end)
        at = end
        while at > 0 and self._farthest[at - 1] > span.start:
            at -= 1
        return range(at, end)


class LineIndex:
    """Which line a byte is on. Made once a text, and only for texts that have findings.

    Places are asked for in their order, mostly: from one to the next the line breaks between are counted. Where
    that would be dearer than to know where all lines begin, these are noted.
    """

    __slots__ = ("_data", "_known", "_left", "_starts")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts: list[int] = []
        # A byte and its line, and how many bytes may be looked through before lines are noted.
        self._known = (0, 1)
        self._left = 2 * len(data)

    def line(self, offset: int) -> int:
        """The 1-based line that holds byte ``offset``."""
        if not self._starts and self._left < 0:
            self._note()
        if self._starts:
            return bisect_right(self._starts, offset)
        at, line = self._known
        line += self._data.count(b"\n", at, offset) if offset >= at else -self._data.count(b"\n", offset, at)
        self._left -= abs(offset - at) + 64
        self._known = (offset, line)
        return line

    def bounds(self, line: int) -> Span:
        """The bytes of 1-based ``line`` without its line break (``\\n`` or ``\\r\\n``)."""
        self._note()
        start = self._starts[line - 1]
        return self._to(start, self._starts[line] - 1 if line < len(self._starts) else len(self._data))

    def line_around(self, offset: int) -> Span:
        """The bytes of the line that holds byte ``offset``, without its line break."""
        end = self._data.find(b"\n", offset)
        return self._to(self._start(offset), end if end >= 0 else len(self._data))

    def _to(self, start: int, end: int) -> Span:
        if end > start and self._data[end - 1 : end] == b"\r":
            end -= 1
        return Span(start, end)

    def _start(self, offset: int) -> int:
        return self._data.rfind(b"\n", 0, offset) + 1

    def _note(self) -> None:
        if not self._starts:
            lengths = (len(line) + 1 for line in self._data.split(b"\n"))
            self._starts = [0, *accumulate(lengths)]
            self._starts.pop()

    def __len__(self) -> int:
        self._note()
        return len(self._starts)

    def position(self, span: Span) -> Position:
        """Lines and columns of ``span``; bytes that are no UTF-8 count as one character each."""
        last = max(span.start, span.end - 1)
        line, end_line = self.line(span.start), self.line(last)
        return Position(line, self._column(span.start, span.start), end_line, self._column(last, span.end))

    def _column(self, at: int, offset: int) -> int:
        return len(self._data[self._start(at) : offset].decode("utf-8", "replace")) + 1
