"""What a text holds in another spelling: base64, hex, percent, escapes, strings put together from pieces,
look-alike characters.

One level a call; whoever calls goes deeper with what comes out. Nothing that decodes to noise is handed on:
a picture in base64 or a lock file's hash is given up after its first bytes.

Looking for the marks in the whole text takes about a second for 50 MB. Where that is too slow, give ``gates()`` to
the first pass (they are expressions for Hyperscan, and hardly slow it down) and the places of its hits to ``layers``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from scanner.engine.decoders import escapes, joined, lookalikes, percent, runs
from scanner.engine.decoders.gates import encoded_words
from scanner.engine.decoders.layer import Layer
from scanner.model.span import Span

__all__ = ["LARGEST", "Layer", "gate_codecs", "gates", "layers"]

Codec = Callable[[bytes], Iterator[Layer]]

# Bytes one layer may have; what a text holds beyond is cut off.
LARGEST = 8 * 1024 * 1024


def gates() -> tuple[str, ...]:
    """Expressions over bytes, one of which matches at or within every layer worth opening.

    Base64 and hex are known by the words in them; the other codecs by their own marks.
    """
    return (*encoded_words(), percent.GATE, *escapes.GATES, *joined.GATES, *lookalikes.GATES)


# How far around a place lines are looked at; a string put together from pieces can go on over several.
_AROUND = 2048
# Bytes of a line that are looked at either side of a place, when the line is longer.
_LINE = 4096


def gate_codecs() -> tuple[int, ...]:
    """For each of ``gates()`` the number of the codec that it is a mark of."""
    numbers = [0] * len(encoded_words())
    for number, marks in enumerate(((percent.GATE,), escapes.GATES, joined.GATES, lookalikes.GATES), 1):
        numbers += [number] * len(marks)
    return tuple(numbers)


_OTHERS: dict[int, Codec] = {1: percent.layers, 2: escapes.layers, 3: joined.layers, 4: lookalikes.layers}


def layers(data: bytes, places: Mapping[int, Sequence[Span]] | None = None) -> Iterator[Layer]:
    """The texts encoded in ``data``, in no particular order.

    ``places`` are, for each codec, the places in ``data`` where one of its gates matched (the ends are enough), in
    order; without them the whole text is looked at. A codec without a place is not asked: translations are full of
    letters that might be look-alikes, and looking for those in every text with an escape took half of a sweep.
    """
    if places is None:
        yield from runs.layers(data, None, LARGEST)
        for codec in _OTHERS.values():
            yield from codec(data)
        return
    if places.get(0):
        yield from runs.layers(data, places[0], LARGEST)
    for number, codec in _OTHERS.items():
        for window in _windows(data, places.get(number, ()), 0 if codec is lookalikes.layers else _AROUND):
            for text, outer, name, cut in codec(data[window.start : window.end]):
                yield Layer(text, Span(outer.start + window.start, outer.end + window.start), name, cut)


def _windows(data: bytes, spans: Sequence[Span], around: int) -> Iterator[Span]:
    """The lines around ``spans`` and ``around`` bytes further, those that touch joined."""
    start = end = -1
    for span in spans:
        if span.end <= end:
            continue
        low = max(0, data.rfind(b"\n", 0, max(0, span.start - around)) + 1, span.start - 2 * around - _LINE)
        high = data.find(b"\n", span.end + around, span.end + 2 * around + _LINE)
        high = high + 1 if high >= 0 else min(len(data), span.end + 2 * around + _LINE)
        if low <= end:
            end = high
            continue
        if end > 0:
            yield Span(start, end)
        start, end = low, high
    if end > 0:
        yield Span(start, end)
