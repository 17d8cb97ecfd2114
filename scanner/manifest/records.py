"""The entries of a long JSON list: a search index, an export, what ``kubectl get -o json`` prints.

Each is an object of its own. Where one is changed, the others need not be read again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.model.span import Span

# A string is passed over as one, with what brackets are in it; one without an end goes to that of the text, or each
# quote in it would be where another begins.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[][{}]', re.DOTALL)
# Lists lie at the root, or in an object or a list there.
_DEEPEST = 2


def records(data: bytes) -> Iterator[Span]:
    """The objects in the outermost lists of ``data``, which is JSON as far as its brackets tell, in order.

    Stops where a bracket closes what another one opened.
    """
    opened = bytearray()
    start = -1
    for found in _TOKEN.finditer(data):
        sign = found[0]
        if sign == b"{" or sign == b"[":
            if start < 0 and sign == b"{" and opened.endswith(b"[") and len(opened) <= _DEEPEST:
                start, depth = found.start(), len(opened)
            opened += sign
        elif sign == b"}" or sign == b"]":
            if not opened or opened.pop() != sign[0] - 2:
                return
            if start >= 0 and len(opened) == depth:
                yield Span(start, found.end())
                start = -1
