"""The lines around what is new in a version.

Compiled like ``delta``, and with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from scanner.history.vecs import append, i64, vec
from scanner.history.vectors import vector

# Where a line does not end within this many bytes, the line is cut there (minified files).
LONGEST_LINE: Final = 4096
# Ranges with fewer bytes between them are taken as one: looking for line ends twice costs more.
CLOSE: Final = 256


def line_spans(data: bytes, ranges: Iterable[int], lines: int, reach: int) -> list[int]:
    """Whole lines that touch ``ranges`` (as ``rebuild`` gives them), ``lines`` more and ``reach`` bytes either side.

    Ranges that come to touch are joined. Very long lines are cut at LONGEST_LINE bytes a line.
    """
    return list(spans_around(data, vector(ranges), lines, reach))


def spans_around(data: bytes, ranges: vec[i64], lines: int, reach: int) -> vec[i64]:
    """The same, for the loops that are compiled."""
    spans = vec[i64]()
    size: i64 = len(data)
    furthest: i64 = (lines + 1) * LONGEST_LINE
    at: i64 = 0
    count: i64 = len(ranges)
    start: i64
    stop: i64
    floor: i64
    ceiling: i64
    step: i64
    last: i64 = -1
    while at < count:
        start = ranges[at] - reach
        stop = ranges[at + 1] + reach
        at += 2
        while at < count and ranges[at] <= stop + CLOSE:
            stop = ranges[at + 1] + reach
            at += 2
        if start < 0:
            start = 0
        if stop > size:
            stop = size
        floor = start - furthest
        if floor < 0:
            floor = 0
        ceiling = stop + furthest
        if ceiling > size:
            ceiling = size
        step = 0
        while step <= lines and start > floor:
            start = _break_before(data, floor, start)
            if start < 0:
                start = floor
                break
            step += 1
        else:
            if step > 0 and start < size and data[start] == 10:
                start += 1
        step = 0
        while step <= lines and stop < ceiling:
            stop = _break_after(data, stop, ceiling) + 1
            if stop <= 0:
                stop = ceiling
                break
            step += 1
        if len(spans) and start <= last:
            spans[len(spans) - 1] = stop
        else:
            spans = append(append(spans, start), stop)
        last = stop
    return spans


# A line break is looked for so many bytes away before Python is asked to search, which takes as long to begin.
# Interpreted, where functions have their code, it is asked at once.
_NEARBY: Final = 0 if hasattr(spans_around, "__code__") else 256


def _break_before(data: bytes, floor: i64, end: i64) -> i64:
    """Where the last line break in ``data[floor:end]`` is; -1 without one."""
    nearby: i64 = end - _NEARBY
    if nearby < floor:
        nearby = floor
    at: i64 = end - 1
    while at >= nearby:
        if data[at] == 10:
            return at
        at -= 1
    return data.rfind(b"\n", floor, nearby) if floor < nearby else -1


def _break_after(data: bytes, start: i64, ceiling: i64) -> i64:
    """Where the first line break in ``data[start:ceiling]`` is; -1 without one."""
    nearby: i64 = start + _NEARBY
    if nearby > ceiling:
        nearby = ceiling
    at: i64 = start
    while at < nearby:
        if data[at] == 10:
            return at
        at += 1
    return data.find(b"\n", nearby, ceiling) if nearby < ceiling else -1
