"""Words without which an expression matches nothing: a cheap question before a dear one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from re import _constants as c  # type: ignore[attr-defined]
from typing import Any

from scanner.ruleset.written import REPEATS

_NONE: frozenset[str] = frozenset()


def sets_of(items: Iterable[tuple[Any, Any]]) -> Iterator[frozenset[str]]:
    """Of a sequence of ``re``'s own parse sets of words in lower case: of each, one stands in every text that matches,
    if in other letters of ASCII."""
    run = ""
    for op, value in items:
        if op is c.LITERAL and value < 128:
            run += chr(value).lower()
            continue
        if run:
            yield frozenset((run,))
            run = ""
        yield from _of_item(op, value)
    if run:
        yield frozenset((run,))


def _of_item(op: Any, value: Any) -> Iterator[frozenset[str]]:
    if op is c.BRANCH:
        ways = [surest(sets_of(way)) for way in value[1]]
        if all(ways):
            yield frozenset().union(*ways)
    elif op is c.SUBPATTERN:
        yield from sets_of(value[-1])
    elif op is c.ATOMIC_GROUP:
        yield from sets_of(value)
    elif op in REPEATS and value[0] > 0:
        yield from sets_of(value[2])


def surest(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    """That whose shortest word is the longest; empty where there is none."""
    return max(sets, key=lambda words: min(map(len, words)), default=_NONE)
