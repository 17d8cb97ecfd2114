"""What a sweep has seen so far: each secret once, redacted, with all objects that hold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from scanner.model.finding import Finding
from scanner.model.match import Match
from scanner.model.text import Text
from scanner.pipeline.context import Context
from scanner.pipeline.findings import placed_among
from scanner.ruleset.compiled import CompiledRules

if TYPE_CHECKING:
    from scanner.suppress import Claim


class Blob(NamedTuple):
    """An object that holds a secret, by its binary name, and the line (from 1) it is on there."""

    name: bytes
    line: int


@dataclass(slots=True)
class Sighted:
    """One secret as it stands in a number of objects: redacted, not yet placed. It may cross processes.

    ``finding`` has no path; its position is right but for the line, which each of ``blobs`` has for itself.
    ``name_class`` is the number of the class of file names for which it counts, ``specific`` that of its match.
    ``claims`` are what may silence it once its places are known. ``inside`` is the way to its file within an object
    that is an archive (``!/name``).
    """

    finding: Finding
    claims: tuple[Claim, ...]
    name_class: int
    specific: int
    inside: str = ""
    blobs: dict[Blob, None] = field(default_factory=dict)

    @property
    def weight(self) -> tuple[bool, int, int, int]:
        """How much it says, in the order of ``engine.overlap``."""
        finding = self.finding
        return finding.status != "dropped", self.specific, finding.confidence, finding.severity

    def overlaps(self, other: Sighted) -> bool:
        """True when both speak of the same characters, where both stand on one line."""
        mine, its = self.finding.position, other.finding.position
        return mine.column < its.end_column and its.column < mine.end_column


class Ledger:
    """Sightings, those that are equal but for their line kept as one.

    ``stays`` is true where they do not leave the process: only then may they carry secrets that are to be shown.
    """

    def __init__(self, rules: CompiledRules, context: Context, *, stays: bool = False) -> None:
        self._rules = rules
        self._context = context
        self._stays = stays
        self._known: dict[tuple[object, ...], Sighted] = {}

    def write(
        self,
        text: Text,
        matches: Sequence[Match],
        *,
        name: bytes,
        among: Sequence[Match] = (),
        name_class: int = 0,
        inside: str = "",
    ) -> list[tuple[Match, Sighted, int]]:
        """Note the matches of a text, which is object ``name`` or a file in it.

        ``text.path`` is only an example of its class. Those that count come back, each with its sighting and its
        line in the object. ``among`` are all matches of the text, dropped ones too, where ``matches`` are not.
        """
        nameless = Text(text.data, "", text.kind)
        noted = []
        for match in matches:
            for placed in placed_among(nameless, [match], among or matches, context=self._context, rules=self._rules):
                claims = () if match.reason else tuple(self._context.suppressor.claims(match, text))
                sighted = self._sighted(placed.finding, claims, name_class, match.specific, inside)
                line = placed.finding.position.line
                sighted.blobs[Blob(name, line)] = None
                noted.append((match, sighted, line))
        return noted

    def drain(self) -> list[Sighted]:
        """What was noted since the last time."""
        known, self._known = self._known, {}
        return list(known.values())

    def _sighted(
        self, finding: Finding, claims: tuple[Claim, ...], name_class: int, specific: int, inside: str
    ) -> Sighted:
        place = finding.position
        key = (
            finding.fingerprint, finding.severity, finding.confidence, finding.status, finding.status_reason,
            finding.excerpt, place.column, place.end_column, place.end_line - place.line,
            tuple(finding.detail.items()), claims, name_class, inside,
        )  # fmt: skip
        known = self._known.get(key)
        if known is None:
            secret = finding.secret if self._stays else None
            finding = replace(finding, occurrences=(), detail=dict(finding.detail), secret=secret)
            known = self._known[key] = Sighted(finding, claims, name_class, specific, inside)
        return known
