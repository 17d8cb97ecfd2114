"""Packs and deltas written by hand, from the formats' description alone: what git would never write, too."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


def number(value: int) -> bytes:
    """A size as deltas write it: seven bits a byte, the lowest first."""
    out = bytearray()
    while value > 127:
        out.append(128 | value & 127)
        value >>= 7
    return bytes([*out, value])


def copy(start: int, size: int) -> bytes:
    """An instruction that copies, with all its operands written out."""
    return b"\xff" + struct.pack("<I", start) + struct.pack("<I", size)[:3]


def delta_of(base_size: int, size: int, *parts: tuple[int, int] | bytes) -> bytes:
    """A delta of copies (start, size) and insertions that claims the sizes given."""
    body = b""
    for part in parts:
        if isinstance(part, tuple):
            body += copy(*part)
        else:
            for at in range(0, len(part), 127):
                piece = part[at : at + 127]
                body += bytes([len(piece)]) + piece
    return number(base_size) + number(size) + body


def header(kind: int, size: int) -> bytes:
    """What stands before an object's data."""
    first, rest = kind << 4 | size & 15, size >> 4
    return bytes([first | (128 if rest else 0)]) + (number(rest) if rest else b"")


def back(distance: int) -> bytes:
    """How far before a delta its base begins."""
    out = [distance & 127]
    distance >>= 7
    while distance:
        distance -= 1
        out.insert(0, 128 | distance & 127)
        distance >>= 7
    return bytes(out)


class Entry(NamedTuple):
    """One object of a pack. ``base`` is the number of its base, counted from 0 (an ``OFS_DELTA``), or a name.

    ``size`` is what it claims; -1 for what is true. ``raw`` is compressed data as it is to stand there.
    """

    kind: int
    data: bytes
    base: int | bytes = -1
    size: int = -1
    raw: bytes | None = None


def write_pack(folder: Path, entries: Sequence[Entry], names: Sequence[bytes]) -> Path:
    """A pack with an index of version 2 that fits it; the pack's path. Only the checksums are right by design."""
    out, offsets = bytearray(b"PACK" + struct.pack(">II", 2, len(entries))), []
    for entry in entries:
        here = len(out)
        offsets.append(here)
        out += header(entry.kind, len(entry.data) if entry.size < 0 else entry.size)
        if isinstance(entry.base, bytes):
            out += entry.base
        elif entry.base >= 0:
            out += back(here - offsets[entry.base])
        out += zlib.compress(entry.data) if entry.raw is None else entry.raw
    out += hashlib.sha1(out).digest()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pack-0000.pack"
    path.write_bytes(out)
    order = sorted(range(len(names)), key=lambda at: names[at])
    sums = b"".join(struct.pack(">I", sum(name[0] <= byte for name in names)) for byte in range(256))
    index = b"\xfftOc" + struct.pack(">I", 2) + sums + b"".join(names[at] for at in order)
    index += bytes(4 * len(names)) + b"".join(struct.pack(">I", offsets[at]) for at in order) + bytes(out[-20:])
    path.with_suffix(".idx").write_bytes(index + hashlib.sha1(index).digest())
    return path


def name_of(kind: str, data: bytes) -> bytes:
    """The object's name."""
    return hashlib.sha1(b"%s %d\0" % (kind.encode(), len(data)) + data).digest()
