"""A repository's whole history: every object once, then the places of what was found.

Objects are scanned as they lie in the store, in as many processes as there are processors. Only then, and only
for objects that hold something, it is worked out where in history they lie.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from scanner.git import lfs
from scanner.git.layout import Layout, layout, missing_objects, resolved
from scanner.git.objects import MissingObject, ObjectReader, TooLarge
from scanner.git.run import Git
from scanner.history.placing import places
from scanner.history.store import ObjectStore
from scanner.model.errors import GitError
from scanner.model.plural import plural
from scanner.model.result import ScanResult, ScanSummary, Skipped
from scanner.pipeline.attribution import attributed
from scanner.pipeline.chronicle import Chronicle
from scanner.pipeline.composed import second_look
from scanner.pipeline.context import Context
from scanner.pipeline.parallel import Tick, processes, run_tasks
from scanner.pipeline.portions import Named, NamePortion, Portion, Workshop, Yield
from scanner.pipeline.scope import HEAD, Scope, Tips
from scanner.pipeline.shares import Shared, is_shared, packs_of
from scanner.pipeline.text import TextScanner

# With less than this in packs, starting processes takes longer than the work.
_WORTH_PROCESSES = 4 * 1024 * 1024
# Portions of names a process: what one of them gives is in memory several times while it is handed over.
_SHARES = 2
_OBJECT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class Wanted(NamedTuple):
    """What of the history is asked for.

    ``since`` are revisions whose history is left out, ``branches`` those whose history counts (none: all refs),
    ``paths`` prefixes of paths. ``unreachable`` adds what no ref leads to. ``whole`` scans every blob whole, which
    must give the same findings.
    """

    since: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    unreachable: bool = False
    whole: bool = False


@dataclass(slots=True)
class _Sweep:
    """One run as it goes on."""

    git: Git
    layout: Layout
    store: ObjectStore
    shop: Workshop
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def scan_history(
    git: Git,
    scanner: TextScanner,
    context: Context,
    wanted: Wanted,
    *,
    workers: int = 0,
    tick: Tick | None = None,
    shared: Shared | None = None,
    opened: Workshop | None = None,
) -> ScanResult:
    """Everything in the history of the repository ``git`` is in. GitError where there is none.

    ``workers`` 0 means as many processes as pay. ``shared`` is what others have scanned of it, and goes with one
    worker; where the packs are others by now, it is scanned anew. ``opened`` is this repository as it is now, with
    all names learnt: reading them is the larger part of what cannot be shared.
    """
    started = time.monotonic()
    place = layout(git)
    if opened is None:
        store = ObjectStore.open(place.objects, name_size=place.name_size, alternates=place.alternates)
        shop = Workshop(store, scanner, context, whole=wanted.whole)
    else:
        store, shop = opened.store, opened
    sweep = _Sweep(git, place, store, shop)
    scope = _scope(git, place, wanted)
    _complete(sweep)
    learnt = opened is not None
    made, tips = _scanned(sweep, scope, scanner, context, workers=workers, tick=tick, shared=shared, learnt=learnt)
    outcome = attributed(shop, made, tips, scanner, context, scope)
    for one in made:
        sweep.skipped += one.skipped
    if not outcome.commits and not wanted.unreachable:
        sweep.notes += _nothing_counts(wanted) if place.refs else ["no commit is here: there was nothing to scan"]
    # Only after all of it was looked at is a baseline's entry that spoke of nothing known to be stale.
    everything = not (wanted.since or wanted.branches or wanted.paths or sweep.skipped or outcome.skipped)
    summary = ScanSummary(
        target=git.where or ".",
        texts=sum(one.texts for one in made),
        bytes=sum(one.bytes for one in made),
        commits=outcome.commits,
        seconds=time.monotonic() - started,
        skipped=tuple(dict.fromkeys(_with_paths(shop, tips, (*sweep.skipped, *outcome.skipped)))),
        notes=(*sweep.notes, *context.notes_after(complete=everything)),
    )
    return ScanResult(outcome.findings, summary)


def _with_paths(shop: Workshop, tips: Tips, skipped: Iterable[Skipped]) -> Iterable[Skipped]:
    """``skipped`` with a path in place of an object's name, which tells nobody what was not looked at."""
    names = [bytes.fromhex(one.what) for one in skipped if _OBJECT.fullmatch(one.what)]
    spans = places(shop.trees(), tips.view, names).spans if names else {}
    for one in skipped:
        found = spans.get(bytes.fromhex(one.what)) if _OBJECT.fullmatch(one.what) else None
        path = min((span.path for span in found if span.path), default="") if found else ""
        yield one._replace(what=path or one.what)


