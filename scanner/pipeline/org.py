"""A sweep of many repositories: the worker's half scans a few, the coordinator's keeps the store and the window.

What crosses between them is references one way and redacted findings the other. A worker raises nothing: an exception's
text could hold what was scanned, and executors log it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scanner.git.clone import CloneError, Limits
from scanner.git.run import Git
from scanner.git.tips import Tips, existing, root, tips
from scanner.model.errors import GitError, UnsealedError
from scanner.model.levels import Severity
from scanner.model.result import ScanResult, Skipped
from scanner.model.secret import DEFAULT_KEY
from scanner.org import cache
from scanner.org.tokens import header_for
from scanner.org.values import (
    FAILED,
    INCOMPLETE,
    LARGE,
    LEARNT,
    SCANNED,
    UNCHANGED,
    Job,
    Member,
    Outcome,
    Repository,
    Settings,
)
from scanner.pipeline.build import text_scanner
from scanner.pipeline.context import Context
from scanner.pipeline.history import Wanted, scan_history
from scanner.pipeline.listed import Family, adopt, gone_from_head, scan_listed
from scanner.pipeline.options import LARGEST_TEXT, ScanOptions
from scanner.pipeline.orgtasks import Finish, ShareTask, Task, Tasks, jobs_of, singly
from scanner.pipeline.portions import Workshop
from scanner.pipeline.ruleprint import rules_digest
from scanner.pipeline.shares import Shared, Sharer
from scanner.pipeline.text import TextScanner

if TYPE_CHECKING:
    from scanner.org.executors import Pool
    from scanner.org.store.engine import Store

# Shares of a large history for each worker: that none waits long for the last.
_SHARES = 3
# Repositories registered in one transaction.
_LISTED_AT_ONCE = 200


class _Worker(NamedTuple):
    """What a process keeps between tasks."""

    scanner: TextScanner
    options: ScanOptions


def worker_key() -> bytes:
    """The fingerprint key of this process' own environment."""
    return os.environ.get("UNSEALED_KEY", "").encode() or DEFAULT_KEY


def key_id(key: bytes) -> str:
    """A name for a key that does not give it away."""
    return hmac.new(key, b"unsealed key id", hashlib.sha256).hexdigest()[:16]


def options_of(settings: Settings) -> ScanOptions:
    """The options of a scan. What a scanned repository says of itself does not count: here the team decides."""
    return ScanOptions(
        rules=settings.rules,
        pack=settings.pack,
        severity=Severity(settings.severity),
        max_size=settings.max_size or LARGEST_TEXT,
        baselines=settings.baselines,
        key=worker_key(),
        repo_config=False,
    )


@lru_cache(maxsize=2)
def _worker(settings: Settings) -> _Worker:
    options = options_of(settings)
    scanner = text_scanner(options)
    if key_id(options.key) != settings.key_id:
        raise UnsealedError("this worker has another UNSEALED_KEY than the coordinator")
    if settings.rules_digest and rules_digest(scanner, options) != settings.rules_digest:
        raise UnsealedError("this worker has other rules, or another version, than the coordinator")
    return _Worker(scanner, options)


def sweep_task(settings: Settings, task: Task) -> tuple[Outcome, ...] | Shared | None:
    """What a worker does with one task. Never raises; None for a share that came to nothing."""
    if isinstance(task, ShareTask):
        return _share(settings, task)
    if isinstance(task, Finish):
        return tuple(sweep_family(settings, task.job, finish=task))
    _sharer.cache_clear()
    return tuple(outcome for job in task.jobs for outcome in sweep_family(settings, job))


def _share(settings: Settings, task: ShareTask) -> Shared | None:
    member = task.job.members[0]
    try:
        with _opened(settings, member, as_it_is=True) as place:
            git = Git(place)
            return _sharer(settings, place, _packs(_own(git)), tips(git).names).share(task.number, task.of)
    except Exception:
        # Whatever it was, scanning the repository whole will meet it too, and say what it is.
        return None


@lru_cache(maxsize=1)
def _sharer(settings: Settings, place: str, packs: tuple[tuple[str, int], ...], ends: tuple[str, ...]) -> Sharer:
    """Kept from one share to the next and to their end, while ``packs`` and ``ends`` (tips) are the same: names and
    families are read once a worker."""
    worker = _worker(settings)
    return Sharer(Git(place), worker.scanner, Context("", worker.options))


