"""Files inside archives, and archives inside those: read in memory, never written to disk.

Everything about an archive is taken to be a lie until it is read: sizes, counts, names. Names are only shown.
Formats: zip and its kin (jar, whl, docx, xlsx …), tar, ar (deb), gzip, bzip2, xz, lzma; zstd and 7z where what reads
them is installed.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import NamedTuple

from scanner.model.result import Skipped
from scanner.sources import ar, sevenzip, tar, zips
from scanner.sources.damage import DAMAGE, told
from scanner.sources.magic import STREAMS, ArchiveLimits, kind_of_archive
from scanner.sources.streams import Decompressor, Inflated, Reader, Work, decompressor, everything, pieces

__all__ = ["ArchiveLimits", "Member", "Unpacker", "kind_of_archive"]


# So many times as many bytes as are scanned may be unpacked: archives in archives are unpacked at each level, and the
# first block of each stream twice.
_WORK = 3


class Member(NamedTuple):
    """One file: its path (``outer.zip!/inner/name``) and its bytes."""

    path: str
    data: bytes


class _Over(Exception):
    """The limits of the whole archive are used up."""


class Unpacker:
    """Reads one outermost archive within limits; ``skipped`` names what was not read.

    One an archive: what its members may still cost is counted over all of them.
    """

    def __init__(self, limits: ArchiveLimits | None = None) -> None:
        self.skipped: list[Skipped] = []
        self._limits = limits or ArchiveLimits()
        self._count = 0
        self._total = 0
        # Members that are given up are not among the files: a directory may list the same one ten thousand times.
        self._work = Work(_WORK * self._limits.total)

    def members(self, path: str, data: bytes) -> Iterator[Member]:
        """Every file inside, those of inner archives instead of the inner archives themselves.

        A damaged archive gives what could be read of it.
        """
        try:
            yield from self._members(path, data, 0)
        except _Over as over:
            self._skip(path, str(over))

    def _members(self, path: str, data: bytes, depth: int) -> Iterator[Member]:
        self._go_on()
        kind = kind_of_archive(data)
        if depth >= self._limits.depth:
            self._skip(path, f"lies more than {self._limits.depth} archives deep")
            return
        with self._told(path, kind):
            if kind == "zip":
                yield from self._zip(path, data, depth)
            elif kind == "tar":
                yield from self._tar(path, io.BytesIO(data), depth)
            elif kind == "ar":
                for part in ar.parts(data):
                    yield from self._inside(f"{path}!/{part.name}", data[part.start : part.end], depth)
            elif kind == "7z":
                yield from self._seven(path, data, depth)
            elif kind in STREAMS:
                yield from self._stream(kind, path, data, depth)
            else:
                self._skip(path, f"is a {kind} archive, which is not read")
                yield Member(path, data)

    def _told(self, path: str, kind: str) -> _Told:
        return _Told(self._skip, path, kind)

    def _inside(self, path: str, data: bytes, depth: int) -> Iterator[Member]:
        """A file that was unpacked: itself, or what it packs."""
        self._count += 1
        self._total += len(data)
        if self._count > self._limits.files:
            raise _Over(f"holds more than {self._limits.files:,} files: the rest was not scanned")
        if self._total > self._limits.total:
            raise _Over(f"unpacks to more than {self._limits.total:,} bytes: the rest was not scanned")
        if kind_of_archive(data):
            yield from self._members(path, data, depth + 1)
        else:
            yield Member(path, data)

    def _zip(self, path: str, data: bytes, depth: int) -> Iterator[Member]:
        if zips.crowded(data, self._limits.files):
            self._skip(path, f"lists more than {self._limits.files:,} files")
            return
        every = list(zips.listed(data))
        if before := zips.in_front(data):
            yield from self._inside(path, before, depth)
        for listed in every:
            name = f"{path}!/{listed.name}"
            if listed.encrypted:
                self._skip(name, "is encrypted")
                continue
            content: bytes | None = None
            self._go_on()
            with self._told(name, "zip"):
                allowed = self._allowed(listed.packed)
                content = everything(zips.opened(data, listed, allowed, self._work), allowed)
            if content is not None:
                yield from self._inside(name, content, depth)

    def _seven(self, path: str, data: bytes, depth: int) -> Iterator[Member]:
        allowed = min(self._limits.total, self._limits.ratio * max(len(data), 1024))
        for name, content in sevenzip.contents(data, files=self._limits.files, allowed=allowed, work=self._work):
            yield from self._inside(f"{path}!/{name}", content, depth)

    def _tar(self, path: str, reader: Reader, depth: int) -> Iterator[Member]:
        archive = tar.TarReader(reader)
        for entry in archive.entries():
            if entry.file:
                name = f"{path}!/{entry.name}"
                data = self._content(name, archive, entry)
                if data is not None:
                    yield from self._inside(name, data, depth)

    def _content(self, name: str, archive: tar.TarReader, entry: tar.Entry) -> bytes | None:
        if entry.size > self._limits.member:
            self._skip(name, f"has {entry.size:,} bytes, more than the limit")
            return None
        return archive.content()

    def _stream(self, kind: str, path: str, data: bytes, depth: int) -> Iterator[Member]:
        """One compressed file, which may be a tar."""

        def opened(allowed: int) -> Inflated:
            return Inflated(pieces(io.BytesIO(data)), maker(kind), allowed, self._work)

        if kind_of_archive(_head(opened(1 << 30))) == "tar":
            # The tar is no level of its own: ``a.tgz!/file``, not ``a.tgz!/a!/file``.
            reader = opened(min(self._limits.total, self._limits.ratio * max(len(data), 1024)))
            yield from self._tar(path, reader, depth)
            return
        allowed = self._allowed(len(data))
        stem = path.rpartition("!/")[2].rpartition("/")[2].rpartition(".")[0] or "data"
        yield from self._inside(f"{path}!/{stem}", everything(opened(allowed), allowed), depth)

    def _go_on(self) -> None:
        """Raises ``_Over`` once all that may be unpacked was, be it for nothing."""
        if self._work.left < 0:
            raise _Over(f"takes unpacking more than {_WORK * self._limits.total:,} bytes: the rest was not scanned")

    def _allowed(self, packed: int) -> int:
        """How many bytes so many packed ones may become."""
        return min(self._limits.member, self._limits.ratio * max(packed, 1024))

    def _skip(self, path: str, why: str) -> None:
        self.skipped.append(Skipped(path, why, blocking=False))


class _Told:
    """Turns what goes wrong with one archive or member into an entry of what was skipped."""

    def __init__(self, skip: Callable[[str, str], None], path: str, kind: str) -> None:
        self._skip, self._path, self._kind = skip, path, kind

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, DAMAGE):
            return False
        self._skip(self._path, told(error, f"{self._kind} archive"))
        return True


def maker(kind: str) -> Callable[[], Decompressor]:
    """What makes a decompressor of one kind."""
    return lambda: decompressor(kind)


def _head(reader: Reader) -> bytes:
    try:
        return reader.read(tar.BLOCK)
    except EOFError:
        return b""
