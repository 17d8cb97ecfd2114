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
_BEFORE = re.compile(_ROWS + rb"\Z")
_AFTER = re.compile(_ROWS)
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
    before = _BEFORE.search(data, start, span.start)
    after = _AFTER.match(data, span.end, end)
    around = b"".join(run[0] for run in (before, after) if run is not None)
    return len(around) >= _LARGE and _mixed(around)


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
