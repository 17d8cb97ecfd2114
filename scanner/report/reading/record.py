"""Loosely typed JSON, read with care: a member of the wrong kind counts as missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from scanner.model.finding import Finding
from scanner.model.secret import DEFAULT_KEY, Secret
from scanner.model.span import Position

_MASKED = re.compile(r"(?i)redacted|\*{3,}|\.{3}$|^x{4,}$|^$")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """``key`` makes fingerprints of raw values; ``show_secrets`` keeps those values in the findings."""

    key: bytes = DEFAULT_KEY
    show_secrets: bool = False


class Record:
    """One JSON object."""

    __slots__ = ("_members",)

    def __init__(self, members: object) -> None:
        self._members: Mapping[str, object] = members if isinstance(members, dict) else {}

    def __bool__(self) -> bool:
        return bool(self._members)

    def has(self, *names: str) -> bool:
        """True when every name is a member, of whatever kind."""
        return all(name in self._members for name in names)

    def text(self, name: str, default: str = "") -> str:
        """A string, or a number as one."""
        value = self._members.get(name)
        if isinstance(value, str):
            return value
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else default

    def number(self, name: str, default: int = 0) -> int:
        """A whole number."""
        value = self._members.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else default

    def amount(self, name: str) -> float:
        """A finite number from 0 up."""
        value = self._members.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e15:
            return float(value)
        return 0.0

    def flag(self, name: str) -> bool | None:
        """True, false, or None where it is not said."""
        value = self._members.get(name)
        return value if isinstance(value, bool) else None

    def record(self, *names: str) -> Record:
        """The object under the first name, then under the next, and so on down."""
        value: object = self._members
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return Record(value)

    def records(self, name: str) -> Iterator[Record]:
        """The objects of a list."""
        value = self._members.get(name)
        return (Record(item) for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())

    def texts(self, name: str) -> tuple[str, ...]:
        """The strings of a list."""
        value = self._members.get(name)
        return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()

    def strings(self) -> dict[str, str]:
        """Members that are strings or numbers, as strings."""
        return {name: self.text(name) for name in self._members if self.text(name)}

    def names(self) -> tuple[str, ...]:
        """The members' names."""
        return tuple(self._members)


def is_masked(value: str) -> bool:
    """True when another tool has redacted the value already, so that nothing can be told from it."""
    return bool(_MASKED.search(value))


@dataclass(frozen=True, slots=True)
class ForeignValue:
    """What may be kept of another tool's raw value."""

    fingerprint: str
    redacted: str
    secret: str | None


def foreign_value(rule: str, raw: str, place: str, options: ReadOptions) -> ForeignValue:
    """Redacted view and fingerprint of ``raw``; of its ``place`` where the tool had redacted it."""
    if is_masked(raw):
        # Its mask may show the value's head, so it is not repeated.
        return ForeignValue(Secret(place.encode()).fingerprint(rule, options.key), "***", None)
    secret = Secret(raw.encode("utf-8", "surrogatepass"))
    shown = raw if options.show_secrets else None
    return ForeignValue(secret.fingerprint(rule, options.key), secret.redacted(), shown)


def without(text: str, raw: str, redacted: str, beside: Iterable[str] = ()) -> str:
    """The first line of ``text`` that holds ``raw``, with the value redacted; empty when some of it might stay.

    ``beside`` are other raw values that may stand there. A value over several lines leaves pieces of itself
    behind, so its excerpt is not taken at all.
    """
    if not raw or is_masked(raw):
        return ""
    line = next((line for line in text.splitlines() if raw in line), "")
    if any(other not in raw and "\n" in other for other in beside):
        return ""
    line = line.replace(raw, redacted)
    for other in sorted(beside, key=len, reverse=True):
        if other and not is_masked(other):
            line = line.replace(other, "***")
    return line


def position(line: int, column: int = 1, end_line: int = 0, end_column: int = 0) -> Position:
    """A position with what is missing or impossible made the least that is possible."""
    line, column = max(1, line), max(1, column)
    end_line = max(line, end_line)
    return Position(line, column, end_line, max(end_column, column if end_line == line else 1))


def earliest(first: Finding, second: Finding) -> Finding:
    """Of two findings of one secret, the one whose commit is older; the first where that cannot be told."""
    if second.origin.date and (not first.origin.date or second.origin.date < first.origin.date):
        return second
    return first
