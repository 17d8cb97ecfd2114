"""What every file has been called, read from what each tree adds to the one it was made from."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from scanner.history import delta
from scanner.history.delta import NameBook
from scanner.history.errors import NoObject
from scanner.history.loose import read_loose
from scanner.history.pack import Families, Pack
from scanner.history.store import ObjectStore

# A tree this large is no tree that people work with.
LARGEST_TREE = 256 * 1024 * 1024

# From the bytes of a file name to the number of its class, from 1.
Classify = Callable[[bytes], int]


@dataclass(slots=True)
class PackNames:
    """The classes of names by the rank of an object's name: one each (0: none), others, and of objects not here.

    ``odd`` counts trees that could not be read.
    """

    of: list[int]
    more: dict[int, list[int]] = field(default_factory=dict)
    strangers: dict[bytes, list[int]] = field(default_factory=dict)
    odd: int = 0

    def renumbered(self, numbers: Sequence[int]) -> PackNames:
        """The same with each number ``n`` replaced by ``numbers[n]``."""
        return PackNames(
            [numbers[number] for number in self.of],
            {at: [numbers[number] for number in some] for at, some in self.more.items()},
            {child: [numbers[number] for number in some] for child, some in self.strangers.items()},
            self.odd,
        )


def read_names(pack: Pack, families: Families, roots: Iterable[int], classify: Classify) -> PackNames:
    """The names in the trees of the families with the ``roots`` given."""
    book = NameBook(pack.index.names, pack.index.starts, pack.index.name_size, classify)
    walk = pack.tree_walk(families, limit=LARGEST_TREE)
    for root in roots:
        walk.add(root)
    book.walk(walk)
    return PackNames(book.of, book.more, book.strangers, len(walk.odd))


def read_tree(store: ObjectStore, tree: bytes, classify: Classify) -> dict[bytes, list[int]]:
    """The names in one tree that stands by itself."""
    book = NameBook(b"", [0] * 257, store.name_size, classify)
    book.read(tree, [0, len(tree)])
    return book.strangers


def loose_names(store: ObjectStore, classify: Classify) -> PackNames:
    """The names in all loose trees."""
    found = PackNames([])
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


def by_position(pack: Pack, names: Sequence[PackNames]) -> list[tuple[int, ...]]:
    """For each position in ``pack``, the classes that ``names`` (all read from it) know; none for what is no file."""
    first: list[int] = [0] * len(pack.kinds)
    several: dict[int, list[int]] = {}
    for one in names:
        for at, (known, number) in enumerate(zip(first, one.of, strict=False)):
            if known != number and known and number:
                note_rank(several, at, (number,))
        first = [known or number for known, number in zip(first, one.of, strict=False)]
        for at, numbers in one.more.items():
            note_rank(several, at, numbers)
    found: list[tuple[int, ...]] = [()] * len(pack.kinds)
    single = {number: (number,) for number in set(first)}
    offsets, positions = pack.index.offsets, pack.offsets
    for at, number in enumerate(first):
        if number:
            position = bisect_left(positions, offsets[at])
            if position < len(found) and pack.kinds[position] in (delta.BLOB, 0):
                found[position] = single[number]
                if at in several:
                    found[position] = tuple(sorted({number, *several[at]}))
    return found


def note_rank(several: dict[int, list[int]], at: int, numbers: Iterable[int]) -> None:
    """Add ``numbers`` to those of the object with rank ``at``."""
    several.setdefault(at, []).extend(numbers)
