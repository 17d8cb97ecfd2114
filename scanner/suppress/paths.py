"""Ignores by path alone: whatever is found in these files is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from scanner.suppress.case import Case
from scanner.suppress.globs import IgnoreList
from scanner.suppress.verdict import ALLOWED, PLACE, Claim, Place


@dataclass(frozen=True, slots=True)
class PathPatterns:
    """Expressions to search in paths, each with the words of its file."""

    name: str
    patterns: tuple[tuple[str, str], ...] = field(repr=False)
    generic_only: bool = False

    def claims(self, case: Case) -> Iterable[Claim]:
        """A claim for every pattern, to be settled once the path is known."""
        if self.generic_only and case.match.specific != 1:
            return
        for pattern, entry in self.patterns:
            yield Claim(source=self.name, entry=entry, status=ALLOWED, where=pattern, reach=PLACE)

    def at(self, rule: str, place: Place) -> Claim | None:
        """Patterns are claims."""
        return None


@dataclass(frozen=True, slots=True)
class IgnoredPaths:
    """Lines in the manner of ``.gitignore``, where a later line takes back an earlier one."""

    name: str
    lines: tuple[str, ...]
    list: IgnoreList = field(repr=False, compare=False)

    @classmethod
    def of(cls, name: str, lines: Iterable[str]) -> IgnoredPaths:
        """The source for the lines of a file."""
        kept = tuple(lines)
        return cls(name, kept, IgnoreList(kept))

    def claims(self, case: Case) -> Iterable[Claim]:
        """Nothing is known before the path is."""
        return ()

    def at(self, rule: str, place: Place) -> Claim | None:
        """The line that ignores the path."""
        pattern = self.list.fitting(place.path)
        return Claim(source=self.name, entry=pattern, status=ALLOWED, reach=PLACE) if pattern else None
