"""All sources of one run together, and the rules by which their claims become a verdict."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from scanner.model.match import Match
from scanner.model.text import Text
from scanner.suppress.case import Case
from scanner.suppress.inline import InlineMarks
from scanner.suppress.verdict import NEW, Claim, Place, Sighting, Source, Verdict


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
        settled = [self._settle(rule, sighting) for sighting in sightings]
        spoken = [claim for claim in settled if claim is not None]
        for claim in spoken:
            if claim.everywhere and self._holds(claim):
                return _verdict(claim)
        newest = [claim for claim, sighting in zip(settled, sightings, strict=True) if sighting.place.in_head]
        for group in (settled, newest):
            if group and all(claim is not None and self._holds(claim) for claim in group):
                return _verdict(spoken[0] if group is settled else next(claim for claim in group if claim is not None))
        expired = next((claim for claim in spoken if not self._holds(claim)), None)
        return _verdict(expired, status=NEW) if expired else None

    def _settle(self, rule: str, sighting: Sighting) -> Claim | None:
        """The claim that counts for one place: one that holds, the secret's before the place's."""
        place = sighting.place
        fitting = [claim for claim in sighting.claims if _fits(claim, place)]
        fitting += [claim for source in self.sources if (claim := source.at(rule, place)) is not None]
        fitting.sort(key=lambda claim: (not self._holds(claim), not claim.everywhere))
        return fitting[0] if fitting else None

    def _holds(self, claim: Claim) -> bool:
        return not claim.expires or claim.expires >= self.today


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
    if claim.where and not _expression(claim.where).search(place.path):
        return False
    return not claim.commits or place.commit in claim.commits


@lru_cache(maxsize=4096)
def _expression(source: str) -> re.Pattern[str]:
    return re.compile(source)
