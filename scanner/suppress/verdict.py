"""What silences a finding: claims made where the secret is known, settled where its place is known.

The two halves exist because a sweep of a history meets a blob's bytes long before it knows at which
paths and in which commits the blob lies. A claim says what would silence the match and under which
conditions; it holds no secret, so it may travel between processes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from scanner.suppress.case import Case

NEW, BASELINE, ALLOWED = "new", "baseline", "allowed"
PLACE, FILE, SECRET = "place", "file", "secret"
# The source whose claims carry what a baseline being made is to hold.
RECORD = "record"
# Of a digest in an entry's name the first digits are enough to find its line.
_DIGEST = re.compile(r"\b[0-9a-f]{8}\.[fs]\.([0-9a-f]{8})[0-9a-f]{24}\b")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a match lies. ``line`` counts from 1, 0 when unknown; ``commit`` is empty outside history.

    ``in_head`` says whether the newest version of the tree still has it there; None outside history.
    """

    path: str
    line: int = 0
    commit: str = ""
    in_head: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One source's word on one match.

    ``source`` is a file's name or ``comment``; ``entry`` names the entry in it, in words that hold no
    secret. ``expires`` is an ISO date, the last day on which the claim holds. ``where`` is an expression
    searched in the path (empty: anywhere), ``commits`` the only commits it holds for (empty: all).
    ``reach`` says of how much the claim speaks: one place, all places in a file, or the secret wherever it is.
    """

    source: str
    entry: str
    status: str
    reason: str = ""
    owner: str = ""
    expires: str = ""
    where: str = ""
    commits: tuple[str, ...] = ()
    reach: str = SECRET


class Sighting(NamedTuple):
    """One place of a finding with the claims made for the text there."""

    claims: Sequence[Claim]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a finding: ``baseline``, ``allowed``, or ``new`` when what silenced it has expired.

    ``spoken`` names every entry that says something about the finding, as source and entry. ``record`` is
    set while a baseline is being made and then takes the place of ``told``: it is how the digest of a finding
    reaches the command that writes it down.
    """

    status: str
    source: str
    entry: str
    reason: str = ""
    owner: str = ""
    expires: str = ""
    spoken: frozenset[tuple[str, str]] = frozenset()
    record: str = ""

    @property
    def told(self) -> str:
        """One line for reports: by what, whose decision, why, until when."""
        if self.record:
            return self.record
        entry = _DIGEST.sub(r"\1", self.entry)
        words = [self.source if entry in ("", self.source) else f"{self.source}: {entry}"]
        if self.owner:
            words.append(f"owner {self.owner}")
        if self.reason:
            words.append(self.reason)
        if self.expires:
            words.append(f"{'expired' if self.status == NEW else 'until'} {self.expires}")
        return ", ".join(words)


class Source(Protocol):
    """One file (or the comments of the scanned text) that silences findings."""

    @property
    def name(self) -> str:
        """How the source is called in notes and verdicts."""
        ...

    def claims(self, case: Case) -> Iterable[Claim]:
        """What the source says of a match, from its secret and its text."""
        ...

    def at(self, rule: str, place: Place) -> Claim | None:
        """What the source says of a place alone, whatever the secret there is."""
        ...
