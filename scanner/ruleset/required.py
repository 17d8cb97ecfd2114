"""Words without which an expression matches nothing: a cheap question before a dear one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from scanner.ruleset.written import REPEATS

_NONE: frozenset[str] = frozenset()


def required(pattern: str) -> frozenset[str]:
    """Words in lower case, one of which stands in every text that ``pattern`` matches, if in other letters of ASCII.

    Empty where no such words are known, as for an expression that ``re`` does not understand.
    """
    try:
        return _of_sequence(parser.parse(pattern))
    except (re.error, OverflowError, RecursionError):
        return _NONE


def _of_sequence(items: Iterable[tuple[Any, Any]]) -> frozenset[str]:
    """Those of the part of a sequence that says most."""
    best, run = _NONE, ""
    for op, value in items:
        if op is c.LITERAL and value < 128:
            run += chr(value).lower()
            best = _surer(best, frozenset((run,)))
        else:
            run = ""
            best = _surer(best, _of_item(op, value))
    return best


def _of_item(op: Any, value: Any) -> frozenset[str]:
    if op is c.BRANCH:
        ways = [_of_sequence(way) for way in value[1]]
        return frozenset().union(*ways) if all(ways) else _NONE
    if op is c.SUBPATTERN:
        return _of_sequence(value[-1])
    if op is c.ATOMIC_GROUP:
        return _of_sequence(value)
    if op in REPEATS and value[0] > 0:
        return _of_sequence(value[2])
    return _NONE


def _surer(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """That whose shortest word is longer."""
    return max(one, other, key=lambda words: min(map(len, words), default=0))
