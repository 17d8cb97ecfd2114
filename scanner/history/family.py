"""The inner loop over deltas of trees: which of those made from a tree still have an entry of it.

Compiled like ``delta``, and with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from scanner.history.delta import operands
from scanner.history.headers import LONGEST_HEADER, OFS_DELTA, Damaged, read_header
from scanner.history.links import Fresh
from scanner.history.vecs import append, i64, vec
from scanner.history.vectors import filled, put

if TYPE_CHECKING:
    from mmap import mmap

Inflate = Callable[[bytes, int], bytes]

_LOW: Final = 0xFFFFFFFF


class Family:
    """What is needed to go through the trees of one pack; the lists are those of ``Pack`` and ``Families``."""

    def __init__(
        self,
        pack: mmap,
        offsets: vec[i64],
        bases: vec[i64],
        first: vec[i64],
        following: vec[i64],
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
        # Entries of the trees above the one that is looked at, two numbers each as in ``Fresh``: one after the other,
        # as those trees stand above each other.
        self._held: vec[i64] = vec[i64]()
        # By position, the last time that a tree led to something fresh. Times are counted, as a row made anew each time
        # would take as long as the pack has objects, for every level of folders.
        self._needed: vec[i64] = filled(len(bases))
        self._times: i64 = 0

    def follow(self, fresh: Fresh) -> vec[i64]:
        """Every tree that has one of the entries ``fresh``: its position and the entry's link, one after the other.

        Trees whose deltas cannot be read are counted in ``odd``.
        """
        found = vec[i64]()
        self._times += 1
        # Of each tree that waits: its position, and where in ``_held`` the entries of its base begin and end.
        waiting = self._roots(fresh)
        left: i64 = len(waiting)
        position: i64
        start: i64
        end: i64
        child: i64
        while left:
            left -= 3
            position = waiting[left]
            start = waiting[left + 1]
            end = waiting[left + 2]
            try:
                last = self._carried(position, start, end) if start < end else end
            except Damaged:
                self.odd += 1
                continue
            last = self._join(fresh, position, end, last)
            start = end
            while start < last:
                found = append(append(found, position), self._held[start + 1])
                start += 2
            child = self.first[position]
            while child >= 0:
                if end < last or self._needed[child] == self._times:
                    waiting = put(put(put(waiting, left, child), left + 1, end), left + 2, last)
                    left += 3
                child = self.following[child]
        return found

    def _roots(self, fresh: Fresh) -> vec[i64]:
        """The roots of the families that ``fresh`` is of, as they wait; what leads to it is marked as needed."""
        found = vec[i64]()
        at: i64 = 0
        here: i64
        base: i64
        while at < len(fresh.starts):
            here = fresh.starts[at]
            while self._needed[here] != self._times:
                self._needed[here] = self._times
                base = self.bases[here]
                if base < 0:
                    found = append(append(append(found, here), 0), 0)
                    break
                here = base
            at += 1
        return found

    def _join(self, fresh: Fresh, position: i64, start: i64, end: i64) -> i64:
        """Put what is fresh in the tree at ``position`` in place of what was carried there from its base, which is in
        ``_held`` from ``start`` to ``end``; returned is where it ends then.

        An entry that is told to be fresh for standing near something that is may be carried as well.
        """
        row: i64 = fresh.latest[position]
        if row == 0:
            return end
        own = vec[i64]()
        places: set[int] = set()
        while row:
            row = 3 * (row - 1)
            places.add(fresh.rows[row])
            own = append(append(own, fresh.rows[row]), fresh.rows[row + 1])
            row = fresh.rows[row + 2]
        last: i64 = start
        at: i64 = start
        while at < end:
            if self._held[at] not in places:
                last = self._hold(last, self._held[at], self._held[at + 1])
            at += 2
        at = 0
        while at < len(own):
            last = self._hold(last, own[at], own[at + 1])
            at += 2
        return last

    def _hold(self, at: i64, place: i64, link: i64) -> i64:
        """Put an entry into ``_held``; returned is where it ends."""
        self._held = put(put(self._held, at, place), at + 1, link)
        return at + 2

    def _carried(self, position: i64, start: i64, end: i64) -> i64:
        """Put behind the entries in ``_held`` from ``start`` to ``end``, those of a base, what the tree at ``position``
        copies of them in one piece, at its place there; returned is where that ends. Damaged for a malformed delta.
        """
        offset = self.offsets[position]
        beyond = self.offsets[position + 1]
        header = read_header(self.pack[offset : min(beyond, offset + LONGEST_HEADER)], offset, self.name_size)
        if header.kind < OFS_DELTA or header.size > self.limit:
            raise Damaged("not a delta that can be read")
        delta = self.inflate(self.pack[header.data : beyond], header.size)
        size: i64 = len(delta)
        at: i64 = 0
        numbers: i64 = 0
        while numbers < 2 and at < size:
            if delta[at] < 128:
                numbers += 1
            at += 1
        last: i64 = end
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
        while at < size:
            op = delta[at]
            at += 1
            if not op & 128:
                if op == 0 or at + op > size:
                    raise Damaged("a delta inserts more than it holds")
                if run_from >= 0:
                    last = self._keep(start, end, run_from, run_to, run_at, last)
                    run_from = -1
                at += op
                done += op
                continue
            if at + 7 > size and at + operands(op) > size:
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
                    last = self._keep(start, end, run_from, run_to, run_at, last)
                run_from = copy_from
                run_to = copy_from + length
                run_at = done
            done += length
        if run_from >= 0:
            last = self._keep(start, end, run_from, run_to, run_at, last)
        return last

    def _keep(self, start: i64, end: i64, run_from: i64, run_to: i64, run_at: i64, last: i64) -> i64:
        """Of the entries from ``start`` to ``end`` those within one copied range, behind ``last``."""
        at: i64 = start
        name: i64 = self.name_size
        place: i64
        before: i64
        while at < end:
            place = self._held[at] >> 32
            before = self._held[at] & _LOW
            if run_from <= place - before and place + name <= run_to:
                last = self._hold(last, (place - run_from + run_at) << 32 | before, self._held[at + 1])
            at += 2
        return last
