"""A rule's exact expression written backwards and wider, so that one linear pass tells where matches may begin.

Read from the end of a text to its beginning, the expression made here ends wherever a match of the exact one begins.
Lookarounds go, except for what stands right before or right after the whole match: there they are what tells a value
from a piece of a longer run, and without them hostile text would be full of places to try. What must follow within it
is asked for by expressions of their own, all of which must end there too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from scanner.ruleset.ahead import up_to_lookaheads
from scanner.ruleset.written import REPEATS, WORD_EDGES, character, character_class, group_flags

# Hyperscan unrolls repetitions. Those of more turns, alone or within others, become open ones, and ask for fewer.
_CLOSE = (1000, 64), (40, 8), 1000
_ROUGH = (16, 64), (2, 4), 16
# Characters of all copies of an expression, one for each length of what may stand before it. Longer ones have one copy,
# for which the last character before it must do: seven copies of 400 characters compiled for four seconds.
_LONGEST = 2000
# So often is one character no more than a part of a run of it.
_RUN = 6
# So many lookaheads within an expression are followed, and only where that gives light expressions.
_MOST_AHEAD, _LIGHT = 3, 1000


class Reversed(NamedTuple):
    """``expressions`` with how many bytes before a match each has read at its end; flags hold for all of them.

    They are for texts with ``EDGE`` before and behind them. Matches also begin where those of each of ``ahead`` do: the
    expression up to what must follow within it, and that.
    ``weight`` is about how many characters one of them has with its repetitions unrolled.
    """

    expressions: tuple[tuple[str, int], ...]
    caseless: bool
    dotall: bool
    weight: int
    ahead: tuple[tuple[tuple[str, int], ...], ...] = ()


def reverse(pattern: str, *, rough: bool = False) -> Reversed:
    """The backward form of ``pattern`` (bytes syntax). Raises ``re.error`` for what has none.

    A ``rough`` one counts fewer repetitions: it is smaller, and allows more.
    """
    tree = parser.parse(pattern.encode())
    items, flags = list(tree), tree.state.flags
    if tree.getwidth()[0] == 0:
        raise re.error("it matches the empty text")
    groups, limits = dict(_groups(items)), _ROUGH if rough else _CLOSE
    made, weight = _expressions(items, _Writer(limits, groups))
    ahead, caseless = [], bool(flags & re.IGNORECASE)
    for shorter in up_to_lookaheads(items, most=_MOST_AHEAD):
        with suppress(re.error):
            some, more = _expressions(shorter, _Writer(limits, groups))
            if more > _LIGHT:
                some, more = _expressions(shorter, _Writer(_ROUGH, groups))
            if more <= _LIGHT:
                ahead.append(some)
    return Reversed(made, caseless, bool(flags & re.DOTALL), weight, tuple(ahead))


def _expressions(items: list[Any], writer: _Writer) -> tuple[tuple[tuple[str, int], ...], int]:
    """``items`` from behind in as many copies as must be, and their weight."""
    body = writer.sequence(items, last=True)
    before = _before(items, writer)
    if before and len(before) * len(body) > _LONGEST:
        before = _last_before(items)
    copies = [(body, 0)] if before is None else [(body + text, width) for text, width in before]
    return tuple(copies), writer.weight


# What is taken to stand before a text and behind it. Anchors of the text do not do: of ``(?:\A|[^b])[ab]{2}`` Hyperscan
# misses matches that begin with the class.
EDGE = r"\n"
# Where the text ends, a line ends as well; whether a group asks for the one or the other is not followed.
_AT = {
    **WORD_EDGES,
    c.AT_BEGINNING: "(?m:$)",
    c.AT_BEGINNING_STRING: "(?m:$)",
    c.AT_END: "(?m:^)",
    c.AT_END_STRING: "(?m:^)",
}


class _Writer:
    """``limits`` say when a repetition is an open one; ``groups`` are the captured items, by number."""

    def __init__(self, limits: tuple[tuple[int, int], tuple[int, int], int], groups: Mapping[int, Any]) -> None:
        self._single, self._many, self._in_all = limits
        self._groups = dict(groups)
        self.weight = 0

    def sequence(self, items: Sequence[Any], *, last: bool = False, turns: int = 1) -> str:
        """``items`` from behind; ``last`` when nothing follows them, repeated at most ``turns`` times."""
        items = _without_runs(items)
        kept = len(items)
        while last and kept and _is_empty(items[kept - 1 : kept]):
            kept -= 1
        after = next((text for item in items[kept:] if (text := self._after(item))), "")
        edges = "".join(_AT.get(value, "") for op, value in items[kept:] if op is c.AT)
        # What follows is read once: of what two items ask for there, one must do. And edges lie before it.
        last = last and not after and not edges
        texts = [self._item(*item, last=last and item is items[kept - 1], turns=turns) for item in items[:kept]]
        return after + edges + "".join(reversed(texts))

    def _after(self, item: Any) -> str:
        """What the empty ``item`` at the very end asks to follow; empty where that is not known."""
        op, value = item
        if op is c.ASSERT and value[0] > 0:
            try:
                return self.sequence(value[1], last=True)
            except re.error:
                return ""
        if op is c.ASSERT_NOT and value[0] > 0:
            other = _other_than(value[1])
            return other
        if op is c.SUBPATTERN and len(value[3]) == 1:
            text = self._after(value[3][0])
            return text and f"(?{group_flags(value[1], value[2])}:{text})"
        if op is c.BRANCH:
            ways = [self._after(branch[0]) if len(branch) == 1 else "" for branch in value[1]]
            return "(?:" + "|".join(ways) + ")" if all(ways) else ""
        return ""

    def _item(self, op: Any, value: Any, *, last: bool, turns: int) -> str:
        if op in (c.ASSERT, c.ASSERT_NOT):
            return ""
        if op in REPEATS:
            return self._repeat(*value, turns=turns)
        if op is c.SUBPATTERN:
            _, add, remove, inner = value
            known, self._groups = self._groups, {} if add or remove else self._groups
            text = self.sequence(inner, last=last, turns=turns)
            self._groups = known
            return f"(?{group_flags(add, remove)}:{text})"
        if op is c.BRANCH:
            return "(?:" + "|".join(self.sequence(branch, last=last, turns=turns) for branch in value[1]) + ")"
        if op is c.ATOMIC_GROUP:
            return f"(?:{self.sequence(value, last=last, turns=turns)})"
        if op is c.AT:
            return _AT.get(value, "")
        if op is c.GROUPREF and value in self._groups:
            # Whatever the group may match, not what it did; once, for expressions that double themselves.
            return f"(?:{self.sequence(self._groups.pop(value), turns=turns)})"
        text = character(op, value)
        if not text:
            raise re.error(f"{op} cannot be read backwards")
        self.weight += turns
        return text

    def _repeat(self, low: int, high: Any, inner: Any, *, turns: int) -> str:
        single = len(inner) == 1 and character(*inner[0])
        most, fixed = self._single if single else self._many
        # So many and no more take no more room than so many and more.
        exact = low == high and high <= fixed and turns == 1
        open_end = not exact and (high is c.MAXREPEAT or high > most or high * turns > self._in_all)
        before = self.weight
        body = self.sequence(inner, turns=turns if open_end else turns * max(1, high))
        if open_end:
            self.weight += (self.weight - before) * max(0, min(low, fixed) - 1)
        if not body or high == 0:
            return ""
        many = f"{min(low, fixed)}," if open_end else f"{low},{high}"
        return f"{single or f'(?:{body})'}{{{many}}}"


def _without_runs(items: Sequence[Any]) -> list[Any]:
    """``items`` with one character many times over taken for that and more.

    In text that is full of it, such as zeros in base64, Hyperscan would look around each place that so many of them
    begin at.
    """
    found: list[Any] = []
    for item, some in groupby(items):
        count = sum(1 for _ in some)
        run = item[0] is c.LITERAL and count >= _RUN
        found += [(c.MAX_REPEAT, (count, c.MAXREPEAT, [item]))] if run else [item] * count
    return found


def _groups(items: Any) -> Iterator[tuple[int, Any]]:
    """The captured items in ``items``, with their numbers; without those for which other flags hold."""
    for op, value in items:
        inner = [value[3]] if op is c.SUBPATTERN else value[1] if op is c.BRANCH else []
        if op in REPEATS:
            inner = [value[2]]
        elif op is c.ATOMIC_GROUP:
            inner = [value]
        elif op is c.SUBPATTERN and (value[1] or value[2]):
            continue
        elif op is c.SUBPATTERN and value[0]:
            yield value[0], value[3]
        for one in inner:
            yield from _groups(one)


def _is_empty(items: Any) -> bool:
    return all(
        op in (c.ASSERT, c.ASSERT_NOT, c.AT)
        or (op is c.SUBPATTERN and _is_empty(value[3]))
        or (op is c.BRANCH and all(map(_is_empty, value[1])))
        for op, value in items
    )


def _other_than(items: Any) -> str:
    """All other characters than those of ``items``, or no character; empty for what is more than one class."""
    text = _complement(items)
    return text and rf"(?:{text}|{EDGE})"


def _complement(items: Any) -> str:
    if len(items) != 1:
        return ""
    op, value = items[0]
    if op is c.SUBPATTERN and not value[1] and not value[2]:
        return _complement(value[3])
    if op is c.LITERAL:
        return character(c.NOT_LITERAL, value)
    if op is c.NOT_LITERAL:
        return character(c.LITERAL, value)
    if op is not c.IN:
        return ""
    text = character_class(value)
    return f"[{text[2:]}" if text.startswith("[^") else f"[^{text[1:]}"


def _before(items: Sequence[Any], writer: _Writer) -> list[tuple[str, int]] | None:
    """What the first lookbehind of ``items`` of which that is known allows before them, with its length."""
    for op, value in _lookbehinds(items):
        found = (_unless if op is c.ASSERT_NOT else _if)(list(value[1]), writer)
        if found is not None:
            return found
    return None


def _lookbehinds(items: Sequence[Any]) -> Iterator[Any]:
    """Those that ``items`` begin with."""
    for item in items:
        op, value = item
        if op not in (c.AT, c.ASSERT, c.ASSERT_NOT):
            return
        if op is not c.AT and value[0] < 0:
            yield item


def _unless(items: list[Any], writer: _Writer) -> list[tuple[str, int]] | None:
    """What may stand before where ``items`` must not: another character, or one that is there for another reason."""
    other = _other_than(items[:1])
    if not other:
        return None
    found = [(other, 1)]
    if len(items) == 1:
        return found
    op, value = items[1]
    excused = _if(list(value[1]), writer) if len(items) == 2 and op is c.ASSERT_NOT and value[0] < 0 else None
    return None if excused is None else found + excused


def _if(items: list[Any], writer: _Writer) -> list[tuple[str, int]] | None:
    """What stands before where ``items`` must: of a character and what is said of it the one that says more."""
    if len(items) == 1 and items[0][0] is c.BRANCH:
        ways = [_if(list(branch), writer) for branch in items[0][1][1]]
        return None if None in ways else [one for way in ways if way for one in way]
    if len(items) == 1 and items[0][0] is c.SUBPATTERN and not (items[0][1][1] or items[0][1][2]):
        return _if(list(items[0][1][3]), writer)
    if len(items) > 1 and items[0][0] is c.ASSERT and items[0][1][0] < 0:
        before, rest = _if(list(items[0][1][1]), writer), _if(items[1:], writer)
        if before and rest and len(rest) == 1:
            return [(rest[0][0] + text, rest[0][1] + length) for text, length in before]
    kept = [item for item in items if not _is_empty([item])]
    low, high = parser.SubPattern(parser.State(), kept).getwidth()
    said = _if(items[-1:], writer) if len(items) > 1 and _is_empty(items[-1:]) else None
    if items and items[-1][0] is c.ASSERT and items[-1][1][0] < 0:
        said = _if(list(items[-1][1][1]), writer)
    if said and all(length >= high for _, length in said):
        return said
    return [(writer.sequence(kept), int(low))] if 0 < low == high else None


def _last_before(items: Sequence[Any]) -> list[tuple[str, int]] | None:
    """What the first lookbehind of ``items`` of which that is known allows of the one character before them."""
    for op, (_, inner) in _lookbehinds(items):
        if op is c.ASSERT:
            ways = [_last(inner)]
        else:
            # Another character, or one that is there for another reason.
            ways = [_other_than(inner[:1]), *(_last(item[1][1]) for item in inner[1:])]
        if all(ways):
            return [(f"(?:{'|'.join(ways)})", 1)]
    return None


def _last(items: Sequence[Any]) -> str:
    """The last character of what ``items`` match; empty when that is more than a choice of classes."""
    kept = [item for item in items if not _is_empty([item])]
    if not kept:
        return ""
    op, value = kept[-1]
    if op is c.SUBPATTERN and not value[1] and not value[2]:
        return _last(value[3])
    if op is c.BRANCH:
        ways = [_last(branch) for branch in value[1]]
        return "|".join(ways) if all(ways) else ""
    return character(op, value)
