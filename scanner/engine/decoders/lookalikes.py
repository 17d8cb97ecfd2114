"""Characters that look like others or like nothing: zero-width signs, hard blanks, Cyrillic letters in Latin words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from scanner.engine.decoders.layer import Layer
from scanner.model.span import Span

if TYPE_CHECKING:
    import re

# Zero-width signs inside a word, and a hard blank beside a separator after a telling name (French puts one before every
# colon).
_SIGNS = (
    r"[0-9A-Za-z_](?:\xe2\x80[\x8b-\x8f]|\xe2\x81\xa0|\xef\xbb\xbf|\xc2\xad)",
    r"(?:[Pp]ass|PASS|[Ss]ecret|SECRET|[Tt]oken|TOKEN|[Kk]ey|KEY|[Pp]wd|PWD)[\w.-]{0,16}"
    r"(?:\xc2\xa0[ ]?[:=]|[ ]?[:=][ ]?\xc2\xa0)",
)
# Cyrillic letters that look like Latin ones. Between Latin ones they count; for the first pass it is enough that one
# stands before: what is as open as words are takes a third of its time.
_ALIKE = r"(?:\xd0[\x85\x86\x90\x92\x95\x9a\x9c-\x9e\xa0-\xa3\xa5\xb0\xb5\xbe]|\xd1[\x80\x81\x83\x85\x96])"
GATES = (*_SIGNS, f"[A-Za-z]{_ALIKE}")
_CYRILLIC = (
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0405"
)
_NOTHING = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_PLAIN = {
    **dict.fromkeys(map(ord, _NOTHING)),
    0xA0: " ",
    **dict(zip(map(ord, _CYRILLIC), "aeopcyxiABEKMHOPCTYXIS", strict=True)),
}
_LONGEST_LINE = 4096


def layers(data: bytes) -> Iterator[Layer]:
    """Lines with such characters, as they look."""
    if data.isascii():
        return
    done = 0
    for found in _gate().finditer(data):
        if found.start() < done:
            continue
        start = max(data.rfind(b"\n", 0, found.start()) + 1, found.start() - _LONGEST_LINE)
        end = data.find(b"\n", found.end(), found.end() + _LONGEST_LINE)
        done = end = min(len(data), found.end() + _LONGEST_LINE) if end < 0 else end
        text = data[start:end].decode("utf-8", "replace").translate(_PLAIN)
        yield Layer(text.encode("utf-8"), Span(start, end), "look-alikes")


@cache
def _gate() -> re.Pattern[bytes]:
    import re

    return re.compile("|".join((*_SIGNS, f"[A-Za-z]{_ALIKE}{{1,4}}[A-Za-z_]")).encode("ascii"))
