"""From a rule's exact expression to the wider one that the fast first pass can run.

The derived expression matches wherever the exact one does, and ends no later: groups become plain,
lookarounds and trailing anchors go, open ends are cut at their minimum (so that a long run gives one
hit and not one a byte). It is written out again from ``re``'s own parse, so both read it alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from scanner.ruleset.written import REPEATS, WORD_EDGES, character, character_class, group_flags

# Anchors of the text are dropped: the sweep's buffers hold pieces of many texts. Anchors of lines are kept.
_LINE_AT = {c.AT_BEGINNING: "(?m:^)", c.AT_END: "(?m:$)"}
_ZERO_WIDTH = (c.AT, c.ASSERT, c.ASSERT_NOT)
# Hyperscan unrolls bounded repeats (one of 120 inside another compiled for a minute); past this an open end will do.
_WIDEST_REPEAT = 16
_CUT_REPEAT, _CUT_LITERAL = 64, 4


class Derived:
    """What the prefilter makes of one expression. Each is worked out when it is asked for: few are asked for all.

    ``caseless`` is true when the expression is, as a whole.
    """

    def __init__(self, tree: Any, items: list[Any]) -> None:
        flags = tree.state.flags
        self._tree, self._items = tree, items
        self._multiline, self._dotall = bool(flags & re.MULTILINE), bool(flags & re.DOTALL)
        self.caseless = bool(flags & re.IGNORECASE)

    @cached_property
    def expression(self) -> str:
        """For the prefilter. Raises ``re.error`` for what it cannot have."""
        text = _sequence(self._items)
        return f"(?s:{text})" if self._dotall else text

    @cached_property
    def crosses_lines(self) -> bool:
        """True when a match can cross a line break."""
        return self._dotall or any(map(_crosses, _list(self._tree)))

    @cached_property
    def literal(self) -> int:
        """The surest literal's length."""
        return _longest_literal(self._items)

    @cached_property
    def width(self) -> int:
        """The most bytes a match of the exact expression can have, with all it looks at beside itself.

        0 when there is no such number.
        """
        width, beside = _width(self._tree), _beside(self._tree)
        return width + beside if width < c.MAXREPEAT > beside else 0

    @cached_property
    def joins(self) -> bool:
        """True when lines that do not belong together may be searched as one text.

        Whatever the exact expression matches in some of them it matches there too.
        """
        return not self._dotall and _joins(self._tree, multiline=self._multiline)


def derive(pattern: str, *, cut: bool = False) -> Derived:
    """The prefilter expression of ``pattern`` (bytes syntax). Raises ``re.error`` for an invalid one.

    With ``cut`` it ends before the first open repetition that follows a literal: for matches that
    reach over many lines, whose beginning is enough to look closer.
    """
    tree = parser.parse(pattern.encode())
    items = list(tree) if tree.state.flags & re.MULTILINE else _without_line_anchors(list(tree))
    if cut:
        items, _ = _cut(items)
    items = _trim(items, front=False)
    items = _trim(items, front=True)
    return Derived(tree, items)


def _without_line_anchors(items: list[Any]) -> list[Any]:
    return [item for item in items if not (item[0] is c.AT and item[1] in _LINE_AT)]


def _cut(items: list[Any]) -> tuple[list[Any], bool]:
    """``items`` up to the first repetition of more than 64 after a literal of four, and whether it was cut."""
    kept: list[Any] = []
    for op, value in items:
        if op in REPEATS and value[1] > _CUT_REPEAT and _longest_literal(kept) >= _CUT_LITERAL:
            return kept, True
        if op is c.SUBPATTERN:
            inner, done = _cut(list(value[3]))
            kept.append((op, (*value[:3], inner)))
            if done:
                return kept, True
            continue
        kept.append((op, value))
    return kept, False


def _trim(items: list[Any], *, front: bool) -> list[Any]:
    """``items`` without what is optional or without width at one end."""
    items = list(items)
    while items:
        at = 0 if front else -1
        op, value = items[at]
        if op in _ZERO_WIDTH and not (front and op is c.AT and value is not c.AT_BOUNDARY):
            items.pop(at)
            continue
        if op in REPEATS:
            low, _, inner = value
            if low == 0:
                items.pop(at)
                continue
            items[at] = (c.MAX_REPEAT, (low, low, inner))
        elif op is c.SUBPATTERN:
            group, add, remove, inner = value
            trimmed = _trim(list(inner), front=front)
            if not trimmed:
                items.pop(at)
                continue
            items[at] = (op, (group, add, remove, trimmed))
        elif op is c.ATOMIC_GROUP:
            items[at] = (c.SUBPATTERN, (None, 0, 0, list(value)))
            continue
        elif op is c.BRANCH:
            branches = [_trim(list(branch), front=front) for branch in value[1]]
            if not all(branches):
                items.pop(at)
                continue
            items[at] = (op, (None, branches))
        break
    return items


