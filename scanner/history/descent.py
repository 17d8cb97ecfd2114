"""The inner loop from commits down: at which paths objects lie, since when, and at which tips.

Compiled like ``delta``, and with it. A path is a number, and what is known of an object at a path is kept by both in
one: the path's number in the high bits, the object's in the low 32.
"""

from __future__ import annotations

from typing import Final

_LOW: Final = 0xFFFFFFFF
# Folders are some ten levels deep. Where an index lies about names, trees can even hold themselves.
_LEVELS: Final = 32


class Descent:
    """Goes down ``links`` (see ``Links.of``), level by level, to ``targets``.

    By place (path and object), ``ranks`` has the smallest rank that leads to a target there, ``tips`` the bit set of
    tips, left out where it is empty. No more than ``most`` places are followed on one level, and no more than
    ``_LEVELS`` times as many in all; ``cut`` says that there were more.
    """

    def __init__(self, links: dict[int, list[int]], targets: set[int], most: int) -> None:
        self.links = links
        self.targets = targets
        self.most = most
        self._left = _LEVELS * most
        self.cut = False
        self.ranks: dict[int, int] = {}
        self.tips: dict[int, int] = {}
        # Path 0 is the root's; others have a path above them and a label, and are known by both.
        self._paths: dict[int, int] = {}
        self._above: list[int] = [0]
        self._label: list[int] = [0]

    def down(self, ranks: dict[int, int], tips: dict[int, int]) -> set[int]:
        """From trees at places, with their ranks and tips, all the way; returned are the trees that were met."""
        met: set[int] = set()
        while ranks:
            below: dict[int, int] = {}
            below_tips: dict[int, int] = {}
            for place, rank in ranks.items():
                bits = tips.get(place, 0) if tips else 0
                tree = place & _LOW
                met.add(tree)
                if not self._one(tree, place >> 32, rank, bits, below, below_tips):
                    break
            ranks = below
            tips = below_tips
            self._left -= len(below)
        return met

    def _one(
        self, tree: int, path: int, rank: int, bits: int, below: dict[int, int], below_tips: dict[int, int]
    ) -> bool:
        """One tree at one path; False when there are too many places below."""
        for link in self.links[tree]:
            if len(below) >= min(self.most, self._left):
                self.cut = True
                return False
            child = link & _LOW
            key = path << 32 | link >> 32
            lower = self._paths.get(key, 0)
            if lower == 0:
                lower = len(self._above)
                self._paths[key] = lower
                self._above.append(path)
                self._label.append(link >> 32)
            place = lower << 32 | child
            if child in self.targets:
                if rank < self.ranks.get(place, rank + 1):
                    self.ranks[place] = rank
                if bits:
                    self.tips[place] = self.tips.get(place, 0) | bits
            if child in self.links:
                if rank < below.get(place, rank + 1):
                    below[place] = rank
                if bits:
                    below_tips[place] = below_tips.get(place, 0) | bits
        return True

    def labels(self, path: int) -> list[int]:
        """The numbers of a path's labels, from the root."""
        found: list[int] = []
        while path:
            found.append(self._label[path])
            path = self._above[path]
        found.reverse()
        return found
