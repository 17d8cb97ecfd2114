"""The files of the index: those that are remembered, and those that have to be looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from scanner.commands.baselines.judge import Judge
from scanner.commands.baselines.memory import Held, file_key
from scanner.commands.baselines.seen import Seen
from scanner.commands.baselines.survey import surveyed
from scanner.git.changes import Change
from scanner.git.run import Git
from scanner.model.levels import Severity
from scanner.model.result import Skipped
from scanner.pipeline.context import Context
from scanner.pipeline.findings import settled
from scanner.pipeline.generated import generators_of
from scanner.pipeline.text import TextScanner
from scanner.pipeline.tracked import Sightings, sightings
from scanner.pipeline.unpack import outermost

Remembered = Mapping[str, tuple[Held, ...]]


class Indexed(NamedTuple):
    """What is in some files, what could not be looked at, and what to remember of them."""

    found: list[Seen]
    skipped: list[Skipped]
    kept: dict[str, tuple[Held, ...]]


class Workplace(NamedTuple):
    """What looking at a repository needs."""

    git: Git
    scanner: TextScanner
    context: Context
    judge: Judge


def look_at(files: Sequence[Change], known: Remembered, place: Workplace) -> Indexed:
    """The findings in ``files``. What of them is in ``known`` is not looked at, unless it lacks an entry."""
    keys = _keys(files)
    found: list[Seen] = []
    kept: dict[str, tuple[Held, ...]] = {}
    fresh: list[Change] = []
    for change, key in zip(files, keys, strict=True):
        recalled = [place.judge.seen(one, change.path) for one in known.get(key, ())]
        if key not in known or any(map(place.judge.lacks, recalled)):
            fresh.append(change)
        else:
            kept[key] = known[key]
            found += recalled
    if not fresh:
        return Indexed(found, [], kept)
    made = sightings(fresh, place.git, place.scanner, place.context)
    names = dict(zip(files, keys, strict=True))
    kept |= _kept(fresh, names, made, place.judge)
    now = [one.seen for one in surveyed(settled(made.found, place.context))]
    return Indexed([*now, *found], made.skipped, kept)


def _keys(files: Sequence[Change]) -> list[str]:
    """The name under which each file is remembered."""
    blobs: dict[str, str] = {}
    for change in files:
        # In a merge that is not finished there are several of one path.
        blobs[change.path] = blobs.get(change.path, "") + change.after
    # A generator may name others, wherever they are: what it says of a file may change with any of them.
    whole = file_key("", (f"{path}:{blob}" for path, blob in blobs.items()))
    composed = [any(name in blobs for name in generators_of(change.path)) for change in files]
    return [
        file_key(change.path, (change.after, whole if part else ""))
        for change, part in zip(files, composed, strict=True)
    ]


def _kept(
    files: Sequence[Change], keys: Mapping[Change, str], made: Sightings, judge: Judge
) -> dict[str, tuple[Held, ...]]:
    """What to remember of files that were read whole; nothing when it is not known where something was left out."""
    paths = Counter(change.path for change in files)

    def outer(path: str) -> str:
        return path if path in paths else outermost(path)

    odd = {outer(one.what) for one in made.skipped}
    if not odd <= paths.keys():
        return {}
    held: dict[str, list[Held]] = {}
    for one in made.found:
        if one.sighting is not None and one.finding.severity > Severity.INFO:
            path = outer(one.finding.path)
            held.setdefault(path, []).append(replace(judge.held(one), inside=one.finding.path[len(path) :]))
    return {
        keys[change]: tuple(held.get(change.path, ()))
        for change in files
        if paths[change.path] == 1 and change.path not in odd
    }
