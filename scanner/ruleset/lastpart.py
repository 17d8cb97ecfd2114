"""What an expression over paths asks of a path's last part, for whoever knows a file's name and not its folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from scanner.ruleset.required import sets_of, surest
from scanner.ruleset.written import REPEATS, character

_ENDS = (c.AT_END, c.AT_END_STRING)
_LOOKS = (c.ASSERT, c.ASSERT_NOT)


class LastPart(NamedTuple):
    """``words``: in lower case, of each set one stands in the last part of every path that is wanted, if that is ASCII.

    ``ends``: likewise, one of them ends it; where one begins with ``/`` it is all of it. None where that is not known.
    ``decides`` is true when the expression matches a path exactly when it matches the path's last part.
    """

    words: tuple[frozenset[str], ...] = ()
    ends: tuple[str, ...] = ()
    decides: bool = False

    def may_be(self, name: str) -> bool:
        """False when no path that is wanted ends in ``name``."""
        if not name.isascii():
            return True
        small = f"/{name.lower()}"
        if self.ends and not small.endswith(self.ends) and not small.removesuffix("\n").endswith(self.ends):
            return False
        return all(any(word in small for word in some) for some in self.words)


def last_part(pattern: str) -> LastPart:
    """What ``pattern``, searched in paths with ``/`` between their parts, asks of the last one."""
    try:
        parsed = parser.parse(pattern)
    except (re.error, OverflowError, RecursionError):
        return LastPart()
    items = list(parsed)
    if parsed.state.flags & re.MULTILINE or not items or items[-1][0] is not c.AT or items[-1][1] not in _ENDS:
        return LastPart()
    inner = items[1:] if _is_edge(items[0]) else items
    ends = tuple(sorted(_endings(items)))
    if _any_takes_slash(inner):
        return LastPart(tuple(_behind_slash(items)), ends)
    begins = any(op is c.AT and value not in _ENDS for op, value in inner)
    return LastPart(tuple(sets_of(inner)), ends, decides=not begins)


def _is_edge(item: tuple[Any, Any]) -> bool:
    """True for one character or the beginning where ``/`` will do for either: ``(?:^|/)``."""
    op, value = item
    if op is c.SUBPATTERN and len(value[-1]) == 1:
        op, value = value[-1][0]
    if op is not c.BRANCH or any(len(way) != 1 for way in value[1]):
        return False
    ways = [way[0] for way in value[1]]
    begins = [way for way in ways if way[0] is c.AT and way[1] in (c.AT_BEGINNING, c.AT_BEGINNING_STRING)]
    takes = [way for way in ways if character(*way)]
    return len(begins) == 1 and len(begins) + len(takes) == len(ways) and any(_may_take_slash(*way) for way in takes)


def _may_take_slash(op: Any, value: Any) -> bool:
    """True where a slash may be in what an item takes or looks at; also where that is not known."""
    single = character(op, value)
    if single:
        return re.fullmatch(single, "/") is not None
    if op is c.AT:
        return False
    if op is c.BRANCH:
        return any(_any_takes_slash(way) for way in value[1])
    if op is c.SUBPATTERN or op in _LOOKS:
        return _any_takes_slash(value[-1])
    if op is c.ATOMIC_GROUP:
        return _any_takes_slash(value)
    return not (op in REPEATS and not _any_takes_slash(value[2]))


def _any_takes_slash(items: Sequence[tuple[Any, Any]]) -> bool:
    return any(_may_take_slash(op, value) for op, value in items)


def _behind_slash(items: Sequence[tuple[Any, Any]]) -> list[frozenset[str]]:
    """The sets of words of what stands behind the last item that may take a slash, and of that item's own end."""
    last = max(at for at, item in enumerate(items) if _may_take_slash(*item))
    return [*_at_end(*items[last]), *sets_of(items[last + 1 :])]


def _at_end(op: Any, value: Any) -> list[frozenset[str]]:
    if op is c.SUBPATTERN:
        return _behind_slash(value[-1])
    if op is c.BRANCH:
        ways = [surest(_behind_slash(way) if _any_takes_slash(way) else sets_of(way)) for way in value[1]]
        return [frozenset().union(*ways)] if all(ways) else []
    return []


def _endings(items: Sequence[tuple[Any, Any]]) -> set[str]:
    """Of these one ends all that ``items`` match, as far back as a slash; none where that is not known."""
    run = ""
    for op, value in reversed(items):
        if op is c.AT:
            continue
        if op is c.LITERAL and value < 128 and not run.startswith("/"):
            run = chr(value).lower() + run
            continue
        if not run and op is c.SUBPATTERN:
            return _endings(value[-1])
        if not run and op is c.BRANCH:
            ways = [_endings(way) for way in value[1]]
            return set().union(*ways) if all(ways) else set()
        break
    return {run} if run else set()
