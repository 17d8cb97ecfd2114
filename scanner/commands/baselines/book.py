"""A baseline opened for changing: entries by what they are about, and what happens to them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from scanner.commands.baselines.seen import Recognised
from scanner.suppress.baseline_file import Baseline, baseline_of
from scanner.suppress.digest import Digest
from scanner.suppress.entry import Entry, Key
from scanner.suppress.globs import glob_expression
from scanner.suppress.join import join


class Book:
    """The entries of one baseline, found by their digest: rules of one family share it."""

    def __init__(self, baseline: Baseline) -> None:
        self._baseline = baseline
        self._about: dict[Digest, dict[Key, Entry]] = {}
        for entry in baseline:
            self.put(entry)

    def closed(self) -> Baseline:
        """The baseline with all changes."""
        entries = [entry for group in self._about.values() for entry in group.values()]
        return baseline_of(self._baseline.salts, entries, self._baseline.notes)

    def put(self, entry: Entry) -> None:
        """Add an entry, in place of the one with its key."""
        self._about.setdefault(entry.key.digest, {})[entry.key] = entry

    def remove(self, key: Key) -> None:
        """Take an entry out; nothing happens when it is not there."""
        self._about.get(key.digest, {}).pop(key, None)

    def about(self, one: Recognised) -> list[Entry]:
        """Every entry about this secret, under whatever salt, for whatever path."""
        found = (self._about.get(digest, {}) for digest in one.recorded.digests)
        return [entry for group in found for entry in group.values()]

    def uncovered(self, one: Recognised) -> list[str]:
        """The paths of a finding of which no entry speaks, not even one that has expired."""
        entries = self.about(one)
        return [path for path in one.paths if not any(fits(entry, path) for entry in entries)]

    def use_first_salt(self, found: Iterable[Recognised]) -> int:
        """Move entries under a further salt to the first, where their secret was found; how many were."""
        moved = 0
        for one in found:
            first = one.recorded.digests[0]
            for old in [entry for entry in self.about(one) if entry.key.digest != first]:
                new = replace(old, key=replace(old.key, digest=first))
                known = self._about.get(first, {}).get(new.key)
                self.remove(old.key)
                self.put(join(known, new) if known else new)
                moved += 1
        return moved


def fits(entry: Entry, path: str) -> bool:
    """True when the entry is for this path."""
    return not entry.key.path or re.search(glob_expression(entry.key.path), path) is not None


def for_path(path: str) -> str:
    """A pattern that fits this path alone."""
    return "/" + re.sub(r"([*?\[\\])", r"\\\1", path)
