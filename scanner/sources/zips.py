"""The members of a zip, unpacked by us: the standard library's reader trusts sizes that an attacker wrote."""

from __future__ import annotations

import bz2
import io
import zipfile
from collections.abc import Callable, Iterator
from typing import NamedTuple

from scanner.sources.streams import Decompressor, Inflated, Unreadable, Work, decompressor, lzma_member

_LOCAL, _LOCAL_SIZE = b"PK\x03\x04", 30
_CENTRAL = b"PK\x01\x02"
_ENCRYPTED = 1
_LZMA_HEAD = 4


class Listed(NamedTuple):
    """One member as the directory at the end tells it. Nothing of it is true until it is read."""

    name: str
    encrypted: bool
    packed: int
    at: int
    method: int


def crowded(data: bytes, limit: int) -> bool:
    """True when the directory has so many entries that listing them would cost more memory than reading them."""
    return data.count(_CENTRAL) > 4 * limit


def listed(data: bytes) -> Iterator[Listed]:
    """The members that are files. zipfile.BadZipFile and others for what is no zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                encrypted = bool(info.flag_bits & _ENCRYPTED)
                yield Listed(info.filename, encrypted, info.compress_size, info.header_offset, info.compress_type)


def in_front(data: bytes) -> bytes:
    """What stands before the first member: of a zip that is a program, what starts it."""
    return b"" if data.startswith(b"PK") else data[: max(0, data.find(_LOCAL))]


def opened(data: bytes, member: Listed, allowed: int, work: Work | None = None) -> Inflated | io.BytesIO:
    """A reader of one member; Unreadable, TooMuch or the decompressor's own complaint. What it unpacks is ``work``."""
    at = member.at
    if data[at : at + 4] != _LOCAL:
        raise zipfile.BadZipFile
    names = int.from_bytes(data[at + 26 : at + 28], "little")
    extra = int.from_bytes(data[at + 28 : at + 30], "little")
    start = at + _LOCAL_SIZE + names + extra
    packed = data[start : start + member.packed]
    if len(packed) < member.packed:
        raise EOFError
    make: Callable[[], Decompressor]
    if member.method == zipfile.ZIP_STORED:
        return io.BytesIO(packed)
    if member.method == zipfile.ZIP_DEFLATED:
        make = _deflate
    elif member.method == zipfile.ZIP_BZIP2:
        make = bz2.BZ2Decompressor
    elif member.method == zipfile.ZIP_LZMA:
        size = int.from_bytes(packed[2:4], "little")
        settings, packed = packed[_LZMA_HEAD : _LZMA_HEAD + size], packed[_LZMA_HEAD + size :]
        return Inflated((packed,), lambda: lzma_member(settings), allowed, work)
    elif member.method == 93:
        make = _zstd
    else:
        raise Unreadable(f"packed by method {member.method}")
    return Inflated((packed,) if packed else (), make, allowed, work)


def _deflate() -> Decompressor:
    return decompressor("deflate")


def _zstd() -> Decompressor:
    return decompressor("zstd")
