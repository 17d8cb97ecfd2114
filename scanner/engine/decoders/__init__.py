"""Texts inside texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.model.span import Span


@dataclass(frozen=True, slots=True)
class Layer:
    """A decoded inner text and the span of its encoded form."""

    data: bytes
    outer: Span
    codec: str


def layers(data: bytes, spans: tuple[Span, ...] | None = None) -> Iterator[Layer]:
    """The texts encoded in ``data``."""
    yield from ()
