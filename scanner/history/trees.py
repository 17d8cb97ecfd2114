"""Which trees hold given objects, and under which names, found without reading most trees.

A name is looked for from below: in what trees *insert* over the tree they are made from. From there the
entry is followed through the trees that copy it, by the copy instructions alone. Object names are random, so
twelve bytes of one are no coincidence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from scanner.history import delta
from scanner.history.delta import (
    OFS_DELTA,
    RENAMED,
    Damaged,
    TreeText,
    find_names,
    inner,
    read_header,
    track,
)
from scanner.history.errors import NoObject
from scanner.history.inflate import inflate
from scanner.history.loose import read_loose
from scanner.history.pack import Families, Pack
from scanner.history.store import ObjectStore

# Mode and name right before an object name. A name holds no zero byte, so the search cannot run into another entry.
_USUAL_NAME, _LONGEST_NAME = 100, 4096
_ENTRY = re.compile(rb"(?:[1-7][0-7]{4,5}) ([^\0]+)\0\Z")


class Entry(NamedTuple):
    """``child`` (a binary object name) stands in the tree called ``tree`` under ``name``."""

    tree: bytes
    name: bytes
    child: bytes


class _Slot(NamedTuple):
    """An entry of one tree: where its object name begins, its own name, and the object."""

    place: int
    label: bytes
    before: int
    child: bytes


@dataclass(slots=True)
class PackTrees:
    """The trees of one pack, inflated but not rebuilt. ``items`` are the numbers in ``text`` by position."""

    pack: Pack
    families: Families
    text: TreeText
    positions: list[int]
    items: dict[int, int]
    odd: int = 0

    @classmethod
    def read(cls, pack: Pack, *, limit: int) -> PackTrees:
        """All trees of ``pack``; those of more than ``limit`` bytes, or damaged, are counted as ``odd``."""
        pieces: list[bytes] = []
        starts: list[int] = [0]
        flags = bytearray()
        positions: list[int] = []
        odd = filled = 0
        name_size = pack.index.name_size
        for at, kind in enumerate(pack.kinds):
            if kind != delta.TREE:
                continue
            offset, end = pack.offsets[at], pack.offsets[at + 1]
            try:
                header = read_header(pack.data[offset : min(end, offset + 64)], offset, name_size)
                if header.size > limit:
                    raise Damaged("larger than the limit")
                data = inflate(pack.data[header.data : end], header.size)
            except Damaged:
                odd += 1
                continue
            filled += len(data)
            pieces.append(data)
            starts.append(filled)
            flags.append(header.kind >= OFS_DELTA)
            positions.append(at)
        text = TreeText(b"".join(pieces), starts, bytes(flags))
        items = {position: item for item, position in enumerate(positions)}
        return cls(pack, pack.families(delta.TREE), text, positions, items, odd)

    def parents(self, wanted: frozenset[bytes], *, limit: int) -> Iterator[Entry]:
        """Every place in these trees where one of the objects ``wanted`` stands."""
        size = self.pack.index.name_size
        by_part = {inner(name): name for name in wanted}
        fresh: dict[int, list[bytes]] = {}
        for item, part in find_names(self.text, 0, len(self.positions), size, set(by_part)):
            fresh.setdefault(self.positions[item], []).append(by_part[part])
        found: list[tuple[int, bytes, bytes]] = []
        roots, needed = _above(self.pack, fresh)
        waiting: list[tuple[int, list[_Slot]]] = [(root, []) for root in roots]
        while waiting:
            position, above = waiting.pop()
            try:
                slots = self._slots(position, above, fresh.get(position, ()), limit)
            except (Damaged, NoObject):
                self.odd += 1
                continue
            found += ((position, slot.label, slot.child) for slot in slots)
            child = self.families.first[position]
            while child >= 0:
                if slots or child in needed:
                    waiting.append((child, slots))
                child = self.families.following[child]
        names = self.pack.name_at([position for position, _, _ in found])
        yield from (Entry(names[position], label, child) for position, label, child in found)

    def _slots(self, position: int, above: list[_Slot], fresh: Iterable[bytes], limit: int) -> list[_Slot]:
        """The entries that hold wanted objects in one tree: what its base had and it copies, and what it inserts."""
        size = self.pack.index.name_size
        kept: list[_Slot] = []
        unseen = Counter(fresh)
        renamed: set[bytes] = set()
        if above:
            item = self.text.item(self.items[position])
            replaced: list[tuple[int, int, bytes]] = []
            places = track(item, [slot.place for slot in above], [slot.before for slot in above], size, replaced)
            for slot, place in zip(above, places, strict=True):
                if place >= 0:
                    kept.append(slot._replace(place=place))
                elif place == RENAMED:
                    renamed.add(slot.child)
            # The usual change of a tree: the same name, another object. Nothing needs to be rebuilt for it.
            parts = {inner(child): child for child in unseen} if replaced else {}
            for number, place, part in replaced:
                child = parts.get(part, b"")
                if child:
                    unseen[child] -= 1
                    kept.append(above[number]._replace(place=place, child=child))
        unsure = renamed.union(child for child, count in unseen.items() if count > 0)
        if not unsure:
            return kept
        tree = self.pack.read(position, limit=limit)
        kept = [slot for slot in kept if slot.child not in unsure]
        for child in unsure:
            kept += _entries(tree, child)
        return kept


@dataclass(slots=True)
class TreeIndex:
    """Looks up the parents of objects. ``limit`` is the largest tree in bytes that is read."""

    store: ObjectStore
    limit: int
    _packs: list[PackTrees] | None = None
    _loose: dict[bytes, bytes] | None = None

    @property
    def odd(self) -> int:
        """How many trees could not be read: what they hold is not known."""
        return sum(pack.odd for pack in self._packs or ())

    def parents(self, wanted: frozenset[bytes]) -> Iterator[Entry]:
        """Every place in any tree where one of the objects ``wanted`` stands; one that is stored twice comes twice."""
        if self._packs is None:
            self._packs = [PackTrees.read(pack, limit=self.limit) for pack in self.store.packs]
        for pack in self._packs:
            yield from pack.parents(wanted, limit=self.limit)
        if self._loose is None:
            self._loose = self._read_loose()
        for name, data in self._loose.items():
            for child in _names_in(data, self.store.name_size) & wanted:
                yield from (Entry(name, slot.label, child) for slot in _entries(data, child))

    def _read_loose(self) -> dict[bytes, bytes]:
        found = {}
        for folder, name in self.store.loose():
            try:
                kind, data = read_loose(folder, name, limit=self.limit)
            except NoObject:
                continue  # whoever reads all objects has said so
            if kind == "tree":
                found[name] = data
        return found


def _above(pack: Pack, fresh: Iterable[int]) -> tuple[list[int], set[int]]:
    """The roots of the families of ``fresh``, and all that has to be rebuilt on the way to them."""
    needed: set[int] = set()
    roots: list[int] = []
    for start in fresh:
        at = start
        while at not in needed:
            needed.add(at)
            if pack.bases[at] < 0:
                roots.append(at)
                break
            at = pack.bases[at]
    return roots, needed


def _entries(tree: bytes, child: bytes) -> Iterator[_Slot]:
    """Every entry of ``tree`` for the object ``child``."""
    at = tree.find(child)
    while at >= 0:
        for reach in (_USUAL_NAME, _LONGEST_NAME):
            entry = _ENTRY.search(tree, max(0, at - reach), at)
            if entry is not None:
                yield _Slot(at, entry.group(1), at - entry.start(), child)
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
