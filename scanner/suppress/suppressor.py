"""All sources of one run together, and the rules by which their claims become a verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scanner.model.match import Match
from scanner.model.text import Text
from scanner.suppress.case import Case
from scanner.suppress.inline import InlineMarks
from scanner.suppress.patterns import search
from scanner.suppress.verdict import FILE, NEW, PLACE, RECORD, SECRET, Claim, Place, Sighting, Source, Verdict

_REACHES = (SECRET, FILE, PLACE)


@dataclass(frozen=True, slots=True)
class Suppressor:
    """Every source that was loaded, in the order in which they are asked; the first word counts.

    ``today`` is an ISO date: claims that end before it no longer hold. Instances are picklable and hold no
    raw secret.
    """

    sources: tuple[Source, ...] = (InlineMarks(),)
    today: str = ""

    def claims(self, match: Match, text: Text) -> tuple[Claim, ...]:
        """What any source says of ``match`` for some place; conditions are settled by ``judge``."""
        case = Case(match, text)
        return tuple(claim for source in self.sources for claim in source.claims(case))

    def verdict(self, match: Match, text: Text, place: Place) -> Verdict | None:
        """What becomes of ``match`` at ``place``; None when nothing speaks of it."""
        return self.judge(match.rule, (Sighting(self.claims(match, text), place),))

    def judge(self, rule: str, sightings: Sequence[Sighting]) -> Verdict | None:
        """What becomes of one finding (one rule, one secret) seen at all these places.

        A claim about the secret itself covers every place. Claims about places must cover all of them or,
        in a history, all that are in the newest tree: a mark added later is the latest decision, and old
        versions of the file cannot be given one.
        """
        fitting = [self._fitting(rule, sighting) for sighting in sightings]
        settled = [claims[0] if claims else None for claims in fitting]
        decided = _covering(settled, sightings, self._holds)
        expired = next((claim for claim in settled if claim is not None and not self._holds(claim)), None)
        verdict = _verdict(decided) if decided else _verdict(expired, status=NEW) if expired else None
        record = next((claim for sighting in sightings for claim in sighting.claims if claim.source == RECORD), None)
        if record is not None:
            lasting = "lasting" if decided and _lasting(decided, settled) else ""
            told = f"{verdict.source}\n{lasting}\n{verdict.told}" if verdict else "\n\n"
            verdict = replace(verdict or _verdict(record), record=f"{record.entry}\n{told}")
        if verdict is None:
            return None
        spoken = frozenset((claim.source, claim.entry) for claims in fitting for claim in claims)
        return replace(verdict, spoken=spoken)

    def _fitting(self, rule: str, sighting: Sighting) -> list[Claim]:
        """The claims that are for this place: those that hold first, the secret's before the place's."""
        place = sighting.place
        fitting = [claim for claim in sighting.claims if claim.source != RECORD and _fits(claim, place)]
        fitting += [claim for source in self.sources if (claim := source.at(rule, place)) is not None]
        fitting.sort(key=lambda claim: (not self._holds(claim), _REACHES.index(claim.reach)))
        return fitting

    def _holds(self, claim: Claim) -> bool:
        return not claim.expires or claim.expires >= self.today


def _covering(
    settled: Sequence[Claim | None], sightings: Sequence[Sighting], holds: Callable[[Claim], bool]
) -> Claim | None:
    """The claim by which the whole finding is silenced, or None."""
    standing = [claim if claim is not None and holds(claim) else None for claim in settled]
    files: dict[str, Claim] = {}
    for claim, sighting in zip(standing, sightings, strict=True):
        if claim is not None and claim.reach == SECRET:
            return claim
        if claim is not None and claim.reach == FILE:
            files[sighting.place.path] = claim
    covered = [claim or files.get(sighting.place.path) for claim, sighting in zip(standing, sightings, strict=True)]
    newest = [claim for claim, sighting in zip(covered, sightings, strict=True) if sighting.place.in_head]
    for group in (covered, newest):
        if group and all(claim is not None for claim in group):
            return group[0]
    return None


def _lasting(decided: Claim, settled: Sequence[Claim | None]) -> bool:
    """True when neither a later day nor a later commit can end the silence that ``decided`` brings."""
    needed = [decided] if decided.reach == SECRET else settled
    return all(claim is not None and not claim.expires for claim in needed)


def _verdict(claim: Claim, *, status: str = "") -> Verdict:
    return Verdict(
        status=status or claim.status,
        source=claim.source,
        entry=claim.entry,
        reason=claim.reason,
        owner=claim.owner,
        expires=claim.expires,
    )


def _fits(claim: Claim, place: Place) -> bool:
    if claim.where and not search(claim.where, place.path):
        return False
    return not claim.commits or place.commit in claim.commits