def _scanned(
    sweep: _Sweep,
    scope: Scope,
    scanner: TextScanner,
    context: Context,
    *,
    workers: int,
    tick: Tick | None,
    shared: Shared | None,
    learnt: bool,
) -> tuple[list[Yield], Tips]:
    """What all portions gave, and the commits and tags in order. With ``learnt`` the shop knows the names already."""
    shop = sweep.shop
    portions = shop.portions()
    made: list[Yield] = []
    if shared is not None and shared.packs == packs_of(sweep.store):
        portions = [portion for portion in portions if not is_shared(portion)]
        made += shared.made
    size = sum(portion.weight for portion in portions)
    workers = workers or (processes() if size >= _WORTH_PROCESSES else 1)
    early: list[Yield] = []
    if not learnt:
        early = _begin(shop, [portion for portion in portions if portion.nameless], workers)
        portions = [portion for portion in portions if not portion.nameless]
        made += early
    chronicle = Chronicle(portions, scope, shop.trees().numbers, early)
    made += run_tasks(portions, shop.work, workers=workers, tick=tick, taking=chronicle.take)
    made.append(_odd(sweep, made))
    chronicle.take(made[-1])
    made.append(second_look(shop, made, scanner, context))
    return made, chronicle.tips()


def _begin(shop: Workshop, messages: Sequence[Portion], workers: int) -> list[Yield]:
    """Learn what files are called. ``messages`` need no names: they are read while this process puts those in order."""
    names = shop.name_portions(_SHARES * workers)
    named: dict[int, Named] = {}

    def take(made: Named | Yield) -> None:
        if isinstance(made, Named):
            named[made.number] = made
            if len(named) == len(names):
                shop.learn([named[number] for number in range(len(names))])

    tasks: list[NamePortion | Portion] = [*names, *messages]
    made = run_tasks(tasks, shop.begin, workers=workers, taking=take)
    return [one for one in made if isinstance(one, Yield)]


def _nothing_counts(wanted: Wanted) -> list[str]:
    """A line where limits leave no commit: clean then means little."""
    given = {"--since": wanted.since, "--branch": wanted.branches, "--path": wanted.paths}
    limits = [name for name, values in given.items() if values]
    return [f"no commit is within {' and '.join(limits)}: nothing of the history counted"] if limits else []


def _scope(git: Git, place: Layout, wanted: Wanted) -> Scope:
    """What of the history counts."""
    tips = tuple((ref.name, bytes.fromhex(ref.object)) for ref in place.refs)
    if wanted.branches:
        tips = tuple((name, bytes.fromhex(resolved(git, name))) for name in wanted.branches)
    since = tuple(bytes.fromhex(resolved(git, name)) for name in wanted.since)
    head = next((bytes.fromhex(ref.object) for ref in place.refs if ref.name == HEAD), b"")
    return Scope(tips, since, head, tuple(path.strip("/") for path in wanted.paths), wanted.unreachable)


def _complete(sweep: _Sweep) -> None:
    """Note what of the history is not here. A clone's one pack was checked when it came; anything else is now."""
    store, place = sweep.store, sweep.layout
    sweep.skipped += [Skipped("objects", complaint) for complaint in dict.fromkeys(store.complaints)]
    if place.shallow:
        why = "this is a shallow clone: older commits are not here (git fetch --unshallow, or fetch-depth: 0 in CI)"
        sweep.skipped.append(Skipped("history", why))
    if lfs.used(sweep.git):
        why = "their content is not in the history and was not scanned"
        sweep.skipped.append(Skipped("files in Git LFS", why, blocking=False))
    single = len(store.packs) == 1 and len(store.folders) == 1 and not any(True for _ in store.loose())
    if not place.refs or (single and not place.partial and not store.promised):
        return
    try:
        missing = missing_objects(sweep.git, tuple(ref.object for ref in place.refs))
    except GitError as error:
        sweep.skipped.append(Skipped("history", str(error)))
        return
    if missing:
        lazily = place.partial or store.promised
        left = "a partial clone left them at its remote (git fetch --refetch --no-filter)"
        how = left if lazily else "the repository is damaged"
        why = f"not here: {how}; {missing[0]} is {'it' if len(missing) == 1 else 'one'}"
        sweep.skipped.append(Skipped(plural(len(missing), "object"), why))


def _odd(sweep: _Sweep, made: Sequence[Yield]) -> Yield:
    """Read through git what could not be read here, and say so."""
    extra = Yield()
    limit = sweep.shop.limit
    names: dict[bytes, None] = {}
    for number, pack in enumerate(sweep.store.packs):
        positions = [at for one in made if one.pack == number for at in one.odd] + pack.unknown()
        names |= dict.fromkeys(map(pack.name, positions))
    if not names:
        return extra
    reasons = sorted({reason for one in made for reason in one.reasons})
    sweep.notes.append(f"read through git: {plural(len(names), 'object')}, {', '.join(reasons) or 'damaged'}")
    with ObjectReader(sweep.git, limit=limit) as reader:
        for name in names:
            try:
                found = reader.read(name.hex())
            except (MissingObject, TooLarge) as error:
                extra.skipped.append(Skipped(name.hex(), str(error)))
            else:
                sweep.shop.object(found.kind, name, found.data, extra)
    sweep.shop.collect(extra)
    return extra
