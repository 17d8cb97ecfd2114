"""The index of a pack (versions 1 and 2) and the index over many packs: which object is where.

The layouts are those of git's ``gitformat-pack`` manual page. Numbers in a file are checked against its size
before they are used; DamagedIndex says which file is wrong.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import sys
from array import array
from pathlib import Path

from scanner.history.entries import rank_of
from scanner.history.errors import DamagedIndex

_MAGIC = b"\xfftOc"
_FANOUT = 256 * 4
_HASHES = {20: 1, 32: 2}  # bytes of a name -> the number that stands for its hash function
_FAR = 0x80000000  # an offset with this bit is a number of an entry in the table of 64-bit offsets


class PackIndex:
    """Names and offsets of the objects of one pack, kept as the file has them.

    ``names`` holds ``count`` binary names of ``name_size`` bytes in ascending order; ``offsets`` the offset in
    the pack of each, in the order of the names. ``starts`` has the rank of the first name with each first byte,
    and the count. ``complaint`` says why it is not to be relied on, and is empty where it is.
    """

    __slots__ = ("complaint", "count", "name_size", "names", "offsets", "starts")

    def __init__(self, names: bytes, offsets: array[int], name_size: int, complaint: str = "") -> None:
        self.complaint = complaint
        self.names = names
        self.offsets = offsets
        self.name_size = name_size
        self.count = len(offsets)
        self.starts = _starts_of(names, self.count, name_size)

    @classmethod
    def read(cls, path: Path, name_size: int) -> PackIndex:
        """The index in the file ``path``. DamagedIndex for anything that is none."""
        data = _contents(path)
        if data[:4] == _MAGIC:
            if int.from_bytes(data[4:8], "big") != 2:
                raise DamagedIndex(f"{path.name}: index version {int.from_bytes(data[4:8], 'big')} is not known")
            return cls(*_version_2(data, path, name_size), name_size, _complaint(data, path, name_size))
        return cls(*_version_1(data, path, name_size), name_size, _complaint(data, path, name_size))

    def rank(self, name: bytes) -> int:
        """The rank of ``name``, or -1."""
        return rank_of(self.names, self.starts, self.name_size, name)

    def find(self, name: bytes) -> int:
        """The offset of the object called ``name``, or -1."""
        rank = self.rank(name)
        return self.offsets[rank] if rank >= 0 else -1

    def name(self, rank: int) -> bytes:
        """The name with this rank."""
        return self.names[rank * self.name_size : (rank + 1) * self.name_size]


def _starts_of(names: bytes, count: int, size: int) -> list[int]:
    """Where names with each first byte begin. Made anew: a wrong table in the file would hide objects."""
    firsts = names[0 : count * size : size]
    starts, at = [0], 0
    for byte in range(256):
        at += firsts.count(byte)
        starts.append(at)
    return starts


def _contents(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DamagedIndex(f"{path.name}: cannot be read: {error.strerror}") from None


def _complaint(data: bytes, path: Path, name_size: int) -> str:
    """A wrong name in an index belongs to no file: what the object holds would be nowhere in the history."""
    digest = hashlib.sha1 if name_size == 20 else hashlib.sha256
    if digest(data[:-name_size], usedforsecurity=False).digest() == data[-name_size:]:
        return ""
    return f"{path.name}: its checksum is wrong, so objects may go by wrong names (git index-pack makes it anew)"


def _count(data: bytes, fanout: int, path: Path) -> int:
    if len(data) < fanout + _FANOUT:
        raise DamagedIndex(f"{path.name}: the file is too short for an index")
    return int.from_bytes(data[fanout + _FANOUT - 4 : fanout + _FANOUT], "big")


def _version_1(data: bytes, path: Path, name_size: int) -> tuple[bytes, array[int]]:
    count = _count(data, 0, path)
    entry = 4 + name_size
    if len(data) != _FANOUT + count * entry + 2 * name_size:
        raise DamagedIndex(f"{path.name}: its size does not fit {count} objects")
    body = data[_FANOUT : _FANOUT + count * entry]
    places = range(0, count * entry, entry)
    offsets = array("Q", (int.from_bytes(body[at : at + 4], "big") for at in places))
    return b"".join(body[at + 4 : at + entry] for at in places), offsets


def _version_2(data: bytes, path: Path, name_size: int) -> tuple[bytes, array[int]]:
    count = _count(data, 8, path)
    names = 8 + _FANOUT
    near = names + count * (name_size + 4)
    far = near + count * 4
    rest = len(data) - far - 2 * name_size
    if rest < 0 or rest % 8:
        raise DamagedIndex(f"{path.name}: its size does not fit {count} objects")
    offsets = _big_endian("I", data[near:far])
    if rest:
        offsets = _with_far(offsets, _big_endian("Q", data[far : far + rest]), path)
    return data[names : names + count * name_size], offsets


def _with_far(near: array[int], far: array[int], path: Path) -> array[int]:
    try:
        return array("Q", (far[value & ~_FAR] if value & _FAR else value for value in near))
    except IndexError:
        raise DamagedIndex(f"{path.name}: an offset is missing") from None


def _big_endian(code: str, data: bytes) -> array[int]:
    numbers = array(code, data)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def multi_pack(path: Path, name_size: int) -> dict[str, PackIndex]:
    """An index for each pack (by file name without ending) that the multi-pack-index ``path`` covers.

    Git may drop a pack's own index once this one covers it; an object that several packs hold is listed in one.
    """
    data = _contents(path)
    if data[:4] != b"MIDX" or len(data) < 12 or data[4] != 1 or data[5] != _HASHES[name_size]:
        raise DamagedIndex(f"{path.name}: not a multi-pack-index of this kind of repository")
    chunks = _chunks(data, path)
    try:
        packs = [name.decode() for name in chunks[b"PNAM"].split(b"\0") if name]
        names, places = chunks[b"OIDL"], _big_endian("I", chunks[b"OOFF"])
        far = _big_endian("Q", chunks.get(b"LOFF", b""))
    except (KeyError, ValueError):
        raise DamagedIndex(f"{path.name}: a part of it is missing") from None
    count = len(names) // name_size
    if len(places) != 2 * count:
        raise DamagedIndex(f"{path.name}: its size does not fit {count} objects")
    complaint = _complaint(data, path, name_size)
    listed: list[list[bytes]] = [[] for _ in packs]
    offsets = [array("Q") for _ in packs]
    for at in range(count):
        pack, offset = places[2 * at], places[2 * at + 1]
        if pack >= len(packs) or (far and offset & _FAR and (offset & ~_FAR) >= len(far)):
            raise DamagedIndex(f"{path.name}: an object is in no pack")
        listed[pack].append(names[at * name_size : (at + 1) * name_size])
        offsets[pack].append(far[offset & ~_FAR] if far and offset & _FAR else offset)
    return {
        os.path.splitext(name)[0]: PackIndex(b"".join(listed[at]), offsets[at], name_size, complaint)
        for at, name in enumerate(packs)
    }


def _chunks(data: bytes, path: Path) -> dict[bytes, bytes]:
    found = {}
    for number in range(data[6]):
        entry = data[12 + 12 * number : 12 + 12 * (number + 2)]
        start, end = int.from_bytes(entry[4:12], "big"), int.from_bytes(entry[16:24], "big")
        if len(entry) != 24 or not 12 <= start <= end <= len(data):
            raise DamagedIndex(f"{path.name}: a part of it lies outside the file")
        found[entry[:4]] = data[start:end]
    return found


def mapped(path: Path) -> mmap.mmap:
    """The file ``path``, mapped read-only. Raises OSError, or ValueError for an empty one."""
    with open(path, "rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