def sweep_family(settings: Settings, job: Job, *, finish: Finish | None = None) -> Iterator[Outcome]:
    """The repositories of one family, one after the other: what the first holds is not scanned in the next.

    When the first is large and not yet scanned in shares, that is all that is said.
    """
    family = Family()
    for number, member in enumerate(job.members):
        started = time.monotonic()
        try:
            mine = _Kin(family if len(job.members) > 1 else None, number == 0, finish)
            outcome = _sweep_one(settings, member, mine)
        except UnsealedError as error:
            outcome = failed(member.id, str(error))
        except OSError as error:
            outcome = failed(member.id, error.strerror or type(error).__name__)
        except Exception as error:
            # Its text may hold what was scanned.
            outcome = failed(member.id, f"a mistake of ours ({type(error).__name__})")
        yield outcome._replace(seconds=time.monotonic() - started)
        if outcome.state == LARGE:
            return


class _Kin(NamedTuple):
    """What is known of a repository's job: its family, whether it is the first of it, and what shares gave of that."""

    family: Family | None
    first: bool
    finish: Finish | None


def failed(repository: int, why: str) -> Outcome:
    """A repository of which nothing is known."""
    return Outcome(repository, FAILED, skipped=(Skipped("repository", why),))


def _sweep_one(settings: Settings, member: Member, kin: _Kin) -> Outcome:
    _worker(settings)
    try:
        # Shares are of the packs that were there; a fetch could bring others.
        with _opened(settings, member, as_it_is=kin.first and kin.finish is not None) as place:
            if not member.kin and (family := family_of(place)):
                return Outcome(member.id, LEARNT, family=family)
            return _scan(Git(place), member, settings, kin)
    except CloneError as error:
        if member.source.endswith(".wiki.git"):
            # Hosts offer wikis that were never written to.
            return Outcome(member.id, UNCHANGED, skipped=(Skipped("wiki", str(error), blocking=False),))
        raise


@contextmanager
def _opened(settings: Settings, member: Member, *, as_it_is: bool = False) -> Iterator[str]:
    """Where the repository lies: a clone on this machine, or a mirror, brought up to date unless ``as_it_is``."""
    if member.local:
        if not os.path.isdir(member.source):
            raise GitError("the folder is gone")
        yield member.source
        return
    limits = Limits(settings.clone_limit or Limits().size, settings.clone_seconds or Limits().seconds)
    open_mirror = cache.reading if as_it_is else cache.mirrored
    header = header_for(member.host)
    with open_mirror(Path(settings.cache), member.source, limits, header=header, room=settings.cache_limit) as place:
        yield str(place)


def _scan(git: Git, member: Member, settings: Settings, kin: _Kin) -> Outcome:
    worker = _worker(settings)
    before = tips(git)
    if set(before.names) == set(member.tips) and (member.tips or not before.names) and not before.broken:
        return Outcome(member.id, UNCHANGED if before.names else SCANNED, full=not before.names)
    packs = _packs(_own(git))
    since = existing(git, member.tips)
    whole = bool(since) or not kin.first or kin.finish is not None
    if settings.shares and not whole and sum(size for _, size in packs) > settings.large:
        return Outcome(member.id, LARGE)
    context = Context("", worker.options)
    shared, opened = kin.finish.shared if kin.first and kin.finish is not None else None, None
    if shared is not None:
        opened = _sharer(settings, git.where, packs, before.names).shop
        # Nobody needs it after this, and it is large.
        _sharer.cache_clear()
    result = scan_history_of(git, worker.scanner, context, _Ends(before, since, kin.family, shared, opened))
    skipped = (*_unreadable(before), *result.summary.skipped)
    blocked = any(one.blocking for one in skipped)
    gone: tuple[str, ...] = ()
    if since and member.places:
        gone = gone_from_head(git, worker.scanner, context, member.places)
    return Outcome(
        member.id,
        INCOMPLETE if blocked else SCANNED,
        full=not since,
        tips=before.names,
        findings=result.findings,
        gone=gone,
        skipped=skipped,
        texts=result.summary.texts,
        bytes=result.summary.bytes,
        family="" if since or member.local else root(git, before.names),
    )


def _own(git: Git) -> str:
    """The folder of packs. GitError for a folder that is no repository itself: git would find another one above."""
    found = git.output("rev-parse", "--absolute-git-dir").strip()
    here = os.path.realpath(git.where)
    inside = os.path.realpath(os.fsdecode(found))
    if inside not in (here, os.path.join(here, ".git")) and not os.path.isfile(os.path.join(here, ".git")):
        raise GitError("this is no repository")
    return os.path.join(inside, "objects", "pack")


def _packs(folder: str) -> tuple[tuple[str, int], ...]:
    """Names and sizes in bytes of the packs in ``folder``."""
    try:
        with os.scandir(folder) as entries:
            return tuple(sorted((one.name, one.stat().st_size) for one in entries if one.name.endswith(".pack")))
    except OSError:
        return ()


