"""Where one document ends and the next begins. Apart from the rest because it needs no YAML library."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.model.span import Span

_SEPARATOR = re.compile(rb"^(?:---(?=[ \t\r\n]|$)|\.\.\.[ \t]*\r?$)", re.MULTILINE)
_BOM = b"\xef\xbb\xbf"


def split(data: bytes) -> Iterator[Span]:
    """The spans between ``---`` and ``...`` lines."""
    start = len(_BOM) if data.startswith(_BOM) else 0
    if not (b"\n---" in data or b"\n..." in data or data.startswith((b"---", b"..."), start)):
        yield Span(start, len(data))
        return
    for found in _SEPARATOR.finditer(data):
        yield Span(start, found.start())
        start = found.end()
    yield Span(start, len(data))
