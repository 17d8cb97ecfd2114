"""An expression that begins with few fixed characters, as several that begin with more.

Hyperscan looks for literals, and takes them from where an expression has the surest ones: of ``nb[ps]_`` and forty
digits it looks for ``nb``, which is in every third line of a program, and asks the rest at each of them. Written as two
expressions, each to its end, it looks for ``nbp_`` and ``nbs_``. To write only the beginning twice does not help: it
finds that both go on in the same way and puts them together again.
"""

from __future__ import annotations

from re import _constants as c  # type: ignore[attr-defined]
from typing import Any

# Literals from this length on are rare enough in any text; more ways than that to begin cost more than they spare.
_ENOUGH, _MOST_WAYS, _MOST_KINDS = 4, 16, 8


def spread(items: list[Any]) -> list[list[Any]]:
    """The ways in which ``items`` can begin, each with what follows; ``items`` alone where that tells no more."""
    ways = _spread(items)
    return ways if 1 < len(ways) <= _MOST_WAYS else [items]


def _spread(items: list[Any]) -> list[list[Any]]:
    for at, item in enumerate(items[:_ENOUGH]):
        if item[0] is c.LITERAL:
            continue
        kinds = _kinds(*item)
        # What begins with a choice is a list of words, which Hyperscan sees as well.
        if not kinds or (at == 0 and len(kinds) > 1):
            break
        made = [way for kind in kinds for way in _spread([*items[:at], *kind, *items[at + 1 :]])]
        return made if len(made) <= _MOST_WAYS else [items]
    return [items]


def _kinds(op: Any, value: Any) -> list[list[Any]]:
    """What an item can be, where that is a group, one of a few characters or of a few alternatives; else nothing."""
    if op is c.SUBPATTERN and not value[1] and not value[2]:
        return [list(value[3])]
    if op is c.IN and len(value) <= _MOST_KINDS and all(one[0] is c.LITERAL for one in value):
        return [[one] for one in value]
    if op is c.BRANCH and len(value[1]) <= _MOST_KINDS:
        return [list(way) for way in value[1]]
    return []
