"""The history: looked at whole, unless what came since the last time can be shown to need no entry.

Whether a secret of the history counts is decided by all its places together. So what was seen before is only believed
where an entry covers all of it, or where something else silences it for ever; and what came since only where the
baseline has it already, or where all its places are new and nothing speaks of any. In all other cases the whole
history is swept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from scanner.commands.baselines.indexed import Remembered, Workplace, look_at
from scanner.commands.baselines.judge import Judge
from scanner.commands.baselines.memory import History, Past
from scanner.commands.baselines.seen import Seen, distinct
from scanner.commands.baselines.survey import surveyed, today
from scanner.git import listing
from scanner.git.changes import Change
from scanner.git.layout import HEAD, Layout, layout
from scanner.git.listing import Brought
from scanner.git.objects import ObjectReader
from scanner.git.tips import lost
from scanner.model.errors import GitError
from scanner.model.finding import Finding
from scanner.model.levels import Severity
from scanner.model.result import Skipped
from scanner.pipeline.generated import may_compose
from scanner.suppress.digest import Digest
from scanner.suppress.record import Recorded


class PastLook(NamedTuple):
    """What is in the history, what could not be looked at, and what to remember; None for nothing."""

    found: list[Seen]
    skipped: tuple[Skipped, ...]
    history: History | None


class _Had(NamedTuple):
    """What some of the history holds: findings, and the digests of what is too slight for a baseline."""

    found: list[Seen]
    slight: frozenset[Digest]

    @classmethod
    def of(cls, findings: Sequence[Finding]) -> _Had:
        slight = (Recorded.parse(one.status_reason).digests for one in findings if one.severity <= Severity.INFO)
        return cls([one.seen for one in surveyed(findings)], frozenset().union(*slight))


def look_back(known: History | None, files: Remembered, place: Workplace) -> PastLook:
    """The findings in the whole history. ``files`` may spare some of the looking. GitError where git cannot tell."""
    ends = layout(place.git)
    moment = (next((ref.object for ref in ends.refs if ref.name == HEAD), ""), today())
    tips = tuple(sorted({ref.object for ref in ends.refs}))
    if known is not None and not ends.shallow:
        grown = _grown(known, tips, moment, files=files, place=place)
        if grown is not None:
            return PastLook(grown.found, (), _history(tips, moment, grown))
    return _swept(tips, moment, ends, place)


def _swept(tips: tuple[str, ...], moment: tuple[str, str], ends: Layout, place: Workplace) -> PastLook:
    from scanner.pipeline.history import Wanted, scan_history

    result = scan_history(place.git, place.scanner, place.context, Wanted())
    had = _Had.of(result.findings)
    whole = not result.summary.skipped and not ends.shallow
    return PastLook(had.found, result.summary.skipped, _history(tips, moment, had) if whole else None)


def _grown(
    known: History, tips: tuple[str, ...], moment: tuple[str, str], *, files: Remembered, place: Workplace
) -> _Had | None:
    """What is in the history by what is ``known`` of it; None when that does not settle it."""
    same = tips == known.tips
    if not same and lost(place.git, known.tips, tips):
        return None
    earlier = [_seen(one) for one in known.found]
    if not all(_settled(one, place.judge, same_moment=moment == known.moment) for one in earlier):
        return None
    if same:
        return _Had(earlier, known.slight)
    try:
        later = _since(known.tips, tips, files, place)
    except _Incomplete:
        return None
    slight = known.slight | later.slight
    elsewhere = slight.union(*(one.recorded.digests for one in earlier))
    open_ = [one for one in later.found if not place.judge.covers(one)]
    if not all(_unspoken(one, elsewhere, place.judge) for one in open_):
        return None
    return _Had(distinct((*earlier, *later.found)), slight)


def _unspoken(one: Seen, elsewhere: frozenset[Digest], judge: Judge) -> bool:
    """True when nothing says anything about ``one``, and it has no place but those that are new."""
    return not one.recorded.source and not judge.speaks(one) and elsewhere.isdisjoint(one.recorded.digests)


def _settled(one: Seen, judge: Judge, *, same_moment: bool) -> bool:
    """True when nothing but a look at the baseline is needed to know that ``one`` needs no entry."""
    if one.recorded.source and not judge.is_own(one.recorded.source):
        return one.recorded.lasting or same_moment
    return judge.covers(one)


class _Incomplete(Exception):
    """Something that came since could not be looked at."""


def _since(before: tuple[str, ...], tips: tuple[str, ...], files: Remembered, place: Workplace) -> _Had:
    """What commits brought that ``tips`` reach and ``before`` did not: messages, and every file at every path."""
    from scanner.pipeline.listed import scan_listed

    result = scan_listed(place.git, place.scanner, place.context, tips=tips, since=before)
    try:
        brought = list(listing.brought(place.git, listing.commits(place.git, tips, before)))
        composing = _generator_in(brought, place)
    except GitError:
        raise _Incomplete from None
    # Old files may have become parts of Secrets.
    if composing:
        raise _Incomplete
    # A file that was only renamed brings no object, but may be read in another way.
    changes = dict.fromkeys(Change(one.path, "", one.blob) for one in brought if not place.context.excluded(one.path))
    looked = look_at(list(changes), files, place)
    if result.summary.skipped or looked.skipped:
        raise _Incomplete
    new = _Had.of(result.findings)
    return _Had([*new.found, *looked.found], new.slight)


def _generator_in(brought: Iterable[Brought], place: Workplace) -> bool:
    """True when one of the files may say what others are."""
    with ObjectReader(place.git, limit=place.context.options.max_size) as reader:
        return any(may_compose(reader.read(one.blob).data) for one in brought)


def _history(tips: tuple[str, ...], moment: tuple[str, str], had: _Had) -> History:
    return History(tips, moment, tuple(map(_past, had.found)), had.slight)


def _past(one: Seen) -> Past:
    return Past(one.rule, one.paths, one.recorded.digests, one.recorded.source, one.recorded.lasting)


def _seen(one: Past) -> Seen:
    return Seen(one.rule, one.paths, Recorded(one.digests, one.source, "", one.lasting), counts=False)
