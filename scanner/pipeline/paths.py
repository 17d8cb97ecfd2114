"""Files, folders and standard input, in as many processes as pay."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from scanner.engine import home
from scanner.model.errors import GitError, UsageError
from scanner.model.plural import plural
from scanner.model.result import ScanResult, ScanSummary, Skipped
from scanner.model.typed import standard_input
from scanner.pipeline.context import OVERTIME, Context
from scanner.pipeline.generated import Generated
from scanner.pipeline.missed import missed
from scanner.pipeline.parallel import processes, run_tasks
from scanner.pipeline.text import Dropped, TextScanner
from scanner.pipeline.unpack import texts_in
from scanner.sources import files
from scanner.sources.files import Listing
from scanner.sources.portions import LARGE

if TYPE_CHECKING:
    from scanner.git.worktree import WorkTree
    from scanner.model.finding import Finding
    from scanner.model.match import Detector, Match
    from scanner.pipeline.findings import Placed
    from scanner.pipeline.large import LargeFile, LargePart, LargeScanner
    from scanner.pipeline.parallel import Tick

# One task is this many files at most: small enough to share out evenly, large enough to be worth sending.
FILES_A_TASK = 64
# Fewer files than this are scanned faster than processes start.
_WORTH_PROCESSES = 256
_NOT_CHECKED_OUT = "this submodule is not checked out and was not scanned (git submodule update --init)"
# Bytes that are scanned before other processes start: enough to load what most files need, and soon done.
_FIRST_BYTES = 256 * 1024
# What a path has that is not written the shortest way.
_LOOSE = re.compile(r"(?:^|/)\.{0,2}(?:/|$)")


class _Batch(NamedTuple):
    """What one task found, and files for which it was too short. Crosses processes: findings are redacted by then."""

    found: list[Placed]
    skipped: list[Skipped]
    texts: int
    bytes: int
    large: Sequence[LargeFile] = ()


def scan_paths(
    paths: Sequence[str],
    scanner: TextScanner,
    context: Context,
    *,
    ignore: bool = True,
    workers: int = 0,
    tick: Tick | None = None,
) -> ScanResult:
    """Every regular file at and below ``paths``; ``-`` is standard input.

    With ``ignore``, what ``.gitignore`` names is left out and said so. ``workers`` 0 means as many as pay.
    UsageError for a path that is not there.
    """
    started = time.monotonic()
    context.base = _base(paths, context)
    batches: list[_Batch] = []
    if "-" in paths:
        batches.append(_typed(scanner, context))
    listing = _list([path for path in paths if path != "-"], ignore=ignore)
    names = _kept(listing.names, context)
    left_out = [] if names or not any(map(os.path.isdir, paths)) else _left_out(listing.names)
    first = _first(names)
    tasks = [names[:first], *(names[at : at + FILES_A_TASK] for at in range(first, len(names), FILES_A_TASK))]
    # Raw values do not cross processes, so a run that shows them keeps to one.
    alone = context.options.show_secrets or (not workers and len(names) < _WORTH_PROCESSES)
    count = 1 if alone else workers or processes()
    custom = _custom(names, context)
    # Each process has its own copy, and keeps what it learnt of a folder for its next task.
    generated = Generated(lambda path: _beside(path, context))
    batches += run_tasks(
        tasks,
        lambda task: _scan_files(task, scanner, context, generated, custom),
        workers=count,
        tick=tick,
        joining=True,
    )
    large = [file for batch in batches for file in batch.large]
    if large:
        from scanner.pipeline.large import LargeScanner

        count = 1 if context.options.show_secrets else workers or processes()
        batches += _scan_large(large, LargeScanner(scanner, context), workers=count, tick=tick, after=len(tasks))
    found = [one for batch in batches for one in batch.found]
    skipped = [*left_out, *listing.skipped, *(missed for batch in batches for missed in batch.skipped)]
    # The notes say what was silenced by whom, so the findings are judged before.
    findings: tuple[Finding, ...] = ()
    if found:
        from scanner.pipeline.findings import settled

        findings = settled(found, context)
    summary = ScanSummary(
        target=", ".join(paths),
        texts=sum(batch.texts for batch in batches),
        bytes=sum(batch.bytes for batch in batches),
        seconds=time.monotonic() - started,
        skipped=tuple(dict.fromkeys(skipped)),
        notes=(*context.notes, *listing.notes),
    )
    return ScanResult(findings, summary)


def _kept(names: Sequence[str], context: Context) -> Sequence[str]:
    """``names`` without those that configuration leaves out, whose patterns are for paths in the repository."""
    if not context.options.exclude:
        return names
    return [name for name in names if not context.excluded(context.inside(_shown(name, context)))]


def _left_out(names: Sequence[str]) -> list[Skipped]:
    """What to say of folders with files none of which is to be scanned: that they are clean is not known."""
    return (
        [Skipped(plural(len(names), "file"), "configuration leaves out every file of what was to be scanned")]
        if names
        else []
    )


def _first(names: Sequence[str]) -> int:
    """How many files the first task has, for whose end the other processes wait."""
    left = _FIRST_BYTES
    for number, name in enumerate(names[:FILES_A_TASK]):
        try:
            left -= os.stat(name).st_size
        except OSError:
            return number
        if left < 0:
            return number
    return min(len(names), FILES_A_TASK)


def _custom(names: Sequence[str], context: Context) -> str:
    """What this tree seals its secrets with, where advice is asked for: told by the first file that shows it."""
    if not context.options.advice:
        return ""
    from scanner.kubernetes import sealing

    manifests = (files.read(name, context.options.max_size) for name in names if name.endswith((".yaml", ".yml")))
    return next((how for data in manifests if isinstance(data, bytes) and (how := sealing.custom(data))), "")


def _advice(matches: list[Match], custom: str) -> list[Match]:
    from scanner.kubernetes import sealing

    return sealing.advice(matches, custom)


def _beside(path: str, context: Context) -> bytes | None:
    if not os.path.isfile(path):
        return None
    data = files.read(path, context.options.max_size)
    return data if isinstance(data, bytes) else None


def _scan_files(
    names: Sequence[str], scanner: TextScanner, context: Context, generated: Generated, custom: str
) -> _Batch:
    found: list[Placed] = []
    skipped: list[Skipped] = []
    large: list[LargeFile] = []
    texts = size = 0
    for number, name in enumerate(names):
        if context.late():
            skipped += [Skipped(files.shown(left), OVERTIME) for left in names[number:]]
            break
        try:
            role = generated.role(name.replace(os.sep, "/"))
            one = _scan_file(name, scanner, context, role=role, custom=custom)
        except Exception as error:
            skipped.append(missed(files.shown(name), error))
            continue
        found += one.found
        skipped += one.skipped
        large += one.large
        texts += one.texts
        size += one.bytes
    return _Batch(found, [*skipped, *scanner.skipped()], texts, size, large)


def _scan_file(name: str, scanner: TextScanner, context: Context, *, role: Detector | None, custom: str) -> _Batch:
    shown = _shown(name, context)
    data: bytes | int | Skipped = files.read_up_to(name, min(context.options.max_size, LARGE))
    if isinstance(data, int):
        # Imported where something is large, like all else that a folder with nothing in it does not need.
        from scanner.pipeline.large import LargeFile, large_file

        large = large_file(name, shown, context)
        if isinstance(large, LargeFile):
            return _Batch([], [], 0, 0, [large])
        data = large or files.read(name, context.options.max_size)
    if isinstance(data, Skipped):
        return _Batch([], [data], 0, 0)
    return _texts(data, shown, scanner, context, role=role, custom=custom)


def _scan_large(
    large: Sequence[LargeFile], scanner: LargeScanner, *, workers: int, tick: Tick | None, after: int
) -> Iterator[_Batch]:
    """Scan large files in portions, which all processes share; ``after`` so many other tasks."""
    from scanner.pipeline.large import in_file

    tasks = [(file, number) for file in large for number in range(len(file.cut.portions))]
    ticked = (lambda done, total: tick(after + done, after + total)) if tick else None
    parts = iter(run_tasks(tasks, lambda task: scanner.portion(*task), workers=workers, tick=ticked, joining=True))
    for file in large:
        own: list[LargePart] = [next(parts) for _ in file.cut.portions]
        size = sum(part.bytes for part in own)
        yield _Batch(list(in_file(own)), [one for part in own for one in part.skipped], int(size > 0), size)


def _typed(scanner: TextScanner, context: Context) -> _Batch:
    """What is written to the standard input, as far as a text may be long: it need not end."""
    limit = context.options.max_size
    data = b"".join(files.chunks(standard_input().read, limit))
    typed = _texts(data[:limit], "", scanner, context)
    more = f"has more than the {limit:,} bytes that --max-size allows: what comes after them was not scanned"
    cut = [Skipped("standard input", more)] if len(data) > limit else []
    return typed._replace(skipped=[*typed.skipped, *scanner.skipped(), *cut])


def _texts(
    data: bytes, name: str, scanner: TextScanner, context: Context, *, role: Detector | None = None, custom: str = ""
) -> _Batch:
    found: list[Placed] = []
    skipped: list[Skipped] = []
    texts = 0
    for text in texts_in(data, name, context.options.archives, skipped):
        texts += 1
        # Rules ask for paths as the repository names them, from wherever its files are scanned.
        inside = text._replace(path=context.inside(text.path))
        matches = scanner.scan(inside, role, dropped=Dropped.BESIDE)
        if matches:
            from scanner.pipeline.findings import placed

            matches += _advice(matches, custom) if custom else []
            found += placed(text, matches, context=context, rules=scanner.engine.rules)
    return _Batch(found, skipped, texts, len(data))


def _base(paths: Sequence[str], context: Context) -> str:
    """The folder that paths are told relative to: the one folder scanned, where it is a repository or in none.

    Such a scan gives the same paths wherever it is started from, and those of the repository's own history.
    Otherwise it is the current folder.
    """
    if len(paths) == 1 and not os.path.isabs(paths[0]) and os.path.abspath(paths[0]) == context.root:
        return context.root
    return os.getcwd()


def _shown(name: str, context: Context) -> str:
    if os.path.isabs(name):
        return files.shown(name)
    if context.base != context.root:
        return files.shown(name)
    # What "relpath" would say of most files, in a tenth of the time.
    before = _before(context.base, os.getcwd())
    rest = name.removeprefix(before)
    if len(rest) < len(name) and not _LOOSE.search(rest):
        return files.shown(rest)
    return files.shown(os.path.relpath(name, context.base))


@lru_cache(maxsize=8)
def _before(base: str, current: str) -> str:
    """What relative paths of files in ``base`` begin with in the folder ``current``."""
    return os.path.join(os.path.relpath(base, current), "")


def _list(paths: Sequence[str], *, ignore: bool) -> Listing:
    names: list[str] = []
    skipped: list[Skipped] = []
    notes: list[str] = []
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: there is no such file or folder")
        if not os.path.isdir(path):
            if os.path.exists(path) and not os.path.isfile(path):
                # One that is named is wanted: among others in a folder it would be passed over.
                skipped.append(Skipped(files.shown(path), "is no regular file: pipe it into `unsealed scan -`"))
            else:
                names.append(path)
            continue
        for listing in _below(path, ignore=ignore):
            names += _foreign(path, listing.names)
            skipped += listing.skipped
            notes += listing.notes
    # "d ./d/a" names a file twice, as do two folders of which one lies in the other.
    each = {os.path.abspath(name): name for name in reversed(names)} if len(paths) > 1 else {}
    return Listing([*each.values()][::-1] or names, skipped, notes)


def _foreign(folder: str, names: Sequence[str]) -> Sequence[str]:
    """``names`` without the rules that this program compiled, where they are kept below ``folder``.

    In some pipelines what is kept for the next must lie in the work tree. Compiled expressions look like what they
    look for.
    """
    top, own = os.path.realpath(folder), os.path.realpath(home.wanted_dir())
    if not own.startswith(os.path.join(top, "")):
        return names
    kept = os.path.join(folder, os.path.relpath(own, top), "")
    return [name for name in names if not (name.startswith(kept) and home.is_ours(name[len(kept) :]))]


def _below(folder: str, *, ignore: bool) -> Iterator[Listing]:
    try:
        tree = _work_tree(folder) if ignore else None
    except GitError as error:
        # More is scanned than was asked for, never less.
        everything = files.walk(folder)
        why = f"{files.shown(folder)}: {error}: its .gitignore leaves out nothing"
        yield Listing(everything.names, everything.skipped, (*everything.notes, why))
        return
    if tree is None or not (tree.files or tree.repositories):
        # In no repository, or a folder that is ignored as a whole and was asked for by name.
        yield files.walk(folder)
        return
    full = [os.path.join(folder, name) for name in tree.files]
    present = [name for name in full if os.path.isfile(name) and not os.path.islink(name)]
    notes = [_ignored(folder, tree.ignored)] if tree.ignored else []
    yield Listing(present, (), notes)
    for name in tree.repositories:
        inner = os.path.join(folder, name)
        empty = False
        for listing in _below(inner, ignore=ignore):
            empty = not (listing.names or listing.skipped or listing.notes)
            yield listing
        if empty and not os.path.lexists(os.path.join(inner, ".git")):
            absent = Skipped(files.shown(os.path.normpath(inner)), _NOT_CHECKED_OUT, blocking=False)
            yield Listing((), [absent], ())


def _work_tree(folder: str) -> WorkTree | None:
    """What git says of ``folder``. Where no folder above has a ``.git``, and the environment names none, git is not
    asked: to start it takes as long as scanning a hundred files."""
    at, below = os.path.realpath(folder), ""
    while at != below and not os.path.lexists(os.path.join(at, ".git")):
        at, below = os.path.dirname(at), at
    if at == below and "GIT_DIR" not in os.environ:
        return None
    from scanner.git.worktree import work_tree

    return work_tree(folder)


def _ignored(folder: str, names: Sequence[str]) -> str:
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"{files.shown(folder)}: .gitignore leaves out {shown} (--no-ignore scans them)"
