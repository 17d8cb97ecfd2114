"""The files of a container image's archive: a tar, a compressed tar, or a folder as OCI lays it out.

Small JSON files are read at once, they say what the others are. Layers are read as streams, never whole.
"""

from __future__ import annotations

import io
import os
import posixpath
import stat
from collections.abc import Collection, Iterator, Mapping
from typing import BinaryIO, NamedTuple, Protocol

from scanner.model.errors import UsageError
from scanner.sources import tar
from scanner.sources.damage import DAMAGE, told
from scanner.sources.magic import STREAMS, kind_of_archive
from scanner.sources.streams import Inflated, Reader, Unreadable, decompressor, pieces

# A manifest or a configuration is some kilobytes; attestations with a list of packages are megabytes.
LARGEST_JSON = 16 * 1024 * 1024
_MOST_JSON = 256 * 1024 * 1024
_MOST_FILES = 100_000
_HEAD = 512


class Store(Protocol):
    """What an image is made of. ``separate`` is true where each file can be opened by itself."""

    @property
    def json(self) -> Mapping[str, bytes]:
        """The small files that look like JSON, by name."""
        ...

    @property
    def sizes(self) -> Mapping[str, int]:
        """Every file's size in bytes, by name."""
        ...

    @property
    def separate(self) -> bool: ...

    @property
    def damage(self) -> str:
        """Why the list of files is not complete; empty when it is."""
        ...

    def readers(self, names: Collection[str]) -> Iterator[tuple[str, Reader]]:
        """A stream of each of ``names``, in the order in which they are stored; each is read before the next."""
        ...


class _Listed(NamedTuple):
    json: dict[str, bytes]
    sizes: dict[str, int]
    places: dict[str, tuple[int, int]]
    damage: str


class Slice:
    """A part of an open file as a stream that can skip."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self.at, self._end = file, start, start + size

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        self._file.seek(self.at)
        data = self._file.read(max(0, min(size, self._end - self.at)))
        self.at += len(data)
        return data

    def skip(self, size: int) -> None:
        """Go on without reading. EOFError past the end."""
        self.at += size
        if self.at > self._end:
            raise EOFError


class FolderStore:
    """An OCI layout (or an unpacked docker-save archive) on the disk. Links are not followed."""

    separate = True
    damage = ""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.json: dict[str, bytes] = {}
        self.sizes: dict[str, int] = {}
        for current, folders, files in os.walk(folder):
            folders.sort()
            for file in sorted(files):
                name = os.path.relpath(os.path.join(current, file), folder).replace(os.sep, "/")
                with self._open(name) as opened:
                    if opened is not None:
                        self._add(name, opened)

    def readers(self, names: Collection[str]) -> Iterator[tuple[str, Reader]]:
        """Each file, opened as it is asked for."""
        for name in self.sizes:
            if name in names:
                with self._open(name) as opened:
                    yield name, opened or io.BytesIO()

    def _add(self, name: str, file: BinaryIO) -> None:
        size = os.fstat(file.fileno()).st_size
        self.sizes[name] = size
        if len(self.sizes) > _MOST_FILES:
            raise UsageError(f"{self._folder} holds more than {_MOST_FILES:,} files: it is no image layout")
        if size <= LARGEST_JSON:
            head = file.read(_HEAD)
            if _looks_like_json(head):
                self.json[name] = head + file.read(LARGEST_JSON)

    def _open(self, name: str) -> _Opened:
        return _Opened(os.path.join(self._folder, name))


class _Opened:
    """A regular file opened without being led elsewhere; None in its place where it is none."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def __enter__(self) -> BinaryIO | None:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            handle = os.open(self._path, flags)
        except OSError:
            return None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            return None
        self._file = os.fdopen(handle, "rb")
        return self._file

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()


