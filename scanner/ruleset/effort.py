"""How long one attempt of an expression can take, told from the expression alone."""

from __future__ import annotations

from collections.abc import Iterable
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from scanner.ruleset.written import REPEATS

# More than this is not told apart.
BOUNDLESS = 10**12


def effort(pattern: str) -> int:
    """The most characters that ``pattern`` (bytes syntax) looks at, again and again, when it is tried at one place.

    Never more than ``BOUNDLESS``. Raises ``re.error`` for what is no expression.
    """
    return _sequence(parser.parse(pattern.encode()))[0]


def _sequence(items: Iterable[Any]) -> tuple[int, int]:
    """The steps that ``items`` take at most, and in how many ways they can match at one place."""
    steps, ways = 0, 1
    for op, value in items:
        more, choices = _item(op, value)
        steps, ways = min(BOUNDLESS, steps + ways * more), min(BOUNDLESS, ways * choices)
    return steps, ways


def _item(op: Any, value: Any) -> tuple[int, int]:
    if op in REPEATS:
        steps, ways = _repeat(*value)
        return steps, 1 if op is c.POSSESSIVE_REPEAT else ways
    if op is c.SUBPATTERN:
        return _sequence(value[3])
    if op is c.ATOMIC_GROUP:
        return _sequence(value)[0], 1
    if op in (c.ASSERT, c.ASSERT_NOT):
        return _sequence(value[1])[0], 1
    if op is c.BRANCH:
        branches = [_sequence(branch) for branch in value[1]]
        return sum(steps for steps, _ in branches), sum(ways for _, ways in branches)
    # A group that is repeated may be long; what else there is, is not used by rules.
    return (1, 1) if op in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN, c.AT) else (BOUNDLESS, BOUNDLESS)


def _repeat(low: int, high: Any, inner: Any) -> tuple[int, int]:
    steps, ways = _sequence(inner)
    if high is c.MAXREPEAT:
        return BOUNDLESS, BOUNDLESS
    if ways <= 1:
        return min(BOUNDLESS, steps * high), high - low + 1
    tried = matched = 0
    turn = 1
    for turns in range(high + 1):
        tried += turn
        matched += turn if turns >= low else 0
        turn *= ways
        if turn > BOUNDLESS:
            return BOUNDLESS, BOUNDLESS
    return min(BOUNDLESS, steps * tried), min(BOUNDLESS, matched)
