"""What must follow within an expression: the expression up to it, as if a match ended there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from re import _constants as c  # type: ignore[attr-defined]
from typing import Any


def up_to_lookaheads(items: Sequence[Any], *, most: int) -> list[list[Any]]:
    """Parsed sequences, each of which matches wherever ``items`` do: they end with what a lookahead in them asks for.

    Of at most ``most`` lookaheads, those that look the furthest. What other ways there are past one stays whole. They
    are to be read by what takes a group for no more than its alternatives, one that gives nothing back too.
    """
    # What is asked before anything else is what matches begin with anyway.
    begun = 1 if items and items[0][0] is c.ASSERT else 0
    found = [one for one in _lookaheads(items[begun:], last=True) if _width(one)[0] and _width(one)[1] > 1]
    found.sort(key=lambda one: _width(one)[1], reverse=True)
    return [_up_to(items, one, []) for one in found[:most]]


def _width(lookahead: Any) -> tuple[int, int]:
    low, high = lookahead[1][1].getwidth()
    return int(low), int(high)


def _lookaheads(items: Sequence[Any], *, last: bool) -> Iterator[Any]:
    """Those in ``items`` that are asked once; not one at the very end when nothing follows ``items``."""
    for at, item in enumerate(items):
        op, value = item
        ends = last and at == len(items) - 1
        if op is c.ASSERT and value[0] > 0 and not ends:
            yield item
        for inner in _ways(op, value):
            yield from _lookaheads(list(inner), last=ends)


def _ways(op: Any, value: Any) -> Sequence[Any]:
    """The sequences of which one stands in the item's place."""
    if op is c.SUBPATTERN:
        # Where other flags hold, what follows the group cannot be taken into it.
        return () if value[1] or value[2] else [value[3]]
    if op is c.ATOMIC_GROUP:
        return [value]
    return value[1] if op is c.BRANCH else ()


def _up_to(items: Sequence[Any], lookahead: Any, rest: list[Any]) -> list[Any]:
    """``items`` and ``rest``, but for the way that leads to ``lookahead``: that one ends with it."""
    for at, item in enumerate(items):
        if item is lookahead:
            return [*items[:at], *item[1][1]]
        ways = [list(way) for way in _ways(*item)]
        if any(lookahead is one for way in ways for one in _lookaheads(way, last=False)):
            after = [*items[at + 1 :], *rest]
            return [*items[:at], (c.BRANCH, (None, [_up_to(way, lookahead, after) for way in ways]))]
    return [*items, *rest]
