"""One layer of a container image: its files as a stream, and what it takes away from the layers below."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from scanner.sources import tar
from scanner.sources.imagestore import plain_name
from scanner.sources.magic import STREAMS, kind_of_archive
from scanner.sources.streams import Inflated, Reader, Unreadable, Work, decompressor, pieces

_WHITEOUT, _OPAQUE = ".wh.", ".wh..wh..opq"
_HEAD = 512


class LayerFile(NamedTuple):
    """A regular file: its path without a leading slash, and its bytes; None for one that is over the limit."""

    path: str
    size: int
    data: bytes | None


class LayerNames(NamedTuple):
    """What a layer does to those below: paths it brings, paths it deletes, folders whose old content it hides."""

    brings: set[str]
    deletes: set[str]
    hides: set[str]

    def removes(self, path: str) -> str:
        """``deleted`` or ``replaced`` where this layer takes away ``path`` of a layer below, else an empty string."""
        folders = list(above(path))
        if path in self.deletes or any(folder in self.deletes or folder in self.hides for folder in folders):
            return "deleted"
        return "replaced" if path in self.brings else ""


def above(path: str) -> Iterator[str]:
    """Every folder that holds ``path``, the nearest first, the root as an empty string."""
    while path:
        path = path.rpartition("/")[0]
        yield path


class _Rewound:
    """A reader whose first bytes were looked at already."""

    def __init__(self, head: bytes, reader: Reader) -> None:
        self._head, self._reader = head, reader

    def read(self, size: int, /) -> bytes:
        """The next bytes, the first ones included."""
        if not self._head:
            return self._reader.read(size)
        found, self._head = self._head[:size], self._head[size:]
        return found + self._reader.read(size - len(found)) if len(found) < size else found


def layer_files(
    reader: Reader, names: LayerNames, *, largest: int, allowed: int, work: Work | None = None
) -> Iterator[LayerFile]:
    """The files of a layer, compressed or not; ``names`` is filled as they come by.

    At most ``allowed`` bytes are unpacked, and no more than ``work`` has left. Raises what ``scanner.sources.damage``
    knows.
    """
    head = reader.read(_HEAD)
    kind = kind_of_archive(head)
    source: Reader = _Rewound(head, reader)
    if kind in STREAMS:
        source = Inflated(pieces(source), lambda: decompressor(kind), allowed, work)
    elif kind != "tar" and head.strip(b"\0"):
        raise Unreadable("no tar")
    archive = tar.TarReader(source)
    for entry in archive.entries():
        path = plain_name(entry.name)
        folder, _, last = path.rpartition("/")
        if last == _OPAQUE:
            names.hides.add(folder)
        elif last.startswith(_WHITEOUT):
            names.deletes.add(f"{folder}/{last[len(_WHITEOUT) :]}".lstrip("/"))
        elif entry.link:
            names.brings.add(path)
        elif entry.file:
            names.brings.add(path)
            yield LayerFile(path, entry.size, archive.content() if entry.size <= largest else None)


def no_names() -> LayerNames:
    """Names of a layer that is not yet read."""
    return LayerNames(set(), set(), set())


def remover(path: str, later: Collection[LayerNames]) -> tuple[int, str]:
    """The first of the ``later`` layers that takes ``path`` away, from 1, and how; 0 when none does."""
    for place, names in enumerate(later, 1):
        how = names.removes(path)
        if how:
            return place, how
    return 0, ""
