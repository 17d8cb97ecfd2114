"""The inner loops over what trees hold: from objects to the trees that they stand in.

Compiled like ``delta``, and with it. Objects and labels (the names of entries) are numbers throughout, and an entry
is one too, a *link*: its label's number in the high 32 bits, its object's in the low ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from scanner.history.vecs import append, i64, vec
from scanner.history.vectors import filled

try:
    from librt.strings import read_i32_le, read_i64_le
except ImportError:
    from scanner.history.plainwriter import read_i32_le, read_i64_le

_LOW: Final = 0xFFFFFFFF


class Fresh:
    """Entries by the position of the tree that they are new in; ``size`` is how many positions there are.

    ``starts`` are those positions, in the order in which they were met. Of each, ``latest`` has one more than the
    number of the last entry. An entry is three numbers of ``rows``: where the object's name begins (high 32 bits) and
    how many bytes of it come before that, its link, and one more than the number of the entry before it.
    """

    def __init__(self, size: int) -> None:
        self.starts: vec[i64] = vec[i64]()
        self.latest: vec[i64] = filled(size)
        self.rows: vec[i64] = vec[i64]()

    def add(self, position: i64, place: i64, link: i64) -> None:
        """Note one entry of the tree at ``position``."""
        before: i64 = self.latest[position]
        if before == 0:
            self.starts = append(self.starts, position)
        self.rows = append(append(append(self.rows, place), link), before)
        self.latest[position] = len(self.rows) // 3

    def clear(self) -> None:
        """Forget all entries. It takes as long as there are any, however many positions there are."""
        at: i64 = 0
        while at < len(self.starts):
            self.latest[self.starts[at]] = 0
            at += 1
        self.starts = vec[i64]()
        self.rows = vec[i64]()


class Links:
    """By the number of a tree, those of its links that lead down to what was asked for.

    ``latest`` has by the number of a tree one more than the number of its last link; a link is two numbers of ``rows``:
    itself, and one more than the number of the link before it. ``trees`` are the trees that have any, in the order in
    which they were met. A tree that stands in several packs may have a link several times.
    """

    def __init__(self, count: int) -> None:
        self.trees: vec[i64] = vec[i64]()
        self.latest: vec[i64] = filled(count)
        self.rows: vec[i64] = vec[i64]()

    def has(self, tree: int) -> bool:
        """True when ``tree`` has any."""
        number: i64 = tree
        return number < len(self.latest) and self.latest[number] != 0

    def of(self, tree: int) -> list[int]:
        """Those of ``tree``, the last one noted first."""
        found: list[int] = []
        if self.has(tree):
            row: i64 = self.latest[tree]
            while row:
                found.append(self.rows[2 * row - 2])
                row = self.rows[2 * row - 1]
        return found

    def add(self, tree: int, link: int) -> None:
        """Note one link of ``tree``."""
        number: i64 = tree
        while len(self.latest) <= number:
            self.latest = append(self.latest, 0)
        before: i64 = self.latest[number]
        if before == 0:
            self.trees = append(self.trees, number)
        self.rows = append(append(self.rows, link), before)
        self.latest[number] = len(self.rows) // 2

    def note(self, found: vec[i64], ranks: vec[i64], ranked: Callable[[int], int] | None) -> None:
        """Note what ``Family.follow`` gave.

        ``ranks`` are those of a pack's objects by position, and ``ranked`` gives the number of one; None where they
        are the same.
        """
        last: i64 = -1
        tree: i64 = 0
        at: i64 = 0
        position: i64
        while at < len(found):
            position = found[at]
            if position != last:
                last = position
                tree = ranks[position]
                if ranked is not None:
                    tree = ranked(tree)
            self.add(tree, found[at + 1])
            at += 2


def within(numbers: vec[i64], start: int, end: int) -> vec[i64]:
    """Those of ``numbers`` from ``start`` on and below ``end``."""
    found = vec[i64]()
    first: i64 = start
    beyond: i64 = end
    at: i64 = 0
    while at < len(numbers):
        if first <= numbers[at] < beyond:
            found = append(found, numbers[at])
        at += 1
    return found


def select(table: bytes, latest: bytes, labels: list[int], children: vec[i64], numbers: vec[i64], found: Fresh) -> None:
    """Add to ``found`` the entries of some objects in one table of ``EntryBook``'s.

    ``labels`` are the numbers of the table's labels, ``numbers`` those of the objects, and ``children`` what the table
    calls these. What is handed on of an entry is its link.
    """
    entry: i64
    rest: i64
    label: i64
    at: i64 = 0
    while at < len(children):
        entry = i64(read_i32_le(latest, 4 * children[at]))
        while entry:
            entry = 24 * (entry - 1)
            rest = read_i64_le(table, entry + 16)
            label = labels[rest & _LOW]
            found.add(read_i64_le(table, entry) >> 32, read_i64_le(table, entry + 8), label << 32 | numbers[at])
            entry = rest >> 32
        at += 1


def named(table: bytes, labels: set[int]) -> list[int]:
    """What a table of ``EntryBook``'s calls the objects whose entries have one of its ``labels``; perhaps twice."""
    found: list[int] = []
    at: i64 = 0
    end: i64 = len(table)
    while at < end:
        if (read_i64_le(table, at + 16) & _LOW) in labels:
            found.append(read_i64_le(table, at) & _LOW)
        at += 24
    return found
