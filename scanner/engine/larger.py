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
_ROWS = rb"""(?:[0-9A-Za-z+/]|\\n|["',]{0,3}\r?\n[ \t]{0,40}["']?(?=[0-9A-Za-z+/]))*"""
_BEFORE = re.compile(_ROWS + rb"\Z")
_AFTER = re.compile(_ROWS)


def within_data(data: bytes, span: Span) -> bool:
    """True when ``span`` of ``data`` touches a sign of base64 and lies in a long run of it."""
    if data[span.end : span.end + 1] not in _TOUCHING and data[max(span.start - 1, 0) : span.start] not in _TOUCHING:
        return False
    start, end = max(span.start - _LARGE, 0), min(span.end + _LARGE, len(data))
    above, below = data[start : span.start].split(b"\n"), data[span.end : end].split(b"\n")
    start = span.start - len(b"\n".join(above[-1 - _MOST_ROWS :]))
    end = span.end + len(b"\n".join(below[: 1 + _MOST_ROWS]))
    before = _BEFORE.search(data, start, span.start)
    after = _AFTER.match(data, span.end, end)
    around = b"".join(run[0] for run in (before, after) if run is not None)
    return len(around) >= _LARGE and (b"+" in around or b"/" in around)
