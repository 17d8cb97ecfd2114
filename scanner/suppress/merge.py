"""Merging two versions of a baseline against the one both come from.

Every pair of versions has a merge: entries are independent, and where both sides changed the same one
their fields are joined by fixed rules that do not depend on which side is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from scanner.suppress.baseline_file import Baseline, baseline_of
from scanner.suppress.entry import DECISIONS, Entry


def merge(base: Baseline | None, ours: Baseline, theirs: Baseline) -> Baseline:
    """The merge of ``ours`` and ``theirs``; ``base`` is None when they have no common version.

    An entry that one side removed and the other left alone is gone; one that the other side changed stays,
    since somebody has just decided about it.
    """
    before = base.entries if base is not None else {}
    merged = []
    for key in {**ours.entries, **theirs.entries}:
        entry = _merge_entry(before.get(key), ours.entries.get(key), theirs.entries.get(key))
        if entry is not None:
            merged.append(entry)
    old, mine, other = set(base.notes if base is not None else ()), set(ours.notes), set(theirs.notes)
    notes = (old & mine & other) | (mine - old) | (other - old)
    return baseline_of((*ours.salts, *theirs.salts), merged, sorted(notes))


def join(first: Entry, second: Entry) -> Entry:
    """One entry for two about the same thing that nobody can put in order."""
    return _join(None, first, second)


def _merge_entry(base: Entry | None, ours: Entry | None, theirs: Entry | None) -> Entry | None:
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    if ours is None or theirs is None:
        return ours or theirs
    return _join(base, ours, theirs)


def _join(base: Entry | None, ours: Entry, theirs: Entry) -> Entry:
    def field(name: str, settle: Callable[[str, str], str]) -> str:
        old = getattr(base, name) if base else None
        mine: str = getattr(ours, name)
        other: str = getattr(theirs, name)
        if mine == other or other == old:
            return mine
        return other if mine == old else settle(mine, other)

    return replace(
        ours,
        decision=field("decision", lambda a, b: min(a, b, key=DECISIONS.index)),
        owner=field("owner", _both(", ")),
        reason=field("reason", _both("; ")),
        # The earlier date, and any date before none: nothing is silenced for longer than either side said.
        expires=field("expires", lambda a, b: min(a or b, b or a)),
    )


def _both(between: str) -> Callable[[str, str], str]:
    """Both texts, each part once, in an order that does not depend on the side."""

    def settle(mine: str, other: str) -> str:
        parts = {part for text in (mine, other) for part in text.split(between) if part}
        return between.join(sorted(parts))

    return settle
