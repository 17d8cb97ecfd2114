"""Which trees hold given objects, and under which names, without reading most trees a second time.

Where an entry is new was noted when the trees were read for the names of files. From there it is followed through
the trees that copy it, by the copy instructions of their deltas alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress, count
from typing import NamedTuple

from scanner.history import delta
from scanner.history.entries import Family
from scanner.history.errors import NoObject
from scanner.history.loose import read_loose
from scanner.history.names import LARGEST_TREE, EntryTable
from scanner.history.pack import Pack
from scanner.history.store import ObjectStore

# Mode and name right before an object name. A name holds no zero byte, so the search cannot run into another entry.
_USUAL_NAME, _LONGEST_NAME = 100, 4096
# Modes of symbolic links and of submodules.
_NO_FILES = (b"120000", b"160000")
_ENTRY = re.compile(rb"(?:[1-7][0-7]{4,5}) ([^\0]+)\0\Z")


class Entry(NamedTuple):
    """An object called ``child`` (binary) stands in a tree under ``name``."""

    name: bytes
    child: bytes


_LOW = 0xFFFFFFFF
# More tables than a pack is read in portions.
_TABLES = 1 << 16


class _Children:
    """One table, by the objects that its entries are of."""

    def __init__(self, entries: EntryTable, at: int) -> None:
        self.entries = entries
        self._at = at
        self._first_other = len(entries.latest) - len(entries.others)
        self._others = {name: at for at, name in enumerate(entries.others, self._first_other)}

    def select(self, found: dict[int, list[int]], wanted: Iterable[bytes], ranks: Iterable[int]) -> None:
        """Add to ``found``, as ``Family.follow`` takes it, the entries of ``wanted``; ``ranks`` are those of the pack's
        objects among them. An entry's number has that of its table in the low bits."""
        numbers = [*ranks]
        if self._others:
            numbers += [self._others[name] for name in wanted if name in self._others]
        table, latest = self.entries.table, self.entries.latest
        for child in numbers:
            entry = latest[child] - 1
            while entry >= 0:
                place = table[3 * entry + 1]
                number = entry * _TABLES + self._at
                found.setdefault(table[3 * entry] >> 32, []).extend((place >> 32, place & _LOW, number))
                entry = (table[3 * entry + 2] >> 32) - 1

    def entry(self, number: int, pack: Pack) -> Entry:
        """The entry with a number that ``select`` gave, in trees of ``pack``."""
        entries, at = self.entries, number // _TABLES
        child = entries.table[3 * at] & _LOW
        name = pack.index.name(child) if child < pack.index.count else entries.others[child - pack.index.count]
        return Entry(entries.labels[entries.table[3 * at + 2] & _LOW], name)


@dataclass(slots=True)
class PackTrees:
    """The trees of one pack, and the tables that were read from all of them."""

    pack: Pack
    tables: Sequence[EntryTable]
    _family: Family | None = None
    _children: list[_Children] = field(default_factory=list)

    @property
    def odd(self) -> int:
        """How many trees could not be followed."""
        return self._family.odd if self._family is not None else 0

    def parents(self, wanted: Iterable[bytes]) -> Iterator[tuple[bytes, list[Entry]]]:
        """The trees in which one of the objects ``wanted`` stands, by name, and where; a tree can come twice."""
        if self._family is None:
            self._family = self.pack.family(self.pack.families(delta.TREE), limit=LARGEST_TREE)
            self._children = [_Children(table, at) for at, table in enumerate(self.tables)]
        index, names = self.pack.index, list(wanted)
        ranks = [rank for rank in map(index.rank, names) if rank >= 0]
        fresh: dict[int, list[int]] = {}
        for children in self._children:
            children.select(fresh, names, ranks)
        yield from self._named(self._family.follow(fresh))

    def called(self, labels: frozenset[bytes]) -> Iterator[bytes]:
        """The objects that stand in these trees under one of the names ``labels``; one may come several times."""
        index = self.pack.index
        for entries in self.tables:
            wanted = {number for number, label in enumerate(entries.labels) if label in labels}
            if not wanted:
                continue
            numbers = map(_LOW.__and__, entries.table[2::3])
            for entry in compress(count(), map(wanted.__contains__, numbers)):
                child = entries.table[3 * entry] & _LOW
                yield index.name(child) if child < index.count else entries.others[child - index.count]

    def _named(self, found: Sequence[int]) -> Iterator[tuple[bytes, list[Entry]]]:
        """``found``, positions of trees (each with all of its own in a row) and numbers of entries, by name."""
        known: dict[int, Entry] = {}
        last, here = -1, list[Entry]()
        for position, number in zip(found[::2], found[1::2], strict=True):
            if position != last:
                if here:
                    yield self.pack.name(last), here
                last, here = position, []
            entry = known.get(number)
            if entry is None:
                entry = known[number] = self._children[number % _TABLES].entry(number, self.pack)
            here.append(entry)
        if here:
            yield self.pack.name(last), here


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

    def parents(self, wanted: frozenset[bytes]) -> Iterator[tuple[bytes, list[Entry]]]:
        """The trees in which one of the objects ``wanted`` stands, by name, and where; a tree can come twice."""
        for pack in self._of_packs():
            yield from pack.parents(wanted)
        for name, data in self._loose_trees().items():
            here = _names_in(data, self.store.name_size) & wanted
            if here:
                yield name, [Entry(label, child) for child in here for label in _labels(data, child)]

    def called(self, labels: frozenset[bytes]) -> frozenset[bytes]:
        """The objects that stand in any tree under one of the names ``labels``."""
        found = {child for pack in self._of_packs() for child in pack.called(labels)}
        for data in self._loose_trees().values():
            if any(label in data for label in labels):
                found.update(child for name, child in entries_of(data, self.store.name_size) if name in labels)
        return frozenset(found)

    def _of_packs(self) -> list[PackTrees]:
        if self._packs is None:
            self._packs = [PackTrees(pack, tables) for pack, tables in zip(self.store.packs, self.tables, strict=True)]
        return self._packs

    def _loose_trees(self) -> dict[bytes, bytes]:
        if self._loose is None:
            self._loose = self._read_loose()
        return self._loose

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


def entries_of(tree: bytes, name_size: int) -> Iterator[tuple[bytes, bytes]]:
    """Name and object of every file and folder in a tree, links and submodules left out; of a damaged one, those
    before the damage."""
    at = 0
    while at < len(tree):
        blank, zero = tree.find(b" ", at), tree.find(b"\0", at)
        end = zero + 1 + name_size
        if not at < blank < zero or end > len(tree):
            return
        if tree[at:blank] not in _NO_FILES:
            yield tree[blank + 1 : zero], tree[zero + 1 : end]
        at = end


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
