"""Changes inputs: bits, numbers, pieces cut out, doubled, moved, taken from others."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

_NUMBERS = (0, 1, 2, 3, 4, 7, 8, 9, 10, 15, 16, 32, 63, 64, 100, 127, 128, 129, 254, 255)
_LARGE = (
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x10000,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    1 << 40,
    (1 << 63) - 1,
)
_RARELY = 1 / 8
_Change = Callable[[bytearray], None]


class Mutator:
    """Endless inputs made from a corpus that grows.

    Seven of eight are cut to ``usual`` bytes, the others to ``largest``: what a parser does wrong it does in small
    inputs too, and of those it reads several in the time of a large one.
    """

    def __init__(self, corpus: Sequence[bytes], words: Sequence[bytes], *, usual: int, largest: int, seed: int) -> None:
        self.corpus = list(corpus)
        self._words = list(words) or [b"\0"]
        self._usual, self._largest = usual, largest
        self._random = random.Random(seed)
        self._changes: tuple[_Change, ...] = (
            self._flip, self._flip, self._byte, self._number, self._cut, self._double, self._insert, self._word,
            self._word, self._splice, self._end, self._digits,
        )  # fmt: skip

    def next(self) -> bytes:
        """One more input."""
        pick = self._random.random
        data = bytearray(self.corpus[int(pick() * len(self.corpus))])
        for _ in range(1 << int(pick() * 4)):
            self._changes[int(pick() * len(self._changes))](data)
        return bytes(data[: self._largest if pick() < _RARELY else self._usual])

    def _at(self, data: bytearray) -> int:
        return int(self._random.random() * len(data)) if data else 0

    def _flip(self, data: bytearray) -> None:
        if data:
            data[self._at(data)] ^= 1 << int(self._random.random() * 8)

    def _byte(self, data: bytearray) -> None:
        if data:
            data[self._at(data)] = _NUMBERS[int(self._random.random() * len(_NUMBERS))]

    def _number(self, data: bytearray) -> None:
        at, width = self._at(data), (2, 4, 8)[int(self._random.random() * 3)]
        value = _LARGE[int(self._random.random() * len(_LARGE))] & ((1 << 8 * width) - 1)
        data[at : at + width] = value.to_bytes(width, "big" if self._random.random() < 0.5 else "little")

    def _digits(self, data: bytearray) -> None:
        at = self._at(data)
        data[at : at + 3] = b"%d" % _LARGE[int(self._random.random() * len(_LARGE))]

    def _cut(self, data: bytearray) -> None:
        at = self._at(data)
        del data[at : at + 1 + int(self._random.random() ** 3 * len(data))]

    def _end(self, data: bytearray) -> None:
        del data[self._at(data) :]

    def _double(self, data: bytearray) -> None:
        at = self._at(data)
        piece = data[at : at + 1 + int(self._random.random() ** 3 * 200)]
        data[at:at] = piece * (1 << int(self._random.random() ** 3 * 8))

    def _insert(self, data: bytearray) -> None:
        at = self._at(data)
        data[at:at] = bytes(int(self._random.random() * 256) for _ in range(1 + int(self._random.random() * 6)))

    def _word(self, data: bytearray) -> None:
        at = self._at(data)
        word = self._words[int(self._random.random() * len(self._words))]
        data[at : at + (len(word) if self._random.random() < 0.5 else 0)] = word

    def _splice(self, data: bytearray) -> None:
        other = self.corpus[int(self._random.random() * len(self.corpus))]
        start = int(self._random.random() * len(other)) if other else 0
        data[self._at(data) :] = other[start:]
