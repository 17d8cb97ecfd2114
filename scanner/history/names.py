"""What every file has been called, and which trees hold what: read from what each tree adds to its base."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import compress, count

from scanner.history import headers
from scanner.history.entries import EntryBook
from scanner.history.errors import NoObject
from scanner.history.loose import read_loose
from scanner.history.pack import Families, Pack
from scanner.history.store import ObjectStore
from scanner.history.vectors import vector

# A tree this large is no tree that people work with.
LARGEST_TREE = 256 * 1024 * 1024

# From the bytes of a file name to the number of its class, from 1.
Classify = Callable[[bytes], int]


@dataclass(slots=True)
class EntryTable:
    """Fresh entries of trees of one pack, as ``EntryBook`` gives them: ``latest`` is what it calls the ends. ``others``
    are objects in the order of their numbers, from the count of the pack's own on."""

    table: bytes = b""
    latest: bytes = b""
    labels: list[bytes] = field(default_factory=list)
    others: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class PackNames:
    """The classes that objects' names are of. Object ``ranks[i]`` of the pack, by the rank of its name, has ``of[i]``,
    and perhaps ``more``; ``strangers`` are objects that are not in the pack.

    ``entries`` are what the names stand in, ``odd`` counts trees that could not be read.
    """

    ranks: array[int] = field(default_factory=lambda: array("I"))
    of: array[int] = field(default_factory=lambda: array("I"))
    more: dict[int, list[int]] = field(default_factory=dict)
    strangers: dict[bytes, list[int]] = field(default_factory=dict)
    entries: EntryTable = field(default_factory=EntryTable)
    odd: int = 0

    def renumbered(self, numbers: Sequence[int]) -> PackNames:
        """The same with each class ``n`` replaced by ``numbers[n]``."""
        return PackNames(
            self.ranks,
            array("I", map(numbers.__getitem__, self.of)),
            {at: [numbers[number] for number in some] for at, some in self.more.items()},
            {child: [numbers[number] for number in some] for child, some in self.strangers.items()},
            self.entries,
            self.odd,
        )


def read_names(pack: Pack, families: Families, roots: Iterable[int], classify: Classify) -> PackNames:
    """The names in the trees of the families with the ``roots`` given."""
    book = EntryBook(pack.index.names, pack.index.starts, pack.index.name_size, classify)
    walk = pack.tree_walk(families, limit=LARGEST_TREE)
    for root in roots:
        walk.add(root)
    book.walk(walk)
    entries = EntryTable(book.table(), book.ends(), list(book.labels), list(book.others))
    ranks = array("I", compress(count(), book.of))
    return PackNames(ranks, array("I", filter(None, book.of)), book.more, book.strangers, entries, len(walk.odd))


def read_tree(store: ObjectStore, tree: bytes, classify: Classify) -> dict[bytes, list[int]]:
    """The names in one tree that stands by itself."""
    book = EntryBook(b"", [0] * 257, store.name_size, classify)
    book.read(tree, vector((0, len(tree))), 0)
    return book.strangers


def loose_names(store: ObjectStore, classify: Classify) -> PackNames:
    """The names in all loose trees."""
    found = PackNames()
    for folder, name in store.loose():
        try:
            kind, data = read_loose(folder, name, limit=LARGEST_TREE)
        except NoObject:
            continue  # whoever reads all objects says so
        if kind == "tree":
            for child, numbers in read_tree(store, data, classify).items():
                note(found.strangers, child, numbers)
    return found


def note(known: dict[bytes, list[int]], child: bytes, numbers: Iterable[int]) -> None:
    """Add ``numbers`` to those of ``child``, each once."""
    there = known.setdefault(child, [])
    there += [number for number in numbers if number not in there]


# By type, 1 for objects that can be files: blobs, and those of which nothing is known.
_FILES = bytes(kind in (0, headers.BLOB) for kind in range(8))


def by_position(pack: Pack, names: Sequence[PackNames]) -> list[tuple[int, ...]]:
    """For each position in ``pack``, the classes that ``names`` (all read from it) know; none for what is no file."""
    first: list[int] = [0] * pack.index.count
    several: dict[int, set[int]] = {}
    for one in names:
        for rank, number in zip(one.ranks, one.of, strict=True):
            known = first[rank]
            if not known:
                first[rank] = number
            elif known != number:
                several.setdefault(rank, set()).add(number)
        for rank, numbers in one.more.items():
            several.setdefault(rank, set()).update(numbers)
    single: dict[int, tuple[int, ...]] = {number: (number,) for number in set(first)}
    single[0] = ()
    found = [single[first[rank]] if _FILES[kind] else () for rank, kind in zip(pack.ranks, pack.kinds, strict=True)]
    if several:
        for at in compress(count(), map(several.__contains__, pack.ranks)):
            if found[at]:
                found[at] = tuple(sorted(several[pack.ranks[at]].union(found[at])))
    return found
