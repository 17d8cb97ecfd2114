"""Text that is read again and again: manifests, whose versions are read whole where one line is new.

Most of it was there in another version, or on another branch. It is cut where its content says so, and the hits of
each chunk are remembered by a hash of it.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scanner.engine.engine import Engine
from scanner.engine.joint import JOINT
from scanner.engine.prefilter import Hit
from scanner.history.chunks import chunks

# So many chunks are remembered; then it starts anew.
_MOST = 200_000

_Hits = list[Hit]
# Of chunks that hold nothing, which are most. One that is yet to be read has a list of its own.
_NONE: _Hits = []


class _New(NamedTuple):
    """A chunk that was not there before: its key, and its ends among all that is read now."""

    key: int
    start: int
    end: int


class Reread:
    """The first pass over text of which most was read before.

    No expression is asked to look further than the lines before a chunk. With a fixed seed, keys could be foreseen, and
    a secret hidden behind the key of something harmless: then nothing is remembered.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # The hits of chunks, at their places there, by a hash of the chunk with the lines before it.
        self._known: dict[int, _Hits] | None = {} if sys.flags.hash_randomization else None

    def hits(self, pieces: Sequence[bytes]) -> list[_Hits]:
        """The hits in each of ``pieces``, as ``Engine.prefilter_each`` finds them."""
        known = self._known
        if known is None:
            return self._engine.prefilter_each(pieces)
        if len(known) > _MOST:
            known.clear()
        try:
            keys = self._keys(pieces, known)
        except BaseException:
            # Chunks that were noted but not read must not pass for such as hold nothing.
            known.clear()
            raise
        return [[Hit(entry, at + start) for key, start in some for entry, at in known[key]] for some in keys]

    def _keys(self, pieces: Sequence[bytes], known: dict[int, _Hits]) -> list[list[tuple[int, int]]]:
        """The key and beginning of each chunk that may hold something; those that are new are read first."""
        new: list[_New] = []
        texts: list[bytes] = []
        size = 0
        keys: list[list[tuple[int, int]]] = []
        for piece in pieces:
            some: list[tuple[int, int]] = []
            # What is read of this piece: chunks that are new and follow one another.
            first = last = -1
            for before, start, end in _cut(piece):
                key = hash((start - before, piece[before:end]))
                hits = known.get(key)
                if hits is None:
                    known[key] = []
                    if start != last:
                        if last >= 0:
                            texts.append(piece[first:last])
                            size += last - first + len(JOINT)
                        first = before
                    last = end
                    new.append(_New(key, size + start - first, size + end - first))
                if hits is not _NONE:
                    some.append((key, start))
            if last >= 0:
                texts.append(piece[first:last])
                size += last - first + len(JOINT)
            keys.append(some)
        self._read(JOINT.join(texts), new, known)
        return keys

    def _read(self, text: bytes, new: Sequence[_New], known: dict[int, _Hits]) -> None:
        ends = [one.end for one in new]
        for entry, end in self._engine.prefilter(text):
            place = bisect_left(ends, end)
            if place < len(new) and end > new[place].start:
                known[new[place].key].append(Hit(entry, end - new[place].start))
        for one in new:
            if not known[one.key]:
                known[one.key] = _NONE


def _cut(piece: bytes) -> Iterator[tuple[int, int, int]]:
    """Of each chunk where the lines before it begin, where it begins, and where it ends."""
    found = chunks(piece)
    ends = found[1::2]
    return zip(found[::2], [0, *ends], ends, strict=False)
