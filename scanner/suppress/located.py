"""Ignores by place: a file and a line, in one commit or in whatever is scanned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from scanner.suppress.case import Case
from scanner.suppress.verdict import ALLOWED, FILE, Claim, Place

Spot = tuple[str, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Entries of one file. ``spots`` maps commit (empty for any), path and line to the entry as written.

    The other tool's rule is not compared, since ours are named and cut differently: whatever is found on
    that line of that file is meant. Later lines of the same file that hold the same secret are covered too.
    """

    name: str
    spots: Mapping[Spot, str] = field(repr=False)
    status: str = ALLOWED

    @property
    def remark(self) -> str:
        """What to know of entries by place."""
        if not self.spots:
            return ""
        number = len(self.spots)
        kept = "1 entry stands" if number == 1 else f"{number} entries stand"
        return f"{kept} for whatever is on a line; `unsealed baseline import` pins values instead"

    def names(self) -> list[str]:
        """Every entry, as verdicts name it."""
        return list(self.spots.values())

    def claims(self, case: Case) -> Iterable[Claim]:
        """Nothing is known of a secret itself."""
        return ()

    def at(self, rule: str, place: Place) -> Claim | None:
        """The entry for exactly this line."""
        for commit in {place.commit, ""}:
            entry = self.spots.get((commit, place.path, place.line))
            if entry is not None:
                return Claim(source=self.name, entry=entry, status=self.status, reach=FILE)
        return None


def parse_gitleaksignore(content: bytes, name: str) -> tuple[Located, frozenset[str], tuple[str, ...]]:
    """Fingerprints ``commit:file:rule:line`` and ``file:rule:line``, SHA-256 digests that stand alone, and the rest."""
    spots: dict[Spot, str] = {}
    digests: set[str] = set()
    odd: list[str] = []
    for number, raw in enumerate(content.decode("utf-8", "replace").split("\n"), 1):
        line = raw.split(" #", 1)[0].strip()
        if not line or line.startswith("#"):
            continue
        if len(line) == 64 and _is_hex(line):
            digests.add(line.lower())
            continue
        spot = _spot(line)
        if spot is None:
            odd.append(f"line {number}, which is no fingerprint")
        else:
            spots[spot] = f"line {number}"
    return Located(name=name, spots=spots), frozenset(digests), tuple(odd)


def _spot(line: str) -> Spot | None:
    parts = line.rsplit(":", 2)
    if len(parts) != 3 or not parts[2].isdecimal() or not parts[0]:
        return None
    commit, colon, path = parts[0].partition(":")
    if colon and len(commit) in (40, 64) and _is_hex(commit):
        return commit.lower(), _clean(path), int(parts[2])
    return "", _clean(parts[0]), int(parts[2])


def _clean(path: str) -> str:
    return path.replace("\\", "/").removeprefix("./")


def _is_hex(text: str) -> bool:
    return all(char in "0123456789abcdefABCDEF" for char in text)
