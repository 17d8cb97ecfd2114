"""The inner loop over trees: what is new in each over the one it is made from.

Compiled like ``delta``, and with it. An entry of a tree is a mode, a blank, a name, a zero byte and the binary name
of an object. One that touches nothing fresh was copied whole from the base: so all that trees say is said by their
fresh entries and by which of them deltas carry along (see ``family``), and hardly any tree has to be read twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from scanner.history.vecs import append, i64, vec
from scanner.history.vectors import PLAIN, filled, put
from scanner.history.walk import Walk

try:
    from librt.strings import BytesWriter, write_i64_le
except ImportError:
    from scanner.history.plainwriter import BytesWriter, write_i64_le  # type: ignore[assignment]

# Bytes of trees that wait to be read.
_WAITING: Final = 1024 * 1024
# Bytes that wait to be put into the table, and entries that are remembered: neither grows with a history.
_ROWS: Final = 256 * 1024
_MOST_MET: Final = 300_000
_LOW: Final = 0xFFFFFFFF
_SPACE: Final = 32
_ZERO: Final = 48
_ONE: Final = 49
_FOUR: Final = 52
_SIX: Final = 54
# How most entries begin.
_USUAL: Final = b"100644 "


def _mode_length(tree: bytes, at: i64, end: i64) -> i64:
    """How many digits of a mode stand at ``at`` before a blank; 0 when none do."""
    digits: i64 = 0
    here: i64 = at
    if at + 7 > end:
        return 0
    while digits < 6 and _ZERO <= tree[here] < _ZERO + 8:
        digits += 1
        here += 1
    return digits if digits >= 5 and tree[here] == _SPACE else 0


class EntryBook:
    """The fresh entries of trees of one pack, and the kinds of names that files have gone by.

    Objects are numbered: those of the pack by the rank of their name in its index (``names``, ``starts`` and
    ``size`` are the index's), others on from there in the order of ``others``. ``of`` has one number an object of
    the pack, 0 for none; ``more`` the others of objects with several, ``strangers`` those of objects elsewhere.
    They are what ``classify`` says of a file's name, from 1.

    ``labels`` are all entries' names. Entry ``i`` is three numbers of the ``table``, from ``3 * i`` on: the tree's
    position and the object's number; where the object's name begins in the tree and how many bytes of the entry come
    before it; one more than the number of the entry before it that is of the same object (0: none), and the number of
    the label. Each pair stands in one number, the first in the high 32 bits. ``latest`` has by an object's number one
    more than the number of its last entry: so all entries of an object are found without looking at others.
    """

    def __init__(self, names: bytes, starts: list[int], size: int, classify: Callable[[bytes], int]) -> None:
        self.names = names
        self.starts = starts
        self.size = size
        self.classify = classify
        self.of: list[int] = [0] * starts[256]
        self.more: dict[int, list[int]] = {}
        self.strangers: dict[bytes, list[int]] = {}
        self.others: dict[bytes, int] = {}
        self.labels: dict[bytes, int] = {}
        self.latest: vec[i64] = filled(starts[256])
        self._parts: list[bytes] = []
        self._count = 0
        # What entries were met before, whole. The same ones are fresh again and again, a dozen times on average.
        self._met: dict[bytes, int] = {}
        # Numbers for ``table``, as its bytes: compiled, they are written without making an object of each.
        self._rows = BytesWriter()
        self._classes: list[int] = []

    def meet(self, entry: bytes, digits: int) -> int:
        """Note that an object has a name, where ``entry`` is one not met before; its mode has ``digits`` digits.

        Returned are the object's number in the high 32 bits, and the label's.
        """
        label = entry[digits + 1 : len(entry) - self.size - 1]
        child = entry[len(entry) - self.size :]
        number = self.labels.get(label, -1)
        if number < 0:
            number = len(self.labels)
            self.labels[label] = number
            self._classes.append(0)
        rank = rank_of(self.names, self.starts, self.size, child)
        known = rank
        if rank < 0:
            known = self.others.get(child, -1)
            if known < 0:
                known = self.starts[256] + len(self.others)
                self.others[child] = known
                self.latest = append(self.latest, 0)
        met = known << 32 | number
        self._met[entry] = met
        if entry[0] == _ONE:  # a file
            self._name(rank, child, number, label)
        return met

    def _name(self, rank: int, child: bytes, number: int, label: bytes) -> None:
        """Note the class of a file's name."""
        named = self._classes[number]
        if named == 0:
            named = self.classify(label)
            self._classes[number] = named
        if rank < 0:
            several = self.strangers.get(child)
            if several is None:
                self.strangers[child] = [named]
            elif named not in several:
                several.append(named)
            return
        first = self.of[rank]
        if first == 0:
            self.of[rank] = named
        elif first != named:
            several = self.more.get(rank)
            if several is None:
                self.more[rank] = [named]
            elif named not in several:
                several.append(named)

    def read(self, tree: bytes, fresh: vec[i64], position: int) -> None:
        """Note the entries of ``tree`` that touch the ranges ``fresh``: all but submodules."""
        end: i64 = len(tree)
        at: i64 = 0
        stop: i64
        here: i64
        digits: i64
        number: i64 = 0
        size: i64 = self.size
        done: i64 = 0
        known: i64
        met: i64
        rows = self._rows
        while number < len(fresh):
            at = fresh[number]
            stop = fresh[number + 1]
            number += 2
            if at >= end:
                at = end - 1
            if at < done:
                at = done
            # Back to where the entry begins. Its mode has a first digit that no later one could be taken for.
            while at > done and not ((tree[at] == _ONE or tree[at] == _FOUR) and _mode_length(tree, at, end)):
                at -= 1
            while at < stop:
                digits = 6 if PLAIN and tree.startswith(_USUAL, at) else _mode_length(tree, at, end)
                if digits == 0:
                    break
                here = at + digits + 1
                if PLAIN:
                    here = tree.find(b"\0", here)
                    if here < 0:
                        break
                while here < end and tree[here] != 0:
                    here += 1
                if here + 1 + size > end:
                    break
                if tree[at + 1] != _SIX:
                    entry = tree[at : here + 1 + size]
                    met = self._met.get(entry, -1)
                    if met < 0:
                        if len(self._met) >= _MOST_MET:
                            self._met.clear()
                        met = self.meet(entry, digits)
                    known = met >> 32
                    write_i64_le(rows, position << 32 | known)
                    write_i64_le(rows, (here + 1) << 32 | (here + 1 - at))
                    write_i64_le(rows, self.latest[known] << 32 | (met & _LOW))
                    self._count += 1
                    self.latest[known] = self._count
                    if len(rows) > _ROWS:
                        self._close()
                at = here + 1 + size
            if at > done:
                done = at

    def table(self) -> bytes:
        """All entries' numbers, of eight bytes each, their low ones first."""
        self._close()
        return b"".join(self._parts)

    def ends(self) -> bytes:
        """``latest``, in four bytes each."""
        writer = BytesWriter()
        at: i64 = 0
        count: i64 = len(self.latest)
        while at + 1 < count:
            write_i64_le(writer, self.latest[at + 1] << 32 | self.latest[at])
            at += 2
        if at < count:
            write_i64_le(writer, self.latest[at])
        return writer.getvalue()

    def _close(self) -> None:
        """Put rows by, so that what is written in stays small."""
        self._parts.append(self._rows.getvalue())
        self._rows.truncate(0)

    def walk(self, walk: Walk) -> None:
        """Read all trees that are queued in ``walk``."""
        while walk.more():
            for version in walk.batch(1 << 30, _WAITING, -1).versions:
                if version.fresh is None:
                    self.read(version.data, put(filled(2), 1, len(version.data)), version.position)
                else:
                    self.read(version.data, version.fresh, version.position)


def _prefix(data: bytes, at: i64) -> i64:
    """The four bytes at ``at`` as a number."""
    first: i64 = data[at]
    second: i64 = data[at + 1]
    third: i64 = data[at + 2]
    fourth: i64 = data[at + 3]
    return first << 24 | second << 16 | third << 8 | fourth


def rank_of(names: bytes, starts: list[int], name_size: int, name: bytes) -> int:
    """The rank of ``name`` among the sorted ``names`` of ``name_size`` bytes each, or -1.

    ``starts`` has the rank of the first name with each first byte, and the count.
    """
    size: i64 = name_size
    first: i64 = name[0]
    low: i64 = starts[first]
    high: i64 = starts[first + 1]
    wanted: i64 = _prefix(name, 1)
    low_value: i64 = 0
    high_value: i64 = 1 << 32
    value: i64
    middle: i64
    # Object names are spread evenly, so a guess from the name itself is almost right.
    while high - low > 8 and high_value > low_value:
        middle = low + (high - low) * (wanted - low_value) // (high_value - low_value)
        if middle >= high:
            middle = high - 1
        value = _prefix(names, middle * size + 1)
        if value < wanted:
            low = middle + 1
            low_value = value
        elif value > wanted:
            high = middle
            high_value = value
        else:
            while middle > low and _prefix(names, (middle - 1) * size + 1) == wanted:
                middle -= 1
            low = middle
            break
        if wanted < low_value or wanted > high_value:
            return -1
    while low < high:
        if names[low * size : low * size + size] == name:
            return low
        if _prefix(names, low * size + 1) > wanted:
            return -1
        low += 1
    return -1
