"""Which trees hold given objects, and under which names, without reading most trees a second time.

Where an entry is new was noted when the trees were read for the names of files. From there it is followed through
the trees that copy it, by the copy instructions of their deltas alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from scanner.history import delta
from scanner.history.entries import Family, select
from scanner.history.errors import NoObject
from scanner.history.loose import read_loose
from scanner.history.names import LARGEST_TREE, EntryTable
from scanner.history.pack import Pack
from scanner.history.store import ObjectStore

# Mode and name right before an object name. A name holds no zero byte, so the search cannot run into another entry.
_USUAL_NAME, _LONGEST_NAME = 100, 4096
_ENTRY = re.compile(rb"(?:[1-7][0-7]{4,5}) ([^\0]+)\0\Z")


class Entry(NamedTuple):
    """``child`` (a binary object name) stands in the tree called ``tree`` under ``name``."""

    tree: bytes
    name: bytes
    child: bytes


@dataclass(slots=True)
class PackTrees:
    """The trees of one pack, and the tables that were read from all of them."""

    pack: Pack
    tables: Sequence[EntryTable]
    _family: Family | None = None
    _others: list[dict[bytes, int]] = field(default_factory=list)

    @property
    def odd(self) -> int:
        """How many trees could not be followed."""
        return self._family.odd if self._family is not None else 0

    def parents(self, wanted: Iterable[bytes]) -> Iterator[Entry]:
        """Every place in these trees where one of the objects ``wanted`` stands."""
        if self._family is None:
            self._family = self.pack.family(self.pack.families(delta.TREE), limit=LARGEST_TREE)
            self._others = [{name: at for at, name in enumerate(table.others)} for table in self.tables]
        index, names = self.pack.index, list(wanted)
        ranks = [rank for rank in map(index.rank, names) if rank >= 0]
        for table, others in zip(self.tables, self._others, strict=True):
            flags = bytearray(index.count + len(others))
            for rank in ranks:
                flags[rank] = 1
            for name in names:
                at = others.get(name, -1)
                if at >= 0:
                    flags[index.count + at] = 1
            yield from self._entries(self._family, table, bytes(flags))

    def _entries(self, family: Family, table: EntryTable, flags: bytes) -> Iterator[Entry]:
        count = self.pack.index.count
        found = family.follow(select(table.table, flags))
        for at in range(0, len(found), 2):
            position, entry = found[at], 3 * found[at + 1]
            child = table.table[entry] & 0xFFFFFFFF
            name = self.pack.index.name(child) if child < count else table.others[child - count]
            yield Entry(self.pack.name(position), table.labels[table.table[entry + 2]], name)


@dataclass(slots=True)
class TreeIndex:
    """Looks up the parents of objects. ``tables`` are those of each of the store's packs, ``unread`` counts trees
    that could not be read for them."""

    store: ObjectStore
    tables: Sequence[Sequence[EntryTable]]
    unread: int = 0
    _packs: list[PackTrees] | None = None
    _loose: dict[bytes, bytes] | None = None

    @property
    def odd(self) -> int:
        """How many trees could not be read: what they hold is not known."""
        return self.unread + sum(pack.odd for pack in self._packs or ())

    def parents(self, wanted: frozenset[bytes]) -> Iterator[Entry]:
        """Every place in any tree where one of the objects ``wanted`` stands; one that is stored twice comes twice."""
        if self._packs is None:
            self._packs = [PackTrees(pack, tables) for pack, tables in zip(self.store.packs, self.tables, strict=True)]
        for pack in self._packs:
            yield from pack.parents(wanted)
        if self._loose is None:
            self._loose = self._read_loose()
        for name, data in self._loose.items():
            for child in _names_in(data, self.store.name_size) & wanted:
                yield from (Entry(name, label, child) for label in _labels(data, child))

    def _read_loose(self) -> dict[bytes, bytes]:
        found = {}
        for folder, name in self.store.loose():
            try:
                kind, data = read_loose(folder, name, limit=LARGEST_TREE)
            except NoObject:
                continue  # whoever reads all objects has said so
            if kind == "tree":
                found[name] = data
        return found


def _labels(tree: bytes, child: bytes) -> Iterator[bytes]:
    """The names under which ``tree`` has the object ``child``."""
    at = tree.find(child)
    while at >= 0:
        for reach in (_USUAL_NAME, _LONGEST_NAME):
            entry = _ENTRY.search(tree, max(0, at - reach), at)
            if entry is not None:
                yield entry.group(1)
                break
        at = tree.find(child, at + len(child))


def _names_in(tree: bytes, size: int) -> set[bytes]:
    """All object names that stand in ``tree``."""
    found = set()
    at = tree.find(b"\0")
    while 0 <= at < len(tree) - size:
        found.add(tree[at + 1 : at + 1 + size])
        at = tree.find(b"\0", at + 1 + size)
    return found
