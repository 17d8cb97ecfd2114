"""The inner loop over deltas of trees: which of those made from a tree still have an entry of it.

Compiled like ``delta``, and with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from scanner.history.delta import operands
from scanner.history.headers import OFS_DELTA, Damaged, read_header

if TYPE_CHECKING:
    from mmap import mmap

    from mypy_extensions import i64

Inflate = Callable[[bytes, int], bytes]

_LOW: Final = 0xFFFFFFFF


class Family:
    """What is needed to go through the trees of one pack; the lists are those of ``Pack`` and ``Families``."""

    def __init__(
        self,
        pack: mmap,
        offsets: list[int],
        bases: list[int],
        first: list[int],
        following: list[int],
        name_size: int,
        inflate: Inflate,
        limit: int,
    ) -> None:
        self.pack = pack
        self.offsets = offsets
        self.bases = bases
        self.first = first
        self.following = following
        self.name_size = name_size
        self.inflate = inflate
        self.limit = limit
        self.odd = 0

    def follow(self, fresh: dict[int, list[int]], share: int = 0, of: int = 1) -> list[int]:
        """Every tree that has one of the entries ``fresh``: its position and the entry's number, one after the other.

        By the position of a tree in which they are new, ``fresh`` has three numbers an entry: where the object's name
        begins, how many bytes come before it, and the entry's number. Trees whose deltas cannot be read are counted in
        ``odd``. Of the families that this leads to, those in one share of ``of`` are followed.
        """
        found: list[int] = []
        needed: set[int] = set()
        waiting: list[int] = []
        held: list[list[int]] = []
        none: list[int] = []
        families = 0
        for start in fresh:
            here = start
            while here not in needed:
                needed.add(here)
                if self.bases[here] < 0:
                    if families % of == share:
                        waiting.append(here)
                        held.append(none)
                    families += 1
                    break
                here = self.bases[here]
        while waiting:
            position = waiting.pop()
            above = held.pop()
            entries = none
            if above:
                try:
                    entries = self._carried(position, above)
                except Damaged:
                    self.odd += 1
                    continue
            own = fresh.get(position)
            if own is not None:
                entries = _joined(entries, own)
            at = 2
            while at < len(entries):
                found.append(position)
                found.append(entries[at])
                at += 3
            child = self.first[position]
            while child >= 0:
                if entries or child in needed:
                    waiting.append(child)
                    held.append(entries)
                child = self.following[child]
        return found

    def _carried(self, position: int, entries: list[int]) -> list[int]:
        """Those of ``entries`` of its base that the tree at ``position`` copies in one piece, at their place there."""
        offset = self.offsets[position]
        end = self.offsets[position + 1]
        header = read_header(self.pack[offset : min(end, offset + 64)], offset, self.name_size)
        if header.kind < OFS_DELTA or header.size > self.limit:
            raise Damaged("not a delta that can be read")
        return carried(self.inflate(self.pack[header.data : end], header.size), entries, self.name_size)


def _joined(entries: list[int], fresh: list[int]) -> list[int]:
    """Both; an entry that is told to be fresh for standing near something that is may be carried as well."""
    places = set(fresh[::3])
    both = fresh.copy()
    at = 0
    while at < len(entries):
        if entries[at] not in places:
            both.append(entries[at])
            both.append(entries[at + 1])
            both.append(entries[at + 2])
        at += 3
    return both


def carried(delta: bytes, entries: list[int], size: int) -> list[int]:
    """Where entries of the base lie in what ``delta`` makes of it: those that it copies in one piece.

    An entry is three numbers: where an object name of ``size`` bytes begins, how many bytes before it belong to it,
    and one that is handed on. Damaged when the delta is malformed.
    """
    found: list[int] = []
    end: i64 = len(delta)
    at: i64 = 0
    numbers: i64 = 0
    while numbers < 2 and at < end:
        if delta[at] < 128:
            numbers += 1
        at += 1
    done: i64 = 0
    run_from: i64 = -1  # the base's range that is being copied, in one or more instructions
    run_to: i64 = -1
    run_at: i64 = 0
    op: i64
    byte: i64
    copy_from: i64
    length: i64
    operand: i64
    bit: i64
    while at < end:
        op = delta[at]
        at += 1
        if not op & 128:
            if op == 0 or at + op > end:
                raise Damaged("a delta inserts more than it holds")
            if run_from >= 0:
                _keep(entries, size, run_from, run_to, run_at, found)
                run_from = -1
            at += op
            done += op
            continue
        if at + 7 > end and at + operands(op) > end:
            raise Damaged("a delta ends in the middle of a copy")
        # Seven bytes, those left out being zero: four of the offset, then three of the length.
        operand = 0
        bit = 0
        while bit < 7:
            if op & (1 << bit):
                byte = delta[at]
                operand |= byte << (8 * bit)
                at += 1
            bit += 1
        copy_from = operand & _LOW
        length = operand >> 32
        if length == 0:
            length = 65536
        if run_from >= 0 and copy_from == run_to:
            run_to += length
        else:
            if run_from >= 0:
                _keep(entries, size, run_from, run_to, run_at, found)
            run_from = copy_from
            run_to = copy_from + length
            run_at = done
        done += length
    if run_from >= 0:
        _keep(entries, size, run_from, run_to, run_at, found)
    return found


def _keep(entries: list[int], size: int, run_from: i64, run_to: i64, run_at: i64, found: list[int]) -> None:
    at: i64 = 0
    count: i64 = len(entries)
    place: i64
    before: i64
    length: i64 = size
    while at < count:
        place = entries[at]
        before = entries[at + 1]
        if run_from <= place - before and place + length <= run_to:
            found.append(place - run_from + run_at)
            found.append(entries[at + 1])
            found.append(entries[at + 2])
        at += 3
