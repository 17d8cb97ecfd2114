"""Objects by number: the objects of a history are compared and kept by the million, and names are large."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from scanner.history.packindex import PackIndex


class Numbers:
    """A number for each object: those in packs, pack by pack in the order of their names, then others as they come.

    An object in several packs has the number that the first of them gives it.
    """

    def __init__(self, indices: Iterable[PackIndex]) -> None:
        self._indices = list(indices)
        self._starts = list(accumulate((index.count for index in self._indices), initial=0))
        self._others: dict[bytes, int] = {}
        self._names: list[bytes] = []
        self._doubles: dict[int, int] = {}

    @property
    def count(self) -> int:
        """How many objects have one by now: one more than the largest."""
        return self._starts[-1] + len(self._names)

    def of(self, name: bytes) -> int:
        """The number of the object called ``name``; a new one for an object in no pack that was never asked for."""
        for start, index in zip(self._starts, self._indices, strict=False):
            rank = index.rank(name)
            if rank >= 0:
                return start + rank
        number = self._others.get(name)
        if number is None:
            number = self._others[name] = self._starts[-1] + len(self._names)
            self._names.append(name)
        return number

    def ranked(self, pack: int, rank: int) -> int:
        """The number of the object whose name has this rank in the index of ``pack``."""
        if pack == 0:
            return rank
        own = self._starts[pack] + rank
        number = self._doubles.get(own)
        if number is None:
            number = self._doubles[own] = self.of(self._indices[pack].name(rank))
        return number

    def rank(self, pack: int, number: int) -> int:
        """The rank in the index of ``pack`` of the object with this number, or -1."""
        if self._starts[pack] <= number < self._starts[pack + 1]:
            return number - self._starts[pack]
        return self._indices[pack].rank(self.name(number)) if pack else -1

    def name(self, number: int) -> bytes:
        """The name of the object with this number."""
        for start, index in zip(self._starts, self._indices, strict=False):
            if number < start + index.count:
                return index.name(number - start)
        return self._names[number - self._starts[-1]]
