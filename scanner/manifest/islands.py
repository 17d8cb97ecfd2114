"""Manifests in the middle of other text: heredocs, fences, comments, strings of a program, diffs.

An island begins where a line says ``kind:`` or ``apiVersion:`` and reaches as far, up and down, as the lines around
it belong to the same block: they begin with the same prefix (indentation, comment sign, quote sign), and those that
stand no deeper look like YAML. JSON islands are the braces around a ``"kind": "..."``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.manifest.layer import Layer, of_lines, of_scalar
from scanner.model.span import LineIndex, Span

# A text with more is no documentation; the rest of it is left to the rules that read text.
MAX_ISLANDS = 500
MAX_BEFORE = 128 * 1024
MAX_BRACES = 1024 * 1024
MAX_LINES_UP, MAX_LINES_DOWN = 1_000, 20_000

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


def islands(data: bytes) -> Iterator[Layer]:
    """The islands of ``data`` in order; their text is without the prefix, so it reads as a file of its own."""
    index: LineIndex | None = None
    reached = count = 0
    for at, prefix in sorted(_marks(data)):
        if at < reached:
            continue
        index = index or LineIndex(data)
        lines = _block(data, index, at, prefix)
        reached = lines[-1].end
        count += 1
        if count > MAX_ISLANDS:
            return
        yield of_lines(data, lines)
    yield from _braces(data)


def _marks(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Starts of the lines that begin a manifest's first key, and what stands before the key."""
    for expression in _MARKS:
        for found in expression.finditer(data):
            start = data.rfind(b"\n", max(0, found.start() - _MAX_PREFIX), found.start()) + 1
            before = _PREFIX.fullmatch(data, start, found.start()) if start or found.start() < _MAX_PREFIX else None
            if before is not None:
                yield start, before.group(1)


def _block(data: bytes, index: LineIndex, at: int, prefix: bytes) -> list[Span]:
    """The lines of the block around the line that starts ``at``, without their prefix."""
    line = index.line(at)
    spans = _above(data, index, line, prefix)
    last = line - 1
    while last < min(len(index), line + MAX_LINES_DOWN):
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


def _above(data: bytes, index: LineIndex, line: int, prefix: bytes) -> list[Span]:
    """The lines of the block before ``line``. Deeper ones only below one at the block's own depth."""
    spans: list[Span] = []
    kept = 0
    for number in range(line - 1, max(0, line - MAX_LINES_UP), -1):
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
    reached = 0
    for count, mark in enumerate(_JSON_MARK.finditer(data)):
        if count > MAX_ISLANDS:
            return
        if mark.start() < reached:
            continue
        start = _opening(data, mark.start())
        if start < 0:
            continue
        end = _closing(data, start)
        # Bare keys are flow YAML on one line, or a program's; pieces that a program joins are no text.
        raw = data[start:end]
        if end < mark.end() or b"`" in raw or (mark.group(1) is None and b"\n" in raw):
            continue
        reached = end
        escaped = (mark.group(1) or b"").startswith(b"\\")
        yield of_scalar(raw, start, style='"' if escaped else "", value=raw)


def _opening(data: bytes, before: int) -> int:
    """The brace that is open at ``before``; -1 when there is none near."""
    first = max(0, before - MAX_BEFORE)
    depth = 0
    for found in reversed(list(_BRACE.finditer(data, first, before))):
        if found.group() == b"}":
            depth += 1
        elif depth == 0:
            return found.start()
        else:
            depth -= 1
    return -1


def _closing(data: bytes, start: int) -> int:
    """Just behind the brace that closes the one at ``start``; -1 when there is none near."""
    depth = 0
    for found in _BRACE.finditer(data, start, min(len(data), start + MAX_BRACES)):
        depth += 1 if found.group() == b"{" else -1
        if depth == 0:
            return found.end()
    return -1