def _sequence(items: Iterable[Any]) -> str:
    return "".join(_item(op, value) for op, value in items)


def _item(op: Any, value: Any) -> str:
    if one := character(op, value):
        return one
    if op in REPEATS:
        return _repeat(*value)
    if op is c.SUBPATTERN:
        _, add, remove, inner = value
        return f"(?{group_flags(add, remove)}:{_sequence(inner)})"
    if op is c.BRANCH:
        return "(?:" + "|".join(_sequence(branch) for branch in value[1]) + ")"
    if op is c.ATOMIC_GROUP:
        return f"(?:{_sequence(value)})"
    if op is c.AT:
        return WORD_EDGES.get(value) or _LINE_AT.get(value, "")
    if op in (c.ASSERT, c.ASSERT_NOT):
        return ""
    raise re.error(f"the prefilter cannot be derived from {op}: give 'prefilter' by hand")


def _repeat(low: int, high: Any, inner: Any) -> str:
    body = _sequence(inner)
    single = len(inner) == 1 and inner[0][0] in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN, c.SUBPATTERN)
    if not single:
        body = f"(?:{body})"
    if low == high:
        return f"{body}{{{low}}}"
    if high is c.MAXREPEAT or high > _WIDEST_REPEAT:
        return body + ({0: "*", 1: "+"}.get(low) or f"{{{low},}}")
    return f"{body}{{{low},{high}}}"


def _crosses(item: Any) -> bool:
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
    return any(_crosses(part) for inner in _inner(op, value) for part in _list(inner))


def _list(items: Any) -> Any:
    """The items of a parsed sequence as the list that they are in: its own iterator takes ten times as long."""
    return getattr(items, "data", items)


def _inner(op: Any, value: Any) -> list[Any]:
    """The sequences inside of an item, those of lookarounds left out."""
    if op is c.SUBPATTERN:
        return [value[3]]
    if op is c.BRANCH:
        return list(value[1])
    if op in REPEATS:
        return [value[2]]
    return [value] if op is c.ATOMIC_GROUP else []


def _width(items: Any) -> int:
    return int(items.getwidth()[1])


def _beside(items: Any) -> int:
    """The most bytes that the lookarounds in ``items`` look at; of those in a repetition, each turn of it looks on."""
    seen = 0
    for op, value in _list(items):
        if op in (c.ASSERT, c.ASSERT_NOT):
            seen += _width(value[1]) + _beside(value[1])
        else:
            seen += sum(map(_beside, _inner(op, value)))
    return seen


def _joins(items: Any, *, multiline: bool) -> bool:
    """True unless an item asks for the beginning or the end of the text, or is afraid of what another line holds."""
    for op, value in _list(items):
        if op is c.AT:
            if value not in WORD_EDGES and not (multiline and value in _LINE_AT):
                return False
        elif op in (c.ASSERT, c.ASSERT_NOT):
            # What must follow, and does, follows in any text; the others see a line break where there was none.
            if (op is c.ASSERT_NOT or value[0] < 0) and any(map(_crosses, _list(value[1]))):
                return False
            if not _joins(value[1], multiline=multiline):
                return False
        elif not all(_joins(inner, multiline=multiline) for inner in _inner(op, value)):
            return False
    return True


def _longest_literal(items: Iterable[Any]) -> int:
    """Length of the longest run of fixed characters that every match holds."""
    best = run = 0
    for op, value in _list(items):
        if op is c.LITERAL:
            run += 1
            best = max(best, run)
            continue
        run = 0
        if op is c.SUBPATTERN:
            best = max(best, _longest_literal(value[3]))
        elif op is c.BRANCH:
            best = max(best, min(_longest_literal(branch) for branch in value[1]))
        elif op in REPEATS and value[0] > 0:
            best = max(best, _longest_literal(value[2]))
    return best
