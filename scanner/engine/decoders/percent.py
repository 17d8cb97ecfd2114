"""Percent escapes: URLs inside URLs, form data, JSON in a query."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from scanner.engine.decoders.layer import Layer
from scanner.engine.decoders.texts import is_text
from scanner.model.span import Span

if TYPE_CHECKING:
    import re

# Escaped signs that could hide a name, a value or where one ends. Blanks (%20) alone hide nothing.
GATE = r"%(?:3[aAdD]|2[12346bBfF]|40|7[bB])"
_DELIMITERS = b" \t\r\n\"'<>`|\\"
_LONGEST = 65_536


def layers(data: bytes) -> Iterator[Layer]:
    """Stretches without blanks or quotes that hold escaped signs."""
    if b"%" not in data:
        return
    from urllib.parse import unquote_to_bytes

    done = 0
    for found in _telling().finditer(data):
        if found.start() < done:
            continue
        start, end = _stretch(data, found.start())
        done = end
        if end - start < 12:
            continue
        text = unquote_to_bytes(data[start:end])
        if is_text(text):
            yield Layer(text, Span(start, end), "percent")


@cache
def _telling() -> re.Pattern[bytes]:
    import re

    return re.compile(GATE.encode())


def _stretch(data: bytes, at: int) -> tuple[int, int]:
    start = max((data.rfind(bytes((byte,)), max(0, at - _LONGEST), at) for byte in _DELIMITERS), default=-1) + 1
    ends = (data.find(bytes((byte,)), at, at + _LONGEST) for byte in _DELIMITERS)
    end = min((end for end in ends if end >= 0), default=min(len(data), at + _LONGEST))
    return max(start, at - _LONGEST), end
