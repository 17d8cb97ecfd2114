"""What the first pass does not need of an expression: its optional ends, and an open beginning."""

from __future__ import annotations

from operator import is_
from re import _constants as c  # type: ignore[attr-defined]
from typing import Any

from scanner.ruleset.parsed import LINE_AT, inner, listed, longest_literal
from scanner.ruleset.written import REPEATS

_ZERO_WIDTH = (c.AT, c.ASSERT, c.ASSERT_NOT)
_END = (c.AT, c.AT_END)
_CUT_REPEAT, _CUT_LITERAL = 64, 4
# With so many fixed characters behind it and none in it, a beginning that may be any length says little and costs
# much: Hyperscan follows it through the whole text, where it otherwise looks around its literals alone.
_SURE, _OPEN = 3, 16


def without_line_anchors(items: list[Any]) -> list[Any]:
    """``items`` without the anchors of lines among them."""
    return [item for item in items if not (item[0] is c.AT and item[1] in LINE_AT)]


def cut(items: list[Any]) -> tuple[list[Any], bool]:
    """``items`` up to the first repetition of more than 64 after a literal of four, and whether it was cut."""
    kept: list[Any] = []
    for op, value in items:
        if op in REPEATS and value[1] > _CUT_REPEAT and longest_literal(kept) >= _CUT_LITERAL:
            return kept, True
        if op is c.SUBPATTERN:
            within, done = cut(list(value[3]))
            kept.append((op, (*value[:3], within)))
            if done:
                return kept, True
            continue
        kept.append((op, value))
    return kept, False


def trim(items: list[Any], *, keep_ends: bool = False) -> list[Any]:
    """``items`` without what is optional or without width at their ends, and without an open beginning.

    With ``keep_ends`` an end that may be one of several, among them the end of a line, is no option but is asked for.
    """
    items = _trim(items, front=False, keep_ends=keep_ends)
    items = _trim(items, front=True)
    # Behind an open beginning may stand what is optional, and the other way round.
    while (shorter := _without_lead(items)) is not items:
        items = _trim(shorter, front=True)
    return items


def _trim(items: list[Any], *, front: bool, keep_ends: bool = False) -> list[Any]:
    """``items`` without what is optional or without width at one end."""
    items = list(items)
    while items:
        at = 0 if front else -1
        op, value = items[at]
        if op in _ZERO_WIDTH and not (front and op is c.AT and value is not c.AT_BOUNDARY):
            items.pop(at)
            continue
        if op in REPEATS:
            low, _, repeated = value
            if low == 0:
                items.pop(at)
                continue
            items[at] = (c.MAX_REPEAT, (low, low, repeated))
        elif op is c.SUBPATTERN:
            group, add, remove, within = value
            trimmed = _trim(list(within), front=front, keep_ends=keep_ends)
            if not trimmed:
                items.pop(at)
                continue
            items[at] = (op, (group, add, remove, trimmed))
        elif op is c.ATOMIC_GROUP:
            items[at] = (c.SUBPATTERN, (None, 0, 0, list(value)))
            continue
        elif op is c.BRANCH:
            if keep_ends and any(branch and branch[-1] == _END for branch in value[1]):
                break
            branches = [_trim(list(branch), front=front, keep_ends=keep_ends) for branch in value[1]]
            if not all(branches):
                items.pop(at)
                continue
            items[at] = (op, (None, branches))
        break
    return items


def _without_lead(items: list[Any]) -> list[Any]:
    """``items`` from their first sure literal on, where what comes before is open and tells little."""
    for at, (op, value) in enumerate(items):
        if longest_literal(items[: at + 1]) < _SURE:
            continue
        first = at
        while first and items[first - 1][0] is c.LITERAL:
            first -= 1
        lead = items[:first]
        if longest_literal(lead):
            break
        # The literal may stand within the item, behind an open beginning of that.
        shorter = (op, _within(op, value)) if first == at else (op, value)
        if shorter[1] is not value or any(map(_is_open, lead)):
            return [*items[first:at], shorter, *items[at + 1 :]]
        break
    return items


def _within(op: Any, value: Any) -> Any:
    """The value of an item without the open beginning of what is in it; ``value`` itself where there is none."""
    if op is c.SUBPATTERN:
        before = list(value[3])
        after = _without_lead(before)
        return value if after is before else (*value[:3], after)
    if op is c.BRANCH:
        branches = [list(branch) for branch in value[1]]
        shorter = [_without_lead(branch) for branch in branches]
        return value if all(map(is_, branches, shorter)) else (None, shorter)
    return value


def _is_open(item: Any) -> bool:
    """True when how much the item takes is left open."""
    op, value = item
    if op in REPEATS and value[1] - value[0] > _OPEN:
        return True
    return any(_is_open(part) for items in inner(op, value) for part in listed(items))