class TarStore:
    """A tar on the disk that is not compressed: its files are found once, and opened where they lie."""

    separate = True

    def __init__(self, path: str) -> None:
        self._path = path
        with open(path, "rb") as file:
            slice_ = Slice(file, 0, os.fstat(file.fileno()).st_size)
            listed = _list(path, slice_, slice_)
        self.json, self.sizes, self._places, self.damage = listed

    def readers(self, names: Collection[str]) -> Iterator[tuple[str, Reader]]:
        """Each file as a part of the tar."""
        with open(self._path, "rb") as file:
            for name, (start, size) in self._places.items():
                if name in names:
                    yield name, Slice(file, start, size)


class PackedStore:
    """A compressed tar: read from its beginning each time, once for what is small and once for the layers."""

    separate = False

    def __init__(self, path: str, kind: str, allowed: int) -> None:
        self._path, self._kind, self._allowed = path, kind, allowed
        with open(path, "rb") as file:
            self.json, self.sizes, _, self.damage = _list(path, self._unpacked(file), None)

    def readers(self, names: Collection[str]) -> Iterator[tuple[str, Reader]]:
        """Each file as it comes by."""
        with open(self._path, "rb") as file:
            archive = tar.TarReader(self._unpacked(file))
            for entry in archive.entries():
                name = plain_name(entry.name)
                if entry.file and name in names:
                    yield name, archive

    def _unpacked(self, file: BinaryIO) -> Inflated:
        return Inflated(pieces(file), lambda: decompressor(self._kind), self._allowed)


def open_store(path: str, allowed: int) -> Store:
    """The store at ``path``, of which at most ``allowed`` bytes are unpacked. UsageError for what is none."""
    if path == "-":
        # What the layers are is written behind them, and they are too large to be kept.
        raise UsageError("an image cannot be read from a pipe: `docker save -o image.tar NAME`, then name the file")
    if os.path.isdir(path):
        return FolderStore(path)
    with _Opened(path) as file:
        if file is None:
            raise UsageError(f"{path}: there is no such file or folder")
        head = file.read(_HEAD)
    kind = kind_of_archive(head)
    try:
        if kind == "tar":
            return TarStore(path)
        if kind in STREAMS:
            return PackedStore(path, kind, allowed)
    except Unreadable as error:
        raise UsageError(f"{path} is packed with {error}") from None
    raise UsageError(f"{path} is no image archive: neither a tar (docker save, OCI) nor a folder")


def plain_name(name: str) -> str:
    """A name without ``./`` and without leading slashes; ``..`` leads nowhere."""
    return posixpath.normpath("/" + name).lstrip("/")


def _list(path: str, reader: Reader, places: Slice | None) -> _Listed:
    listed = _Listed({}, {}, {}, "")
    links: dict[str, str] = {}
    archive = tar.TarReader(reader)
    total = 0
    try:
        for entry in archive.entries():
            name = plain_name(entry.name)
            if entry.link:
                links[name] = plain_name(posixpath.join(posixpath.dirname(name), entry.link))
            if not entry.file:
                continue
            listed.sizes[name] = entry.size
            if len(listed.sizes) > _MOST_FILES:
                raise UsageError(f"{path} holds more than {_MOST_FILES:,} files: it is no image archive")
            if places is not None:
                listed.places[name] = (places.at, entry.size)
            if entry.size > LARGEST_JSON or total > _MOST_JSON:
                continue
            head = archive.read(_HEAD)
            if _looks_like_json(head):
                listed.json[name] = head + archive.content()
                total += entry.size
    except DAMAGE as error:
        listed = listed._replace(damage=told(error, "archive"))
    _follow(links, listed)
    return listed


def _follow(links: Mapping[str, str], listed: _Listed) -> None:
    """Old archives store a layer that comes twice as a link to the first."""
    for name, target in links.items():
        for table in (listed.sizes, listed.places, listed.json):
            if target in table and name not in table:
                table[name] = table[target]  # type: ignore[assignment]


def _looks_like_json(head: bytes) -> bool:
    return head.lstrip()[:1] in (b"{", b"[")
