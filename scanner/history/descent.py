"""The inner loop from commits down: at which paths objects lie, since when, and at which tips.

Compiled like ``delta``, and with it. A path is a number, and what is known of an object at a path is kept by both in
one: the path's number in the high bits, the object's in the low 32.
"""

from __future__ import annotations

from typing import Final

from scanner.history.links import Links
from scanner.history.vecs import append, i64, vec
from scanner.history.vectors import PLAIN, filled

_LOW: Final = 0xFFFFFFFF
# Folders are some ten levels deep. Where an index lies about names, trees can even hold themselves.
_LEVELS: Final = 32
# Slots that a table begins with, and an odd number that spreads the high halves of keys over them.
_SLOTS: Final = 64
_SPREAD: Final = 40503


class Keys:
    """Numbers from 0 for keys, which are positive numbers of two halves, in the order in which they come."""

    def __init__(self) -> None:
        self.keys: vec[i64] = vec[i64]()
        self._slots: vec[i64] = filled(_SLOTS)
        self._plain: dict[int, int] = {}

    def of(self, key: i64) -> i64:
        """The number of ``key``; the next one if it was not there."""
        if PLAIN:
            number = self._plain.setdefault(key, len(self.keys))
            if number == len(self.keys):
                self.keys = append(self.keys, key)
            return number
        mask: i64 = len(self._slots) - 1
        at: i64 = ((key & _LOW) + (key >> 32) * _SPREAD) & mask
        known: i64 = self._slots[at]
        while known:
            if self.keys[known - 1] == key:
                return known - 1
            at = (at + 1) & mask
            known = self._slots[at]
        self.keys = append(self.keys, key)
        self._slots[at] = len(self.keys)
        if 2 * len(self.keys) > mask:
            self._grow()
        return len(self.keys) - 1

    def _grow(self) -> None:
        slots = filled(4 * len(self._slots))
        mask: i64 = len(slots) - 1
        number: i64 = 0
        key: i64
        at: i64
        while number < len(self.keys):
            key = self.keys[number]
            number += 1
            at = ((key & _LOW) + (key >> 32) * _SPREAD) & mask
            while slots[at]:
                at = (at + 1) & mask
            slots[at] = number
        self._slots = slots


class _Level:
    """Places on one level, each with the smallest rank that leads there, and the tips of some."""

    def __init__(self) -> None:
        self.places = Keys()
        self.ranks: vec[i64] = vec[i64]()
        self.tips: dict[int, int] = {}

    def note(self, place: i64, rank: i64, bits: int) -> None:
        """Note that ``place`` is reached."""
        number = self.places.of(place)
        if number == len(self.ranks):
            self.ranks = append(self.ranks, rank)
        elif rank < self.ranks[number]:
            self.ranks[number] = rank
        if bits:
            self.tips[place] = self.tips.get(place, 0) | bits


class Descent:
    """Goes down ``links``, level by level, to ``targets``.

    By place (path and object), ``ranks`` has the smallest rank that leads to a target there, ``tips`` the bit set of
    tips, left out where it is empty. No more than ``most`` places are followed on one level, and no more than
    ``_LEVELS`` times as many in all; ``cut`` says that there were more.
    """

    def __init__(self, links: Links, targets: set[int], most: int) -> None:
        self.links = links
        self.most = most
        self._targets: vec[i64] = filled(len(links.latest))
        for target in targets:
            self._targets[target] = 1
        self._left = _LEVELS * most
        self.cut = False
        self.ranks: dict[int, int] = {}
        self.tips: dict[int, int] = {}
        # Path 0 is the root's; others are known by the path above them and a label.
        self._paths = Keys()
        self._met: vec[i64] = filled(len(links.latest))

    def down(self, ranks: dict[int, int], tips: dict[int, int]) -> None:
        """From trees, with their ranks and tips, all the way."""
        level = _Level()
        for tree, rank in ranks.items():
            level.note(tree, rank, tips.get(tree, 0))
        while len(level.ranks):
            below = _Level()
            at: i64 = 0
            while at < len(level.ranks) and self._one(level.places.keys[at], level.ranks[at], level.tips, below):
                at += 1
            level = below
            self._left -= len(below.ranks)

    def unmet(self) -> list[int]:
        """Trees that have links and were not met on the way."""
        return [tree for tree in self.links.trees if not self._met[tree]]

    def labels(self, path: int) -> list[int]:
        """The numbers of a path's labels, from the root."""
        found: list[int] = []
        here: i64 = path
        key: i64
        while here:
            key = self._paths.keys[here - 1]
            found.append(key & _LOW)
            here = key >> 32
        found.reverse()
        return found

    def _one(self, place: i64, rank: i64, tips: dict[int, int], below: _Level) -> bool:
        """One tree at one path; False when there are too many places below."""
        links = self.links
        tree: i64 = place & _LOW
        path: i64 = place >> 32
        bits = tips.get(place, 0) if tips else 0
        self._met[tree] = 1
        most: i64 = min(self.most, self._left)
        row: i64 = links.latest[tree]
        link: i64
        child: i64
        lower: i64
        while row:
            if len(below.ranks) >= most:
                self.cut = True
                return False
            link = links.rows[2 * row - 2]
            row = links.rows[2 * row - 1]
            child = link & _LOW
            lower = (self._paths.of(path << 32 | link >> 32) + 1) << 32 | child
            if self._targets[child]:
                self._reach(lower, rank, bits)
            if links.has(child):
                below.note(lower, rank, bits)
        return True

    def _reach(self, place: int, rank: int, bits: int) -> None:
        """Note that a target is reached."""
        if rank < self.ranks.get(place, rank + 1):
            self.ranks[place] = rank
        if bits:
            self.tips[place] = self.tips.get(place, 0) | bits
