"""Remembering what held nothing, so that it is not read again where it comes once more."""

from __future__ import annotations

import mmap
import sys
from collections.abc import Hashable, Iterable

# Places for hashes: four megabytes. A later one may take the place of another.
_PLACES = 1 << 19


class Empty:
    """Hashes of what was read and held nothing, for this process and all that are forked after it was made.

    Of each, what it was told by is given whole: content, kind, whatever counts. Nobody waits for another: a place is
    one word of memory, and what another process lost is read once more. With a fixed seed hashes could be foreseen, and
    a secret hidden behind the hash of something harmless: then nothing is remembered.
    """

    __slots__ = ("_places",)

    def __init__(self) -> None:
        size = _PLACES if sys.flags.hash_randomization else 1
        self._places = memoryview(mmap.mmap(-1, 8 * size)).cast("Q")

    def __contains__(self, what: Hashable) -> bool:
        key = _key(what)
        return key != 0 and self._places[key % len(self._places)] == key

    def update(self, things: Iterable[Hashable]) -> None:
        """Know that there was nothing in these."""
        if sys.flags.hash_randomization:
            for what in things:
                key = _key(what)
                self._places[key % len(self._places)] = key


def _key(what: Hashable) -> int:
    return hash(what) & 0xFFFF_FFFF_FFFF_FFFF
