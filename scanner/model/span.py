"""Places in a text: byte spans while scanning, lines and columns once something is reported."""

from __future__ import annotations

from bisect import bisect_right
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


class LineIndex:
    """Byte offsets of line starts of one text, made once and only for texts that have findings."""

    __slots__ = ("_data", "_starts")

    def __init__(self, data: bytes) -> None:
        self._data = data
        starts = [0]
        at = data.find(b"\n")
        while at >= 0:
            starts.append(at + 1)
            at = data.find(b"\n", at + 1)
        self._starts = starts

    def line(self, offset: int) -> int:
        """The 1-based line that holds byte ``offset``."""
        return bisect_right(self._starts, offset)

    def bounds(self, line: int) -> Span:
        """The bytes of 1-based ``line`` without its line break (``\\n`` or ``\\r\\n``)."""
        start = self._starts[line - 1]
        end = self._starts[line] - 1 if line < len(self._starts) else len(self._data)
        if end > start and self._data[end - 1 : end] == b"\r":
            end -= 1
        return Span(start, end)

    def __len__(self) -> int:
        return len(self._starts)

    def position(self, span: Span) -> Position:
        """Lines and columns of ``span``; bytes that are no UTF-8 count as one character each."""
        line, end_line = self.line(span.start), self.line(max(span.start, span.end - 1))
        return Position(line, self._column(line, span.start), end_line, self._column(end_line, span.end))

    def _column(self, line: int, offset: int) -> int:
        return len(self._data[self._starts[line - 1] : offset].decode("utf-8", "replace")) + 1
