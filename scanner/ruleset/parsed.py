"""Questions about an expression as ``re``'s own parse has it: what its parts can match, and how much of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from scanner.ruleset.written import REPEATS, WORD_EDGES, character_class

# Anchors of lines, in an expression over lines.
LINE_AT = (c.AT_BEGINNING, c.AT_END)


def listed(items: Any) -> Any:
    """The items of a parsed sequence as the list that they are in: its own iterator takes ten times as long."""
    return getattr(items, "data", items)


def inner(op: Any, value: Any) -> list[Any]:
    """The sequences inside of an item, those of lookarounds left out."""
    if op is c.SUBPATTERN:
        return [value[3]]
    if op is c.BRANCH:
        return list(value[1])
    if op in REPEATS:
        return [value[2]]
    return [value] if op is c.ATOMIC_GROUP else []


def crosses(item: Any) -> bool:
    """True when the item can match a line break."""
    op, value = item
    if op is c.LITERAL:
        return bool(value == 10)
    if op is c.NOT_LITERAL:
        return bool(value != 10)
    if op is c.IN:
        return re.match(character_class(value).encode(), b"\n") is not None
    if op is c.SUBPATTERN and value[1] & re.DOTALL:
        return True
    return any(crosses(part) for items in inner(op, value) for part in listed(items))


def breaks(items: Any) -> int:
    """The most line breaks that ``items`` can match; ``MAXREPEAT`` or more where that is not bounded."""
    count = 0
    for op, value in listed(items):
        parts = inner(op, value)
        if parts:
            count += max(map(breaks, parts)) * (int(value[1]) if op in REPEATS else 1)
        elif crosses((op, value)):
            count += 1
    return count


def width(items: Any) -> int:
    """The most bytes that ``items`` can match; ``MAXREPEAT`` or more where that is not bounded."""
    return int(items.getwidth()[1])


def extent(items: Any) -> int:
    """The most bytes from where they begin that ``items`` match or look ahead at; ``MAXREPEAT`` or more as above."""
    at = furthest = 0
    for item in listed(items):
        op, value = item
        parts = [value[1]] if op in (c.ASSERT, c.ASSERT_NOT) else inner(op, value)
        size = width(parser.SubPattern(items.state, [item]))
        if parts:
            # Of what is repeated, the last turn looks furthest.
            before = size - max(map(width, parts)) if op in REPEATS else 0
            furthest = max(furthest, at + before + max(map(extent, parts)))
        at += size
    return max(at, furthest)


def joins(items: Any, *, multiline: bool) -> bool:
    """True unless an item asks for the beginning or the end of the text, or is afraid of what another line holds."""
    for op, value in listed(items):
        if op is c.AT:
            if value not in WORD_EDGES and not (multiline and value in LINE_AT):
                return False
        elif op in (c.ASSERT, c.ASSERT_NOT):
            # What must follow, and does, follows in any text; the others see a line break where there was none.
            if (op is c.ASSERT_NOT or value[0] < 0) and any(map(crosses, listed(value[1]))):
                return False
            if not joins(value[1], multiline=multiline):
                return False
        elif not all(joins(part, multiline=multiline) for part in inner(op, value)):
            return False
    return True


def longest_literal(items: Iterable[Any]) -> int:
    """Length of the longest run of fixed characters that every match holds."""
    best = run = 0
    for op, value in listed(items):
        if op is c.LITERAL:
            run += 1
            best = max(best, run)
            continue
        run = 0
        if op is c.SUBPATTERN:
            best = max(best, longest_literal(value[3]))
        elif op is c.BRANCH:
            best = max(best, min(longest_literal(branch) for branch in value[1]))
        elif op in REPEATS and value[0] > 0:
            best = max(best, longest_literal(value[2]))
    return best
