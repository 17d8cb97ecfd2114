"""Merging two versions of a baseline against the one both come from.

Every pair of versions has a merge: entries are independent, and where both sides changed the same one
their fields are joined by fixed rules that do not depend on which side is ours.
"""

from __future__ import annotations

from scanner.suppress.baseline_file import Baseline, baseline_of
from scanner.suppress.entry import Entry
from scanner.suppress.join import join


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


def _merge_entry(base: Entry | None, ours: Entry | None, theirs: Entry | None) -> Entry | None:
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    if ours is None or theirs is None:
        return ours or theirs
    return join(ours, theirs, base)
