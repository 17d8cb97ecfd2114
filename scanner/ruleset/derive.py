"""From a rule's exact expression to the wider one that the fast first pass can run.

The derived expression matches wherever the exact one does, and ends no later: groups become plain,
lookarounds and trailing anchors go, open ends are cut at their minimum (so that a long run gives one
hit and not one a byte), and an open beginning goes where a literal follows. It is written out again
from ``re``'s own parse, so both read it alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from scanner.ruleset import edges, parsed
from scanner.ruleset.spread import spread
from scanner.ruleset.written import REPEATS, WORD_EDGES, character, group_flags

# Anchors of the text are dropped: the sweep's buffers hold pieces of many texts. Anchors of lines are kept.
_LINE_AT = {c.AT_BEGINNING: "(?m:^)", c.AT_END: "(?m:$)"}
# Hyperscan unrolls bounded repeats (one of 120 inside another compiled for a minute); past this an open end will do.
# From 15 on it also loses matches: after a single character, "[ ]{0,16}name" is not found behind exactly one blank.
_WIDEST_REPEAT = 12


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
        text = "|".join(map(_sequence, spread(self._items)))
        return f"(?s:{text})" if self._dotall else text

    @cached_property
    def crosses_lines(self) -> bool:
        """True when a match can cross a line break."""
        return self._dotall or any(map(parsed.crosses, parsed.listed(self._tree)))

    @cached_property
    def breaks(self) -> int:
        """The most line breaks that a match can hold, as far as that is told: not where any character may be one."""
        return parsed.breaks(self._tree)

    @cached_property
    def literal(self) -> int:
        """The surest literal's length."""
        return parsed.longest_literal(self._items)

    @cached_property
    def sizes(self) -> tuple[int, int]:
        """The most bytes a match of the exact expression can have, and the most from its beginning that it looks at.

        0 and 0 when there are no such numbers. What it looks back at is not counted: a search sees that, wherever it
        begins.
        """
        width, extent = parsed.width(self._tree), parsed.extent(self._tree)
        return (width, extent) if extent < c.MAXREPEAT else (0, 0)

    @cached_property
    def joins(self) -> bool:
        """True when lines that do not belong together may be searched as one text.

        Whatever the exact expression matches in some of them it matches there too.
        """
        return not self._dotall and parsed.joins(self._tree, multiline=self._multiline)


def derive(pattern: str, *, cut: bool = False, by_hand: bool = False) -> Derived:
    """The prefilter expression of ``pattern`` (bytes syntax). Raises ``re.error`` for an invalid one.

    With ``cut`` it ends before the first open repetition that follows a literal: for matches that
    reach over many lines, whose beginning is enough to look closer. ``by_hand`` says that it was written for the
    prefilter: where one of the ways in which it ends is the end of a line, that is meant.
    """
    tree = parser.parse(pattern.encode())
    items = list(tree) if tree.state.flags & re.MULTILINE else edges.without_line_anchors(list(tree))
    if cut:
        items, _ = edges.cut(items)
    return Derived(tree, edges.trim(items, keep_ends=by_hand))


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
