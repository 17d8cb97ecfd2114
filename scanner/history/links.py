"""The inner loops over what trees hold: from objects to the trees that they stand in.

Compiled like ``delta``, and with it. Objects and labels (the names of entries) are numbers throughout, and an entry
is one too, a *link*: its label's number in the high 32 bits, its object's in the low ones.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Final

_LOW: Final = 0xFFFFFFFF


def select(
    table: array[int], latest: array[int], labels: list[int], children: dict[int, int], found: dict[int, list[int]]
) -> None:
    """Add to ``found``, as ``Family.follow`` takes it, the entries of ``children`` in one table of ``EntryBook``'s.

    ``labels`` are the numbers of the table's labels, ``children`` those of objects by what the table calls them. What
    is handed on of an entry is its link.
    """
    for child, number in children.items():
        entry: int = latest[child] - 1
        while entry >= 0:
            holder: int = table[3 * entry]
            place: int = table[3 * entry + 1]
            rest: int = table[3 * entry + 2]
            link = labels[rest & _LOW] << 32 | number
            some = found.get(holder >> 32)
            if some is None:
                found[holder >> 32] = [place >> 32, place & _LOW, link]
            else:
                some.append(place >> 32)
                some.append(place & _LOW)
                some.append(link)
            entry = (rest >> 32) - 1


class Links:
    """By the number of a tree, those of its links that lead down to what was asked for, each once."""

    def __init__(self) -> None:
        self.of: dict[int, list[int]] = {}

    def add(self, tree: int, link: int) -> None:
        """Note one link of ``tree``."""
        known = self.of.get(tree)
        if known is None:
            self.of[tree] = [link]
        elif link not in known:
            known.append(link)

    def note(self, found: list[int], ranks: array[int], ranked: Callable[[int], int] | None) -> set[int]:
        """Note what ``Family.follow`` gave; returned are the numbers of the trees in it.

        ``ranks`` are those of a pack's objects by position, and ``ranked`` gives the number of one; None where they
        are the same.
        """
        above: set[int] = set()
        none: list[int] = []
        here = none
        again = False
        last = -1
        at = 0
        while at < len(found):
            position = found[at]
            link = found[at + 1]
            at += 2
            if position != last:
                last = position
                tree = ranks[position]
                if ranked is not None:
                    tree = ranked(tree)
                above.add(tree)
                known = self.of.get(tree)
                again = known is not None
                if known is None:
                    here = []
                    self.of[tree] = here
                else:
                    here = known
            # All links of one tree come in a row, so that only what was there before can come twice.
            if not again or link not in here:
                here.append(link)
        return above
