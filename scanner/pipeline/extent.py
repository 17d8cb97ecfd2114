"""How far rules look beyond the lines they hit in, packed into one number a version can inherit."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.engine.engine import Engine
from scanner.ruleset.schema import Rule

# A number holds lines in the low bits, then bytes, then one bit for structure. Zero looks at its lines only.
_LINES_BITS = 12
_BYTES_BITS = 32
_LINES = (1 << _LINES_BITS) - 1
_BYTES = (1 << _BYTES_BITS) - 1
_STRUCTURE = 1 << (_LINES_BITS + _BYTES_BITS)
# Texts up to this size are read whole where structure matters.
_SMALL = 64 * 1024


class Extents:
    """The extent of every entry of an engine's prefilter; 0 where ``lines`` lines either side are enough."""

    def __init__(self, engine: Engine, *, lines: int) -> None:
        self._of: list[int] = []
        for expression in engine.rules.expressions:
            rule = engine.rules.rule(expression.rule)
            # A change beside a match, by which it is no longer taken over, may be this far from its hit.
            spread = rule.near + below(rule)
            further = spread > lines or rule.reach > 0
            self._of.append(extent(spread, rule.reach) if further else 0)
        self._of += [_STRUCTURE] * len(engine.triggers.literals)

    def __getitem__(self, entry: int) -> int:
        """The extent of prefilter entry ``entry``; what comes after the triggers are the decoders' gates."""
        return self._of[entry] if entry < len(self._of) else 0


def above(rule: Rule | None) -> int:
    """How many lines above its secret what ``rule`` looked at may begin."""
    return max(1, rule.near) if rule is not None else 1


def below(rule: Rule | None) -> int:
    """How many lines below its secret what ``rule`` looked at may end: a name stands above what it names."""
    if rule is None or not rule.near:
        return 1
    return 0 if rule.inside and not rule.keywords and not rule.pair else rule.near


def extent(lines: int, reach: int) -> int:
    """The number for a rule that looks ``lines`` lines and ``reach`` bytes around its hit."""
    return min(lines, _LINES) | min(reach, _BYTES) << _LINES_BITS


def joined(one: int, other: int) -> int:
    """An extent that covers both."""
    if one == other or not other:
        return one
    if not one:
        return other
    lines, reach = view(one)
    more, further = view(other)
    return extent(max(lines, more), max(reach, further)) | ((one | other) & _STRUCTURE)


def view(mark: int) -> tuple[int, int]:
    """Lines and bytes of an extent."""
    return mark & _LINES, mark >> _LINES_BITS & _BYTES


def is_structural(mark: int) -> bool:
    """True when whole documents have to be read."""
    return mark >= _STRUCTURE


def documents(data: bytes, fresh: Sequence[int]) -> list[tuple[int, int]]:
    """The parts of ``data`` to read as structure when ``fresh`` ranges changed: all of it, or the YAML documents
    that the ranges touch. A document that none touches stands in the base as it stands here.
    """
    if len(data) <= _SMALL or b"```" in data or b"\n---" not in data:
        return [(0, len(data))]
    spans: list[tuple[int, int]] = []
    for at in range(0, len(fresh), 2):
        start, end = fresh[at], fresh[at + 1]
        if spans and end <= spans[-1][1] - 4:
            continue
        low = data.rfind(b"\n---", 0, max(0, start - 4))
        high = data.find(b"\n---", end)
        low, high = low + 1, len(data) if high < 0 else high + 1
        if spans and low <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(high, spans[-1][1]))
        else:
            spans.append((low, high))
    return spans
