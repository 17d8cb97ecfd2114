"""Where the exact expression looks: a few lines around each hit, never the whole text again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from scanner.model.span import Span

# A "line" of a minified file can be megabytes long; this much of it, either side of a hit, is enough.
LONGEST_LINE = 4096
# What is searched in one go where lines with hits follow one another; more would share one timeout.
_STRETCH = 65536
_LINE_BREAK = 10
_ESCAPED = re.compile(r"\\.")
_CLASS = re.compile(r"\[\^?\]?[^\]]*\]")
_MULTILINE = re.compile(r"\s*\(\?[a-z]*m")
# Beside what an expression may match and look at: for edges that its own parse does not count.
MARGIN = 64


def window(data: bytes, end: int, *, near: int, reach: int, before: int = 0, after: int = 0) -> Span:
    """The lines around the hit that ended before byte ``end``: ``near`` lines either side, ``reach`` bytes more.

    Where they are long, no more than ``before`` bytes before its end, and ``after`` bytes after that, if it is known.
    """
    at = max(0, end - 1)
    floor, ceiling = max(0, at - LONGEST_LINE * (near + 1)), min(len(data), at + LONGEST_LINE * (near + 1))
    if not near:
        start, stop = data.rfind(b"\n", floor, at), data.find(b"\n", at, ceiling)
        start, stop = (floor if start < 0 else start + 1), (ceiling if stop < 0 else stop)
    else:
        start = at
        for _ in range(near + 1):
            start = data.rfind(b"\n", floor, start)
            if start < 0:
                start = floor - 1
                break
        stop = at - 1 if data[at : at + 1] == b"\n" else at
        for _ in range(near + 1):
            stop = data.find(b"\n", stop + 1, ceiling)
            if stop < 0:
                stop = ceiling
                break
        start += 1
    # Short lines stay whole: what one of their hits leads to, all of them do, and that is remembered of a line.
    narrow = after and stop - start >= LONGEST_LINE
    start, stop = max(0, start - reach), min(len(data), max(stop, end) + reach)
    if narrow:
        start, stop = max(start, end - before - MARGIN), min(stop, end + after + MARGIN)
    return Span(start, stop)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Overlapping and touching spans joined, in order."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            if span.end > joined[-1].end:
                joined[-1] = Span(joined[-1].start, span.end)
            continue
        joined.append(span)
    return joined


def in_stretches(data: bytes, spans: Sequence[Span]) -> list[Span]:
    """Windows of lines that follow one another joined: a search costs microseconds to begin, whatever its length.

    ``spans`` are in order and apart from each other. A text with a hit in every line would otherwise begin one a line.
    """
    joined: list[Span] = []
    first, last = -1, -1
    # A text may hold one in every line.
    for start, end in spans:
        if start == last + 1 and end - first <= _STRETCH and first >= 0 and data[last] == _LINE_BREAK:
            last = end
            continue
        if first >= 0:
            joined.append(Span(first, last))
        first, last = start, end
    if first >= 0:
        joined.append(Span(first, last))
    return joined


@cache
def ends_at_window(pattern: str) -> bool:
    """True when ``pattern`` may mean the end of its window by ``$``: its lines must then be searched one by one."""
    plain = _CLASS.sub("", _ESCAPED.sub("", pattern))
    return r"\Z" in pattern or ("$" in plain and not _MULTILINE.match(pattern))


def lines_around(data: bytes, span: Span, near: int) -> Span:
    """``span`` widened to whole lines and ``near`` lines either side, long lines cut."""
    head = window(data, span.start + 1, near=near, reach=0)
    tail = window(data, max(span.end, span.start + 1), near=near, reach=0)
    return Span(head.start, tail.end)
