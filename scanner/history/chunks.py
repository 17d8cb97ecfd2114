"""Cutting long texts where their content says so, so that equal stretches of two texts fall into equal chunks.

Compiled like ``delta``, and with it.
"""

from __future__ import annotations

from typing import Final

from scanner.history.linespans import break_after, break_before
from scanner.history.vecs import append, i64, vec

# A chunk has so many bytes at least, and ends with about every sixteenth line after them: some 1,300 bytes of code or
# YAML. Shorter ones cost as much to remember as to read, of longer ones fewer come back.
SHORTEST: Final = 768
_ONE_IN: Final = 16
# What may be looked at before a chunk: so many lines, which have so many bytes at most. Longer lines are not cut.
LINES: Final = 3
REACH: Final = 1024


def chunks(data: bytes) -> list[int]:
    """Where the lines before each chunk of ``data`` begin, and where it ends: two numbers a chunk, in order.

    Chunks are whole lines. Where one ends depends on itself alone, and where it began: texts that differ in a line
    come to the same ends again soon after it.
    """
    found = vec[i64]()
    size: i64 = len(data)
    before: i64 = 0
    begun: i64 = 0
    at: i64 = SHORTEST
    while at < size:
        at = break_after(data, at, size)
        if at < 0:
            break
        if (data[at - 1] * 31 + data[at - 2] * 7 + data[at - 3] * 3 + data[at - 7]) % _ONE_IN == 0:
            start: i64 = _lines_before(data, at)
            if start >= 0:
                found = append(append(found, before), at + 1)
                before, begun = start, at + 1
                at += SHORTEST
        at += 1
    if begun < size:
        found = append(append(found, before), size)
    return list(found)


def _lines_before(data: bytes, end: i64) -> i64:
    """Where the last lines of ``data[:end]`` begin; -1 where they are longer than may be looked at."""
    floor: i64 = end - REACH
    if floor < 0:
        floor = 0
    start: i64 = end
    count: i64 = 0
    while count < LINES:
        start = break_before(data, floor, start)
        if start < 0:
            return -1
        count += 1
    return start + 1
