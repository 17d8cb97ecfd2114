"""The characters that an expression begins with, where they are fixed or of few kinds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from scanner.ruleset.written import REPEATS, character

# A long list of beginnings costs as much as what it spares; so do two characters that may be most letters.
_MOST, _LONGEST, _KINDS = 16, 8, 26 * 26
_EMPTY = (c.AT, c.ASSERT, c.ASSERT_NOT)

# How something may begin, an expression for each character, and whether that is all of what it matches there.
_Head = tuple[tuple[str, ...], bool]


def beginnings(pattern: str) -> tuple[str, ...]:
    """Expressions of which one matches wherever ``pattern`` (bytes syntax) does; none where they say too little.

    Raises ``re.error`` for what is no expression.
    """
    tree = parser.parse(pattern.encode())
    if tree.state.flags & re.IGNORECASE:
        return ()
    heads = sorted({head for head, _ in _heads(tree)})
    if len(heads) > _MOST or not all(len(head) > 1 and _kinds(head[0]) * _kinds(head[1]) <= _KINDS for head in heads):
        return ()
    return tuple("".join(head) for head in heads)


def _heads(items: Iterable[Any]) -> set[_Head]:
    found: set[_Head] = {((), True)}
    for op, value in items:
        if op not in _EMPTY:
            found = _joined(found, _item(op, value))
        if not any(goes_on for _, goes_on in found):
            break
    return found


def _joined(found: set[_Head], more: set[_Head]) -> set[_Head]:
    """Those of ``found`` that are all of what stands before, followed by those of ``more``."""
    longer = {(head + end, whole) for head, goes_on in found if goes_on for end, whole in more}
    longer |= {head for head in found if not head[1]}
    if len(longer) > _MOST:
        return {(head, False) for head, _ in found}
    return {(head[:_LONGEST], whole and len(head) < _LONGEST) for head, whole in longer}


def _item(op: Any, value: Any) -> set[_Head]:
    if one := character(op, value):
        return {((one,), True)}
    if op is c.SUBPATTERN and not value[1] and not value[2]:
        return _heads(value[3])
    if op is c.BRANCH:
        ways: Sequence[Any] = value[1]
        return {head for way in ways for head in _heads(way)}
    if op in REPEATS and value[0]:
        low, high, inner = value
        found: set[_Head] = {((), True)}
        for _ in islice(range(low), _LONGEST):
            found = _joined(found, _heads(inner))
        return found if low == high else {(head, False) for head, _ in found}
    return {((), False)}


@lru_cache(256)
def _kinds(one: str) -> int:
    """How many characters the expression ``one`` matches."""
    pattern = re.compile(one.encode())
    return sum(pattern.fullmatch(bytes([byte])) is not None for byte in range(256))
