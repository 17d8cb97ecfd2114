"""What a scan would say of a finding that is only remembered: its digests are known, its value is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scanner.commands.baselines.book import Book
from scanner.commands.baselines.memory import Held
from scanner.commands.baselines.seen import Seen
from scanner.commands.baselines.survey import Target, today
from scanner.pipeline.context import Context
from scanner.pipeline.findings import Placed
from scanner.suppress import Place, Sighting
from scanner.suppress.baseline import BaselineSource
from scanner.suppress.baseline_file import FILE_NAME, Baseline
from scanner.suppress.digest import Digest
from scanner.suppress.record import Recorded
from scanner.suppress.verdict import NEW, RECORD, Claim


class Judge:
    """Answers for one baseline and everything else that silences findings in one repository."""

    def __init__(self, context: Context, target: Target, baseline: Baseline) -> None:
        self._context = context
        self._own = own_name(target)
        self._book = Book(baseline)

    def held(self, one: Placed) -> Held:
        """What to remember of a finding of this scan."""
        assert one.sighting is not None
        record = next(claim for claim in one.sighting.claims if claim.source == RECORD)
        return Held(
            rule=one.finding.rule,
            inside="",
            line=one.sighting.place.line,
            digests=tuple(map(Digest.parse, record.entry.split(","))),
            claims=tuple(claim for claim in one.sighting.claims if claim.source not in (RECORD, self._own)),
        )

    def seen(self, one: Held, path: str) -> Seen:
        """What became of it today, in the file at ``path``."""
        path += one.inside
        seen = Seen(one.rule, (path,), Recorded(one.digests), counts=False)
        # An entry for every place settles it whatever others say.
        about = self._book.about(seen)
        if any(not entry.key.path and (not entry.expires or entry.expires >= today()) for entry in about):
            return replace(seen, recorded=Recorded(one.digests, self._own))
        verdict = self._context.suppressor.judge(one.rule, [Sighting(tuple(self._claims(one)), Place(path, one.line))])
        assert verdict is not None
        return replace(seen, recorded=Recorded.parse(verdict.told), counts=verdict.status == NEW)

    def lacks(self, seen: Seen) -> bool:
        """True when an entry would be written for it."""
        return not seen.recorded.source and bool(self._book.uncovered(seen))

    def covers(self, seen: Seen) -> bool:
        """True when entries that hold today are for all its places."""
        about = self._book.about(seen)
        return not self._book.uncovered(seen) and not any(entry.expires and entry.expires < today() for entry in about)

    def speaks(self, seen: Seen) -> bool:
        """True when any entry is about its secret, for whatever path and day."""
        return bool(self._book.about(seen))

    def is_own(self, source: str) -> bool:
        """True for the baseline itself."""
        return source == self._own

    def _claims(self, one: Held) -> Iterator[Claim]:
        """The claims as a scan would make them, in the order of the sources."""
        told: set[str] = set()
        for source in self._context.suppressor.sources:
            if isinstance(source, BaselineSource) and source.name == self._own:
                yield from source.claims_of(one.digests)
            elif source.name not in told:
                yield from (claim for claim in one.claims if claim.source == source.name)
            told.add(source.name)
        yield Claim(source=RECORD, entry=",".join(digest.render() for digest in one.digests), status=NEW)


def own_name(target: Target) -> str:
    """The name under which the baseline itself silences findings."""
    return FILE_NAME if target.usual else target.baseline
