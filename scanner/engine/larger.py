"""Is a value a part of something larger: of an image, a font or a plot in base64?"""

from __future__ import annotations

import re

from scanner.model.span import Span

# What base64 consists of beside letters and digits: between two of them, any stretch looks like a token.
_TOUCHING = frozenset((b"+", b"/"))
# Characters on both sides together from which on nobody joined names by slashes.
_LARGE = 256
# Data in rows: behind an escaped break, in the next of several strings, or just on the next line.
# No more of them than a sweep reads again around what is new: a match must not hang on lines further off.
_MOST_ROWS = 3
_ROWS = rb"""(?:[0-9A-Za-z+/]|\\n|["',]{0,3}\r?\n[ \t]{0,40}["']?(?=[0-9A-Za-z+/]|\Z))*"""
_DATA = re.compile(_ROWS)
# How long encoders make a line.
_WIDTHS = (64, 76)
_ROW = re.compile(rb"[0-9A-Za-z+/]{4,76}={0,2}")


def within_data(data: bytes, span: Span) -> bool:
    """True when ``span`` of ``data`` touches a sign of base64 and lies in a long run of it, or is a row of armour."""
    if _is_row(data, span):
        return True
    if data[span.end : span.end + 1] not in _TOUCHING and data[max(span.start - 1, 0) : span.start] not in _TOUCHING:
        return False
    start, end = max(span.start - _LARGE, 0), min(span.end + _LARGE, len(data))
    above, below = data[start : span.start].split(b"\n"), data[span.end : end].split(b"\n")
    start = span.start - len(b"\n".join(above[-1 - _MOST_ROWS :]))
    end = span.end + len(b"\n".join(below[: 1 + _MOST_ROWS]))
    around = _run_before(data, start, span.start) + data[span.end : _end_of_run(data, span.end, end)]
    return len(around) >= _LARGE and _mixed(around)


def _run_before(data: bytes, start: int, end: int) -> bytes:
    """The longest run of data that ends at ``end``: what begins within one that breaks off ends where that does."""
    while (reached := _end_of_run(data, start, end)) < end:
        start = reached + 1
    return data[start:end]


def _end_of_run(data: bytes, start: int, end: int) -> int:
    found = _DATA.match(data, start, end)
    return found.end() if found else start


def _is_row(data: bytes, span: Span) -> bool:
    """True for a line of base64 as encoders break it, between two others: a stretch of a certificate or a file."""
    if span.end - span.start not in _WIDTHS:
        return False
    above = data[max(span.start - _LARGE, 0) : span.start].rsplit(b"\n", 2)
    below = data[span.end : span.end + _LARGE].split(b"\n", 2)
    if len(above) < 2 or len(below) < 3 or above[-1] or below[0].strip(b"\r"):
        return False
    rows = above[-2].strip(b"\r"), below[1].strip(b"\r")
    return len(rows[0]) == span.end - span.start and all(_ROW.fullmatch(row) for row in rows) and _mixed(b"".join(rows))


def _mixed(rows: bytes) -> bool:
    return b"+" in rows or b"/" in rows
