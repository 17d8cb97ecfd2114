"""Joining what two people said of the same finding, when nobody can put them in order.

The rules do not depend on which side is ours. They are used wherever two entries about one thing meet: in a merge,
when salts are made one, and in a file that was merged line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from scanner.suppress.entry import DECISIONS, Entry, Key


def join(first: Entry, second: Entry, base: Entry | None = None) -> Entry:
    """One entry for two about the same thing, field by field; a field that only one changed since ``base`` is its."""

    def field(name: str, settle: Callable[[str, str], str]) -> str:
        old = getattr(base, name) if base else None
        mine: str = getattr(first, name)
        other: str = getattr(second, name)
        if mine == other or other == old:
            return mine
        return other if mine == old else settle(mine, other)

    return replace(
        first,
        decision=field("decision", lambda a, b: min(a, b, key=DECISIONS.index)),
        owner=field("owner", _both(", ")),
        reason=field("reason", _both("; ")),
        # The earlier date, and any date before none: nothing is silenced for longer than either side said.
        expires=field("expires", lambda a, b: min(a or b, b or a)),
    )


def joined(entries: Iterable[Entry]) -> dict[Key, Entry]:
    """Entries by what they are about, those about the same thing made one."""
    found: dict[Key, Entry] = {}
    for entry in entries:
        known = found.get(entry.key)
        found[entry.key] = join(known, entry) if known else entry
    return found


def _both(between: str) -> Callable[[str, str], str]:
    """Both texts, each part once, in an order that does not depend on the side."""

    def settle(mine: str, other: str) -> str:
        parts = {part for text in (mine, other) for part in text.split(between) if part}
        return between.join(sorted(parts))

    return settle
