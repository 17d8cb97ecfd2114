"""What a text holds in another spelling: base64, hex, percent, escapes, strings put together from pieces,
look-alike characters.

One level a call; whoever calls goes deeper with what comes out. Nothing that decodes to noise is handed on:
a picture in base64 or a lock file's hash is given up after its first bytes.

Looking for the marks in the whole text takes about a second for 50 MB. Where that is too slow, give ``gates()`` to
the first pass (they are expressions for Hyperscan, and hardly slow it down) and the places of its hits to ``layers``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.engine.decoders import escapes, joined, lookalikes, percent, runs
from scanner.engine.decoders.gates import encoded_words
from scanner.engine.decoders.layer import Layer
from scanner.model.span import Span

__all__ = ["LARGEST", "Layer", "gates", "layers"]

# Bytes one layer may have; what a text holds beyond is cut off.
LARGEST = 8 * 1024 * 1024


def gates() -> tuple[str, ...]:
    """Expressions over bytes, one of which matches at or within every layer worth opening.

    Base64 and hex are known by the words in them; the other codecs by their own marks.
    """
    return (*encoded_words(), percent.GATE, *escapes.GATES, *joined.GATES, *lookalikes.GATES)


# How far around a place lines are looked at; a string put together from pieces can go on over several.
_AROUND = 2048


def layers(data: bytes, spans: Sequence[Span] | None = None) -> Iterator[Layer]:
    """The texts encoded in ``data``, in no particular order.

    ``spans`` are the places in ``data`` where one of ``gates()`` matched (the ends are enough), in order; without
    them the whole text is looked at.
    """
    if spans is None:
        yield from runs.layers(data, None, LARGEST)
        yield from _others(data, 0)
        return
    yield from runs.layers(data, spans, LARGEST)
    for window in _windows(data, spans):
        yield from _others(data[window.start : window.end], window.start)


def _others(data: bytes, offset: int) -> Iterator[Layer]:
    for codec in (percent.layers, escapes.layers, joined.layers, lookalikes.layers):
        for text, outer, name in codec(data):
            yield Layer(text, Span(outer.start + offset, outer.end + offset), name)


def _windows(data: bytes, spans: Sequence[Span]) -> Iterator[Span]:
    """The lines around ``spans``, those that touch joined."""
    start = end = -1
    for span in spans:
        if span.end <= end:
            continue
        low = max(0, data.rfind(b"\n", 0, max(0, span.start - _AROUND)) + 1, span.start - 2 * _AROUND)
        high = data.find(b"\n", span.end + _AROUND, span.end + 2 * _AROUND)
        high = high + 1 if high >= 0 else min(len(data), span.end + 2 * _AROUND)
        if low <= end:
            end = high
            continue
        if end > 0:
            yield Span(start, end)
        start, end = low, high
    if end > 0:
        yield Span(start, end)
