"""Manifests in the middle of other text: heredocs, fences, comments, strings of a program, diffs.

An island begins where a line says ``kind:`` or ``apiVersion:`` and reaches as far, up and down, as the lines around
it belong to the same block: they begin with the same prefix (indentation, comment sign, quote sign), and those that
stand no deeper look like YAML. JSON islands are the braces around a ``"kind": "..."``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from scanner.manifest.layer import Layer, of_lines, unescaped
from scanner.model.span import LineIndex, Span

# Lines that are looked at above the marks of one text, in all: they may be the same ones for each of its islands.
MAX_LINES_UP = 500_000

# Expressions begin with a literal, which is searched for at memory speed; what stands before it is looked at then.
_MARKS = (re.compile(rb"kind[ \t]*:[ \t]+[\"']?[\w.$/{-]"), re.compile(rb"apiVersion[ \t]*:[ \t]+[\"']?[\w.$/{-]"))
_PREFIX = re.compile(rb"([ \t]*(?:(?:#+|//+|;+|\*|[+-]|>|\|)[ \t]*)?)(?:-[ \t]+)?")
_MAX_PREFIX = 200
_JSON_MARK = re.compile(rb"""kind(\\{0,2}["'])?\s{0,20}:\s{0,20}\\{0,2}["']?[A-Z]\w+""")
# What may stand at the block's own depth: a key, an entry, a comment, a separator, a template action, a bracket.
_BELONGS = re.compile(
    rb"""(?:["']?[\w.$/{<-][^:\n]{0,200}["']?[ \t]*:(?:[ \t\r]|$)|-(?:[ \t\r]|$)|\#|---|\{\{|[\]}])"""
)
# The end of a string of a program, of a fence.
_STRING_END = re.compile(rb"`|\"\"\"|'''")
_BRACE = re.compile(rb"[{}]")


class Islands(NamedTuple):
    """The islands of a text; where it is ``cut``, they may begin higher up than was looked."""

    layers: tuple[Layer, ...]
    cut: bool


@lru_cache(maxsize=4)
def islands(data: bytes) -> Islands:
    """The islands of ``data`` in order; their text is without the prefix, so it reads as a file of its own.

    Remembers the last few texts: whether one holds anything of interest is asked before it is read.
    """
    block = _Block(data)
    return Islands((*_islands(data, block), *_braces(data)), block.left < 0)


def may_hold_islands(data: bytes) -> bool:
    """False when there are no islands in ``data``."""
    return next(_marks(data), None) is not None or _JSON_MARK.search(data) is not None


def _islands(data: bytes, block: _Block) -> Iterator[Layer]:
    reached = 0
    for at, prefix in sorted(_marks(data)):
        if at < reached:
            continue
        lines = block.around(at, prefix)
        reached = lines[-1].end
        yield of_lines(data, lines)


def _marks(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Starts of the lines that begin a manifest's first key, and what stands before the key."""
    for expression in _MARKS:
        for found in expression.finditer(data):
            start = data.rfind(b"\n", max(0, found.start() - _MAX_PREFIX), found.start()) + 1
            before = _PREFIX.fullmatch(data, start, found.start()) if start or found.start() < _MAX_PREFIX else None
            if before is not None:
                yield start, before.group(1)


class _Block:
    """Finds the blocks of one text. ``left`` counts the lines that may still be looked at above marks."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._index: LineIndex | None = None
        self.left = MAX_LINES_UP

    def around(self, at: int, prefix: bytes) -> list[Span]:
        """The lines of the block around the line that starts ``at``, without their prefix."""
        data = self._data
        index = self._index = self._index or LineIndex(data)
        line = index.line(at)
        spans = self._above(index, line, prefix)
        last = line - 1
        while last < len(index):
            bounds = index.bounds(last + 1)
            if last >= line and not _inside(data, bounds, prefix):
                break
            last += 1
            ends = _STRING_END.search(data, *bounds)
            end = ends.start() if ends else bounds.end
            spans.append(Span(min(end, bounds.start + len(prefix)), end))
            if ends:
                break
        return spans

    def _above(self, index: LineIndex, line: int, prefix: bytes) -> list[Span]:
        """The lines of the block before ``line``. Deeper ones only below one at the block's own depth."""
        data = self._data
        spans: list[Span] = []
        kept = 0
        for number in range(line - 1, 0, -1):
            self.left -= 1
            if self.left < 0:
                break
            bounds = index.bounds(number)
            marks = list(_STRING_END.finditer(data, *bounds))
            if marks:
                # The string of a program may begin with its first key.
                if _BELONGS.match(data, marks[-1].end(), bounds.end):
                    spans.append(Span(marks[-1].end(), bounds.end))
                    kept = len(spans)
                break
            if not _inside(data, bounds, prefix):
                break
            spans.append(Span(min(bounds.end, bounds.start + len(prefix)), bounds.end))
            if _BELONGS.match(data, bounds.start + len(prefix), bounds.end):
                kept = len(spans)
        return spans[:kept][::-1]


def _inside(data: bytes, bounds: Span, prefix: bytes) -> bool:
    line = data[bounds.start : bounds.end]
    if not line.strip() or line.strip() == prefix.strip():
        return True
    if not line.startswith(prefix):
        return False
    rest = line[len(prefix) :]
    return rest[:1] in (b" ", b"\t") or _BELONGS.match(rest) is not None


def _braces(data: bytes) -> Iterator[Layer]:
    """JSON and flow mappings that say what they are, escaped ones (strings of a program) too."""
    marks = list(_JSON_MARK.finditer(data))
    # Bare keys are flow YAML on one line, or a program's.
    bare = [mark.start() for mark in marks if mark.group(1) is None]
    quoted = [mark.start() for mark in marks if mark.group(1) is not None]
    around = dict(zip((*bare, *quoted), (*_enclosing_in_lines(data, bare), *_enclosing(data, quoted)), strict=True))
    reached = 0
    for mark in marks:
        pair = around[mark.start()]
        if pair is None or mark.start() < reached or pair.end < mark.end():
            continue
        raw = data[pair.start : pair.end]
        # Pieces that a program joins are no text.
        if b"`" in raw:
            continue
        reached = pair.end
        escaped = (mark.group(1) or b"").startswith(b"\\")
        yield unescaped(raw, pair.start) if escaped else Layer(raw, (0,), (pair.start,))


def _enclosing_in_lines(data: bytes, places: Sequence[int]) -> Iterator[Span | None]:
    """The braces around each of ``places``, which ascend; None where they are not both on its line."""
    at = 0
    while at < len(places):
        start = data.rfind(b"\n", 0, places[at]) + 1
        end = data.find(b"\n", places[at])
        end = end if end >= 0 else len(data)
        last = bisect_left(places, end, at)
        for pair in _enclosing(data[start:end], [place - start for place in places[at:last]]):
            yield pair and Span(start + pair.start, start + pair.end)
        at = last


def _enclosing(data: bytes, places: Sequence[int]) -> list[Span | None]:
    """The braces around each of ``places``, which ascend; None where there are none.

    All are found in one pass: looking from each place anew takes seconds where one file holds hundreds of objects.
    """
    if not places:
        return []
    opened: list[int] = []
    around: list[int] = []
    closed: dict[int, int] = {}
    for found in _BRACE.finditer(data):
        while len(around) < len(places) and places[len(around)] <= found.start():
            around.append(opened[-1] if opened else -1)
        if found.group() == b"{":
            opened.append(found.start())
        elif opened:
            closed[opened.pop()] = found.end()
    around += [-1] * (len(places) - len(around))
    return [Span(start, closed[start]) if start in closed else None for start in around]
