"""Stub while the decoders are being written."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scanner.model.span import Span


@dataclass(frozen=True, slots=True)
class Layer:
    """A decoded text and the bytes of the outer one it was decoded from."""

    data: bytes
    outer: Span
    codec: str


def layers(data: bytes, spans: Sequence[Span] | None = None) -> Iterator[Layer]:
    """Nothing yet."""
    return iter(())
