"""One pack: its objects in the order of the file, their delta families, and single objects on demand."""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scanner.history.delta import made_size, rebuild
from scanner.history.errors import DamagedPack, NoObject
from scanner.history.family import Family
from scanner.history.headers import LOST, OFS_DELTA, ROOT, Damaged, read_header, read_headers
from scanner.history.inflate import inflate
from scanner.history.packindex import PackIndex
from scanner.history.vectors import place, sorted_places, vector
from scanner.history.walk import PASS, TAKE, Walk, families

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i64

_LONGEST_CHAIN = 4096  # git's own limit on the depth of deltas is 4095


class Families(NamedTuple):
    """The delta families of one type of object.

    ``weights`` are, by root, the bytes in the pack of it and all that is made from it. ``first`` and ``following``
    are by position (-1: none), and those of the other types too.
    """

    roots: list[int]
    weights: list[int]
    first: vec[i64]
    following: vec[i64]


@dataclass(slots=True)
class Pack:
    """A pack, mapped read-only. An object's *position* is its rank by offset.

    ``offsets`` has one entry more than there are objects: the end of the last one. ``ranks`` are those of the
    objects' names in ``index``. ``kinds`` and ``bases`` are as ``read_headers`` gives them. ``complaints`` say what
    is wrong with the file as a whole.
    """

    path: Path
    index: PackIndex
    data: mmap.mmap
    offsets: vec[i64]
    ranks: vec[i64]
    kinds: bytearray
    bases: vec[i64]
    complaints: list[str] = field(default_factory=list)
    _families: list[Families] = field(default_factory=list)

    @classmethod
    def open(cls, path: Path, index: PackIndex) -> Pack:
        """The pack at ``path``. DamagedPack when it cannot be one, OSError when it is gone."""
        with open(path, "rb") as file:
            try:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:
                raise DamagedPack(f"{path.name}: the file is empty") from None
        end = len(data) - index.name_size
        if data[:4] != b"PACK" or int.from_bytes(data[4:8], "big") not in (2, 3) or end < 12:
            raise DamagedPack(f"{path.name}: not a pack of a known version")
        complaints = []
        offsets, ranks = sorted_places(vector(index.offsets), end)
        beyond = index.count - len(ranks)
        if beyond:
            complaints.append(f"{path.name}: the file has been cut: {beyond} objects lie beyond its end")
        if int.from_bytes(data[8:12], "big") != index.count:
            complaints.append(f"{path.name}: its index is for another number of objects")
        kinds, bases, wrong = read_headers(data, offsets, index.name_size, index.find)
        complaints += sorted({f"{path.name}: {reason}" for reason in wrong})
        pack = cls(path, index, data, offsets, ranks, kinds, bases, complaints)
        pack.let_go()
        return pack

    def let_go(self) -> None:
        """Give back the memory of what was read so far. Reading it again costs little while the system caches it."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self.data.madvise(mmap.MADV_DONTNEED)

    def families(self, kind: int) -> Families:
        """The families of the objects of type ``kind`` (``delta.BLOB`` and its like)."""
        if not self._families:
            # Of all types at once: the lists are as long as the pack has objects, and half of the memory at rest.
            roots, first, following, weight = families(self.kinds, self.bases, self.offsets)
            self._families += (Families(some, [weight[at] for at in some], first, following) for some in roots)
        return self._families[kind]

    def walk(self, among: Families, *, limit: int, wanted: bytes = b"") -> Walk:
        """A walk with nothing queued; ``limit`` is the largest object in bytes that it rebuilds."""
        size = self.index.name_size
        return Walk(self.data, self.offsets, among.first, among.following, size, inflate, limit, wanted)

    def family(self, among: Families, *, limit: int) -> Family:
        """What trees ``among`` have in common can be followed in; ``limit`` is the largest delta in bytes."""
        size = self.index.name_size
        return Family(self.data, self.offsets, self.bases, among.first, among.following, size, inflate, limit)

    def tree_walk(self, among: Families, *, limit: int) -> Walk:
        """A walk for trees: what is fresh is told to the byte."""
        size = self.index.name_size
        return Walk(self.data, self.offsets, among.first, among.following, size, inflate, limit, b"", 0)

    def wanted(self, names: Iterable[bytes]) -> bytes:
        """For a walk that hands out the objects called ``names`` and no others."""
        found = bytearray(len(self.kinds))
        for name in names:
            at = self.position(name)
            if at >= 0:
                found[at] = TAKE
                at = self.bases[at]
                while at >= 0 and not found[at]:
                    found[at] = PASS
                    at = self.bases[at]
        return bytes(found)

    def unknown(self) -> list[int]:
        """Positions of objects whose type cannot be told, because they or what they are made from are damaged."""
        return [at for at, kind in enumerate(self.kinds) if not kind] if 0 in self.kinds else []

    def position(self, name: bytes) -> int:
        """The position of the object called ``name``, or -1."""
        offset = self.index.find(name)
        if offset < 0:
            return -1
        at = place(self.offsets, offset)
        return at if at < len(self.kinds) and self.offsets[at] == offset else -1

    def read(self, position: int, *, limit: int) -> bytes:
        """The bytes of one object; NoObject when it is damaged, or larger than ``limit`` bytes."""
        deltas: list[bytes] = []
        here = position
        try:
            while True:
                offset, end = self.offsets[here], self.offsets[here + 1]
                header = read_header(self.data[offset : min(end, offset + 64)], offset, self.index.name_size)
                if header.size > limit:
                    raise NoObject("an object is larger than the limit")
                data = inflate(self.data[header.data : end], header.size)
                if header.kind < OFS_DELTA:
                    break
                if made_size(data) > limit:
                    raise NoObject("an object is larger than the limit")
                deltas.append(data)
                here = self.bases[here]
                if here in (ROOT, LOST) or len(deltas) > _LONGEST_CHAIN:
                    raise NoObject(f"{self.path.name}: a delta has no base")
            for delta in reversed(deltas):
                data, _ = rebuild(data, delta, 0)
        except Damaged as error:
            raise NoObject(f"{self.path.name}: {error}") from None
        return data

    def name(self, position: int) -> bytes:
        """The name of the object at ``position``."""
        return self.index.name(self.ranks[position])
