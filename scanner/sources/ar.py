"""ar archives: what a Debian package is, around two tars."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scanner.sources.tar import Damaged

MAGIC = b"!<arch>\n"
_HEADER = 60


class Part(NamedTuple):
    """One member: its name and where in the archive its bytes are."""

    name: str
    start: int
    end: int


def parts(data: bytes) -> Iterator[Part]:
    """Every member, in order. Damaged where what follows is none."""
    at = len(MAGIC)
    names = b""
    while at < len(data):
        header = data[at : at + _HEADER]
        digits = header[48:58].strip()
        if len(header) < _HEADER or header[58:] != b"`\n" or not digits.isdigit():
            raise Damaged
        start, end = at + _HEADER, at + _HEADER + int(digits)
        if end > len(data):
            raise Damaged
        label = header[:16].rstrip()
        if label == b"//":
            names = data[start:end]  # the names that are too long for a header
        elif label not in (b"/", b"/SYM64/"):
            yield Part(_name(label, names), start, end)
        at = end + (end & 1)


def _name(label: bytes, names: bytes) -> str:
    if label[:1] == b"/" and label[1:].isdigit():
        label = names[int(label[1:]) :].partition(b"\n")[0]
    return label.removesuffix(b"/").decode("utf-8", "surrogateescape")
