"""Which trees hold given objects, and under which names, without reading most trees a second time.

Where an entry is new was noted when the trees were read for the names of files. From there it is followed through
the trees that copy it, by the copy instructions of their deltas alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from scanner.history import headers
from scanner.history.errors import NoObject
from scanner.history.family import Family
from scanner.history.links import Fresh, Links, named, select, within
from scanner.history.loose import read_loose
from scanner.history.names import LARGEST_TREE, EntryTable
from scanner.history.numbers import Numbers
from scanner.history.pack import Pack
from scanner.history.store import ObjectStore
from scanner.history.vectors import vector

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i64

# Mode and name right before an object name. A name holds no zero byte, so the search cannot run into another entry.
_USUAL_NAME, _LONGEST_NAME = 100, 4096
# Modes of symbolic links and of submodules.
_NO_FILES = (b"120000", b"160000")
_ENTRY = re.compile(rb"(?:[1-7][0-7]{4,5}) ([^\0]+)\0\Z")


class PackTrees:
    """The trees of one pack, number ``at`` of the store's, and the tables that were read from all of them.

    ``odd`` counts trees that could not be followed.
    """

    def __init__(self, at: int, pack: Pack, tables: Sequence[EntryTable], numbers: Numbers, labels: Labels) -> None:
        self._at = at
        self._pack = pack
        self._tables = tables
        self._numbers = numbers
        self._labels = [[labels.of(label) for label in table.labels] for table in tables]
        self._others = [_others(table, pack.index.count, numbers) for table in tables]
        self._family: Family | None = None
        self._fresh = Fresh(len(pack.kinds))
        self.odd = 0

    def link(self, wanted: vec[i64], links: Links) -> None:
        """Note in ``links`` the trees in which one of the objects ``wanted`` stands."""
        ranks, own = self._ranked(wanted)
        fresh = self._fresh
        for table, labels, others in zip(self._tables, self._labels, self._others, strict=True):
            select(table.table, table.latest, labels, ranks, own, fresh)
            if others:
                strangers = [number for number in wanted if number in others]
                children = vector([others[number] for number in strangers])
                select(table.table, table.latest, labels, children, vector(strangers), fresh)
        family = self._family
        if family is None:
            family = self._family = self._pack.family(self._pack.families(headers.TREE), limit=LARGEST_TREE)
        numbers = partial(self._numbers.ranked, self._at) if self._at else None
        links.note(family.follow(fresh), self._pack.ranks, numbers)
        self.odd = family.odd
        fresh.clear()

    def _ranked(self, wanted: vec[i64]) -> tuple[vec[i64], vec[i64]]:
        """The ranks in this pack of those of ``wanted`` that are in it, and those themselves."""
        if self._at == 0:
            own = within(wanted, 0, self._pack.index.count)
            return own, own
        ranked = {number: self._numbers.rank(self._at, number) for number in wanted}
        there = [number for number, rank in ranked.items() if rank >= 0]
        return vector([ranked[number] for number in there]), vector(there)

    def called(self, labels: frozenset[bytes]) -> Iterator[bytes]:
        """The objects that stand in these trees under one of the names ``labels``; one may come several times."""
        index = self._pack.index
        for entries in self._tables:
            wanted = {number for number, label in enumerate(entries.labels) if label in labels}
            for child in named(entries.table, wanted) if wanted else ():
                yield index.name(child) if child < index.count else entries.others[child - index.count]


def _others(entries: EntryTable, first: int, numbers: Numbers) -> dict[int, int]:
    """What the table calls objects that are not in its pack, from ``first`` on, by their numbers."""
    return {numbers.of(name): at for at, name in enumerate(entries.others, first)}


class Labels:
    """Numbers for the names of entries."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self.names: list[bytes] = []

    def of(self, label: bytes) -> int:
        """The number of ``label``."""
        number = self._numbers.get(label)
        if number is None:
            number = self._numbers[label] = len(self.names)
            self.names.append(label)
        return number


@dataclass(slots=True)
class TreeIndex:
    """Looks up the parents of objects. ``tables`` are those of each of the store's packs, ``unread`` counts trees
    that could not be read for them."""

    store: ObjectStore
    tables: Sequence[Sequence[EntryTable]]
    unread: int = 0
    labels: Labels = field(default_factory=Labels)
    _numbers: Numbers | None = None
    _packs: list[PackTrees] | None = None
    _loose: dict[bytes, bytes] | None = None

    @property
    def odd(self) -> int:
        """How many trees could not be read: what they hold is not known."""
        return self.unread + sum(pack.odd for pack in self._packs or ())

    @property
    def numbers(self) -> Numbers:
        """The numbers of all objects."""
        if self._numbers is None:
            self._numbers = Numbers(pack.index for pack in self.store.packs)
        return self._numbers

    def links(self) -> Links:
        """Links to be filled."""
        return Links(self.numbers.count)

    def link(self, wanted: vec[i64], links: Links) -> None:
        """Note in ``links`` the trees in which one of the objects ``wanted`` stands."""
        for pack in self._of_packs():
            pack.link(wanted, links)
        loose = self._loose_trees()
        names = {self.numbers.name(number): number for number in wanted} if loose else {}
        for name, data in loose.items():
            for child in _names_in(data, self.store.name_size) & names.keys():
                for label in _labels(data, child):
                    links.add(self.numbers.of(name), self.labels.of(label) << 32 | names[child])

    def holders(self, wanted: Iterable[bytes]) -> list[bytes]:
        """The names of the trees in which one of the objects called ``wanted`` stands."""
        links = self.links()
        self.link(vector(sorted({self.numbers.of(name) for name in wanted})), links)
        return [self.numbers.name(number) for number in sorted(links.trees)]

    def called(self, labels: frozenset[bytes]) -> frozenset[bytes]:
        """The objects that stand in any tree under one of the names ``labels``."""
        found = {child for pack in self._of_packs() for child in pack.called(labels)}
        for data in self._loose_trees().values():
            if any(label in data for label in labels):
                found.update(child for name, child in entries_of(data, self.store.name_size) if name in labels)
        return frozenset(found)

    def _of_packs(self) -> list[PackTrees]:
        if self._packs is None:
            pairs = zip(self.store.packs, self.tables, strict=True)
            self._packs = [
                PackTrees(at, pack, tables, self.numbers, self.labels) for at, (pack, tables) in enumerate(pairs)
            ]
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
