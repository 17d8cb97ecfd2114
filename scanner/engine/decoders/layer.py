"""One decoded text."""

from __future__ import annotations

from typing import NamedTuple

from scanner.model.span import Span


class Layer(NamedTuple):
    """``data`` is what the bytes ``outer`` of the outer text mean in ``codec``: the first of it where it is ``cut``."""

    data: bytes
    outer: Span
    codec: str
    cut: bool = False
