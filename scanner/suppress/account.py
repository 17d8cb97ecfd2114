"""What a scan's summary says of silence: who silenced how much, what has run out, what is not needed any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scanner.suppress.discover import Loaded
from scanner.suppress.inline import SOURCE as INLINE
from scanner.suppress.inline import InlineMarks
from scanner.suppress.verdict import NEW, Verdict

if TYPE_CHECKING:
    from scanner.suppress.baseline import BaselineSource
    from scanner.suppress.entry import Entry

# So many entries are named one by one; `unsealed baseline prune` lists all.
_NAMED = 5


@dataclass(slots=True)
class Tally:
    """How much each source silenced, and which entries spoke of anything. What workers counted is added up."""

    silenced: Counter[str] = field(default_factory=Counter)
    counted: set[tuple[str, str]] = field(default_factory=set)
    spoken: set[tuple[str, str]] = field(default_factory=set)

    def add(self, verdict: Verdict | None, fingerprint: str = "") -> None:
        """Count one verdict. Verdicts on other places of the same secret, told by its fingerprint, count once."""
        if verdict is None:
            return
        self.spoken |= verdict.spoken
        counted = (verdict.source, fingerprint)
        if verdict.status != NEW and not (fingerprint and counted in self.counted):
            self.counted.add(counted)
            self.silenced[verdict.source] += 1

    def update(self, other: Tally) -> None:
        """Take over what another process counted."""
        again = self.counted & other.counted
        self.silenced.update(other.silenced)
        self.silenced.subtract(Counter(source for source, fingerprint in again if fingerprint))
        self.counted |= other.counted
        self.spoken |= other.spoken


def closing_notes(loaded: Loaded, tally: Tally, *, complete: bool = False) -> tuple[str, ...]:
    """Lines for the summary. ``complete`` says that the scan saw everything there is, history and files.

    Only then is an entry that silenced nothing known to be stale.
    """
    notes = list(loaded.notes)
    for source, number in sorted(tally.silenced.items()):
        if source == INLINE:
            notes.append(f"{_findings(number)} silenced by marks in comments of the scanned text")
        elif source in loaded.repository:
            notes.append(f"{_findings(number)} silenced by {source} in the repository")
        else:
            notes.append(f"{_findings(number)} silenced by {source}")
    for baseline in _baselines(loaded):
        notes += _baseline_notes(baseline, tally, loaded.suppressor.today, complete=complete)
    return tuple(notes)


def stale_entries(source: BaselineSource, tally: Tally) -> list[Entry]:
    """Entries that spoke of nothing in a complete scan."""
    return [entry for entry in source.entries() if (source.name, entry.name) not in tally.spoken]


def _baseline_notes(source: BaselineSource, tally: Tally, today: str, *, complete: bool) -> Iterator[str]:
    expired = source.expired(today)
    if expired:
        yield f"{source.name}: {_entries(len(expired))} expired: {_listed(expired)}"
    gone = {entry.key for entry in expired}
    stale = [entry for entry in stale_entries(source, tally) if entry.key not in gone] if complete else []
    if stale:
        yield f"{source.name}: {_entries(len(stale))} not found any more (unsealed baseline prune): {_listed(stale)}"


def _listed(entries: Sequence[Entry]) -> str:
    named = [entry.shown + (f" until {entry.expires}" if entry.expires else "") for entry in entries[:_NAMED]]
    rest = len(entries) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest else "")


def _baselines(loaded: Loaded) -> Iterable[BaselineSource]:
    others = [source for source in loaded.suppressor.sources if not isinstance(source, InlineMarks)]
    if not others:
        return ()
    # Imported where there may be one: most scans have none.
    from scanner.suppress.baseline import BaselineSource

    return (source for source in others if isinstance(source, BaselineSource))


def _findings(number: int) -> str:
    return f"{number} finding{'' if number == 1 else 's'}"


def _entries(number: int) -> str:
    return f"{number} entr{'y' if number == 1 else 'ies'}"
