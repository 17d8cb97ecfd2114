"""Files inside archives, and archives inside those: read in memory, never written to disk.

Everything about an archive is taken to be a lie until it is read: sizes, counts, names. Names are only shown.
Formats: zip and its kin (jar, whl, docx, xlsx …), tar, gzip, bzip2, xz, and zstd where Python has it.
"""

from __future__ import annotations

import bz2
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from scanner.model.result import Skipped


class ArchiveLimits(NamedTuple):
    """What is read of one outermost archive. ``member`` and ``total`` are bytes, ``ratio`` is out by in."""

    depth: int = 4
    files: int = 50_000
    member: int = 256 * 1024 * 1024
    total: int = 1024 * 1024 * 1024
    ratio: int = 1000


class Member(NamedTuple):
    """One file: its path (``outer.zip!/inner/name``) and its bytes."""

    path: str
    data: bytes


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
)
_TAR_MAGIC_AT = 257


def kind_of_archive(data: bytes) -> str:
    """The format by its first bytes (``zip``, ``tar``, ``gzip`` …), or an empty string."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    return "tar" if data[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar" else ""


class Unpacker:
    """Reads one outermost archive within limits; ``skipped`` names what was not read.

    One an archive: what its members may still cost is counted over all of them.
    """

    def __init__(self, limits: ArchiveLimits | None = None) -> None:
        self.skipped: list[Skipped] = []
        self._limits = limits or ArchiveLimits()
        self._count = 0
        self._total = 0

    def members(self, path: str, data: bytes, depth: int = 0) -> Iterator[Member]:
        """Every file inside, those of inner archives instead of the inner archives themselves.

        A damaged archive gives what could be read of it.
        """
        kind = kind_of_archive(data)
        if depth >= self._limits.depth:
            self._skip(path, f"lies more than {self._limits.depth} archives deep")
            return
        try:
            for member in self._opened(kind, path, data):
                if not self._counted(member):
                    return
                if kind_of_archive(member.data):
                    yield from self.members(member.path, member.data, depth + 1)
                else:
                    yield member
        except (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, OSError, EOFError) as error:
            self._skip(path, f"is a damaged {kind} archive: {type(error).__name__}")
        except (ValueError, NotImplementedError, RuntimeError, OverflowError, MemoryError) as error:
            self._skip(path, f"cannot be read as {kind}: {type(error).__name__}")

    def _opened(self, kind: str, path: str, data: bytes) -> Iterator[Member]:
        if kind == "zip":
            return self._zip(path, data)
        if kind == "tar":
            return self._tar(path, data)
        if kind in ("gzip", "bzip2", "xz", "zstd"):
            return self._stream(kind, path, data)
        self._skip(path, f"is a {kind} archive, which is not read")
        return iter(())

    def _counted(self, member: Member) -> bool:
        """False when the limits end the reading of this archive."""
        self._count += 1
        self._total += len(member.data)
        if self._count > self._limits.files:
            self._skip(member.path, f"and what follows: more than {self._limits.files:,} files")
            return False
        if self._total > self._limits.total:
            self._skip(member.path, f"and what follows: more than {self._limits.total:,} bytes unpacked")
            return False
        return True

    def _zip(self, path: str, data: bytes) -> Iterator[Member]:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                name = f"{path}!/{info.filename}"
                if info.is_dir():
                    continue
                if info.flag_bits & 1:
                    self._skip(name, "is encrypted")
                    continue
                if not self._sound(name, info.file_size, info.compress_size):
                    continue
                with archive.open(info) as file:
                    content = file.read(self._limits.member + 1)
                if len(content) > self._limits.member:
                    self._skip(name, "unpacks to more than the limit")
                    continue
                yield Member(name, content)

    def _tar(self, path: str, data: bytes) -> Iterator[Member]:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for info in archive:
                name = f"{path}!/{info.name}"
                if not info.isfile():
                    continue
                if info.size > self._limits.member:
                    self._skip(name, "is larger than the limit")
                    continue
                file = archive.extractfile(info)
                if file is not None:
                    yield Member(name, file.read(self._limits.member))

    def _stream(self, kind: str, path: str, data: bytes) -> Iterator[Member]:
        """One compressed file, which may be a tar."""
        allowed = min(self._limits.member, self._limits.ratio * max(len(data), 1024))
        unpacked = decompress(kind, data, allowed)
        if unpacked is None:
            self._skip(path, f"is {kind}, which this Python does not read")
            return
        if len(unpacked) > allowed:
            self._skip(path, "unpacks to more than the limit")
            return
        stem = path.rpartition("/")[2].rpartition(".")[0] or "data"
        if kind_of_archive(unpacked) == "tar":
            # The tar is no level of its own: ``a.tgz!/file``, not ``a.tgz!/a!/file``.
            yield from self._tar(path, unpacked)
            return
        yield Member(f"{path}!/{stem}", unpacked)

    def _sound(self, name: str, size: int, packed: int) -> bool:
        """False, and said, for what claims to unpack to too much."""
        if size > self._limits.member:
            self._skip(name, f"unpacks to {size:,} bytes, more than the limit")
            return False
        if size > self._limits.ratio * max(packed, 1024):
            self._skip(name, "is packed too tightly to be believed")
            return False
        return True

    def _skip(self, path: str, why: str) -> None:
        self.skipped.append(Skipped(path, why, blocking=False))


def decompress(kind: str, data: bytes, limit: int) -> bytes | None:
    """At most ``limit`` + 1 bytes of a compressed stream (members one after the other joined); None when unread."""
    out = io.BytesIO()
    while data and out.tell() <= limit:
        decompressor = _decompressor(kind)
        if decompressor is None:
            return None
        out.write(decompressor.decompress(data, limit + 1 - out.tell()))
        if not decompressor.eof:
            if out.tell() <= limit:
                raise EOFError
            break
        data = decompressor.unused_data.lstrip(b"\0")
    return out.getvalue()


def _decompressor(kind: str) -> _Decompressor | None:
    if kind == "gzip":
        return zlib.decompressobj(wbits=31)
    if kind == "bzip2":
        return bz2.BZ2Decompressor()
    if kind == "xz":
        return lzma.LZMADecompressor(memlimit=512 * 1024 * 1024)
    try:
        # Part of Python from 3.14 on.
        from compression.zstd import ZstdDecompressor  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return None
    made: _Decompressor = ZstdDecompressor()
    return made
