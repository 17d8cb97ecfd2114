"""Texts made of an expression's own parts: the shortest that leads to each repetition, and what it repeats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from re import _constants as sre  # type: ignore[attr-defined]
from typing import Any

# A line that is searched whole, and no longer.
LINE = 4000
PREFERRED = b"aA0 _-=:.\"'\t/+x\n"


def pumps(items: Sequence[Any], lead: bytes = b"") -> Iterator[tuple[bytes, bytes, int]]:
    """Of each repetition in ``items``: the shortest text before it after ``lead``, what it repeats, and how often."""
    for before, inner, most in repetitions(items, lead):
        for pump in ways(inner):
            yield before, pump, min(most, LINE)


def repetitions(items: Sequence[Any], lead: bytes = b"") -> Iterator[tuple[bytes, list[Any], int]]:
    """Those of more than three turns in ``items``: the shortest text before one after ``lead``, what it repeats, and
    how often at most."""
    for op, value in items:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            _, high, inner = value
            if high > 3:
                yield lead, list(inner), int(high)
            yield from repetitions(list(inner), lead)
        elif op is sre.SUBPATTERN:
            yield from repetitions(list(value[3]), lead)
        elif op is sre.ATOMIC_GROUP:
            yield from repetitions(list(value), lead)
        elif op is sre.BRANCH:
            for branch in value[1]:
                yield from repetitions(list(branch), lead)
        lead += shortest([(op, value)])


def ways(items: Sequence[Any]) -> list[bytes]:
    """Some different texts of ``items``: of a class, characters of different kinds."""
    if len(items) == 1 and items[0][0] is sre.IN:
        allowed = [byte for byte in PREFERRED if is_in(items[0][1], byte)]
        return [bytes([byte]) for byte in allowed[:3]] or [shortest(items)]
    if len(items) == 1 and items[0][0] is sre.BRANCH:
        return [text for branch in items[0][1][1][:4] if (text := shortest(list(branch)))]
    return [text] if (text := shortest(items)) else []


def shortest(items: Iterable[Any]) -> bytes:
    """The shortest text that ``items`` match, or nearly: what must stand beside it is not asked."""
    out = b""
    for op, value in items:
        if op is sre.LITERAL:
            out += chr(value).encode("utf-8" if value > 255 else "latin-1")
        elif op is sre.NOT_LITERAL:
            out += next(bytes([byte]) for byte in PREFERRED if byte != value)
        elif op is sre.ANY:
            out += b"a"
        elif op is sre.IN:
            choice = [*PREFERRED, *range(33, 256)]
            out += next((bytes([byte]) for byte in choice if is_in(value, byte)), b"")
        elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            out += shortest(list(value[2])) * min(value[0], LINE)
        elif op is sre.SUBPATTERN:
            out += shortest(list(value[3]))
        elif op is sre.ATOMIC_GROUP:
            out += shortest(list(value))
        elif op is sre.BRANCH:
            out += shortest(list(value[1][0]))
    return out


def is_in(members: Sequence[Any], byte: int) -> bool:
    """True when ``byte`` is one of a class of characters."""
    negated = found = False
    for op, value in members:
        if op is sre.NEGATE:
            negated = True
        elif op is sre.LITERAL:
            found |= value == byte
        elif op is sre.RANGE:
            found |= value[0] <= byte <= value[1]
        elif op is sre.CATEGORY:
            found |= _of_category(value, byte)
    return found != negated


def _of_category(category: Any, byte: int) -> bool:
    name = str(category)
    char = bytes([byte])
    made = {"DIGIT": char.isdigit(), "SPACE": char.isspace(), "WORD": char.isalnum() or char == b"_"}
    return made[name.rpartition("_")[2]] != ("_NOT_" in name)


def filled(unit: bytes, size: int) -> bytes:
    """``size`` bytes of ``unit``, again and again."""
    return (unit * (size // len(unit) + 1))[:size]