class _Ends(NamedTuple):
    """From where to where a history is scanned, and what is known of it: by its family, or in shares, for which this
    process may have ``opened`` it already."""

    tips: Tips
    since: tuple[str, ...]
    family: Family | None
    shared: Shared | None
    opened: Workshop | None


def scan_history_of(git: Git, scanner: TextScanner, context: Context, ends: _Ends) -> ScanResult:
    """The one seam to the history sweep: everything that ``ends`` mean.

    A whole history is read from its packs; what a night brought, and what a fork has beside its origin, by object.
    """
    names, family = ends.tips.names, ends.family
    if ends.since or (family is not None and family.seen):
        return scan_listed(git, scanner, context, tips=names, since=ends.since, family=family)
    result = scan_history(git, scanner, context, Wanted(), workers=1, shared=ends.shared, opened=ends.opened)
    if family is not None:
        adopt(family, git, scanner, names, result)
    return result


def _unreadable(ends: Tips) -> list[Skipped]:
    found = []
    if ends.broken:
        found.append(Skipped("refs", f"{ends.broken} refs name what is not here"))
    return found


def family_of(folder: str) -> str:
    """The root commit of a local repository: forks have the same. Empty for none."""
    git = Git(folder)
    try:
        return root(git, tips(git).names)
    except GitError:
        return ""


class Progress(NamedTuple):
    """Told after every task: repositories done in this run, and secrets reported by them."""

    done: int
    findings: int


def run_sweep(
    store: Store, sweep: int, settings: Settings, pool: Pool, *, told: Callable[[Progress], None] | None = None
) -> Progress:
    """Work off what is pending in ``sweep``, and write down what became of it as it comes."""
    from scanner.org.executors import run_window
    from scanner.org.store.record import record
    from scanner.org.store.sweeps import PENDING, counts, pending

    done = findings = 0
    if pool.size > 1:
        settings = settings._replace(shares=_SHARES * pool.size)
    while True:
        written = 0
        tasks = Tasks(pending(store, sweep, rules=settings.rules_digest))
        for task, made in run_window(pool, partial(sweep_task, settings), tasks, split=singly):
            outcomes = _taken(tasks, task, made, settings.shares)
            written += record(store, sweep, outcomes, rules=settings.rules_digest)
            done += sum(outcome.state != LEARNT for outcome in outcomes)
            findings += sum(len(outcome.findings) for outcome in outcomes)
            if told:
                told(Progress(done, findings))
        # Left are those of which only the family was learnt, so that forks are scanned together; and what a server
        # that crashed, or handed over to a standby, forgot though it said that it was written.
        if not counts(store, sweep).get(PENDING):
            return Progress(done, findings)
        if not written:
            raise UnsealedError("the store does not keep what is written to it; run again to go on")


def _taken(tasks: Tasks, task: Task, made: tuple[Outcome, ...] | Shared | None, shares: int) -> tuple[Outcome, ...]:
    """What of a task's result is to be written down; the rest becomes tasks."""
    if isinstance(task, ShareTask):
        tasks.came(task, made if isinstance(made, Shared) else None)
        return ()
    if made is None or isinstance(made, Shared):
        why = "every worker that scanned it died: out of memory, perhaps"
        return tuple(failed(member.id, why) for job in jobs_of(task) for member in job.members)
    large = {outcome.repository for outcome in made if outcome.state == LARGE}
    for job in jobs_of(task):
        if job.members[0].id in large:
            tasks.share_out(job, shares)
    return tuple(outcome for outcome in made if outcome.state != LARGE)


def enlist(store: Store, sweep: int, found: Iterable[Repository | Skipped]) -> list[Skipped]:
    """Put what targets list on the sweep's list, some hundred at a time; what could not be listed."""
    from scanner.org.store.sweeps import register

    skipped: list[Skipped] = []
    waiting: list[Repository] = []
    for one in found:
        if isinstance(one, Skipped):
            skipped.append(one)
            continue
        waiting.append(one)
        if len(waiting) >= _LISTED_AT_ONCE:
            register(store, sweep, _with_families(store, waiting))
            waiting = []
    register(store, sweep, _with_families(store, waiting))
    return skipped


def _with_families(store: Store, found: list[Repository]) -> list[Repository]:
    """Clones on this disk tell their family by their first commit; that is looked up once."""
    from concurrent.futures import ThreadPoolExecutor

    from scanner.org.store.sweeps import known_urls

    urls = [one.url for one in found if one.local and not one.family]
    new = sorted(set(urls) - known_urls(store, urls)) if urls else []
    if not new:
        return found
    with ThreadPoolExecutor(4) as threads:
        families = dict(zip(new, threads.map(family_of, new), strict=True))
    return [one._replace(family=one.family or families.get(one.url, "")) for one in found]
