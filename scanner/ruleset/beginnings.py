"""The fixed characters that an expression begins with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from scanner.ruleset.written import REPEATS

# A long list of beginnings costs as much as what it spares; so do single characters, which are everywhere.
_MOST, _LEAST, _LONGEST = 16, 2, 8
_EMPTY = (c.AT, c.ASSERT, c.ASSERT_NOT)


def beginnings(pattern: str) -> tuple[str, ...]:
    """Texts of which one stands wherever ``pattern`` (bytes syntax) matches; none where they say too little.

    Raises ``re.error`` for what is no expression.
    """
    tree = parser.parse(pattern.encode())
    if tree.state.flags & re.IGNORECASE:
        return ()
    texts = sorted({text for text, _ in _heads(tree)})
    if len(texts) > _MOST or any(len(text) < _LEAST or not text.isascii() for text in texts):
        return ()
    return tuple(texts)


def _heads(items: Iterable[Any]) -> set[tuple[str, bool]]:
    """How ``items`` may begin, and whether that is all of what they match there."""
    found = {("", True)}
    for op, value in items:
        if op in _EMPTY:
            continue
        more = _item(op, value)
        longer = {(text + end, whole) for text, goes_on in found if goes_on for end, whole in more}
        longer |= {head for head in found if not head[1]}
        if len(longer) > _MOST:
            return {(text, False) for text, _ in found}
        found = {(text[:_LONGEST], whole and len(text) < _LONGEST) for text, whole in longer}
        if not any(goes_on for _, goes_on in found):
            break
    return found


def _item(op: Any, value: Any) -> set[tuple[str, bool]]:
    if op is c.LITERAL:
        return {(chr(value), True)}
    if op is c.IN and all(kind is c.LITERAL for kind, _ in value):
        return {(chr(one), True) for _, one in value}
    if op is c.SUBPATTERN and not value[1] and not value[2]:
        return _heads(value[3])
    if op is c.BRANCH:
        ways: Sequence[Any] = value[1]
        return {head for way in ways for head in _heads(way)}
    if op in REPEATS and value[0]:
        return {(text, False) for text, _ in _heads(value[2])}
    return {("", False)}
