"""Every file of the index, in as many processes as pay: what a baseline is made from."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from scanner.git import changes
from scanner.git.changes import Change
from scanner.git.objects import ObjectReader
from scanner.git.run import Git
from scanner.model.result import ScanResult, ScanSummary, Skipped
from scanner.pipeline.context import Context
from scanner.pipeline.findings import Placed, settled
from scanner.pipeline.parallel import processes, run_tasks
from scanner.pipeline.staged import ChangeScanner
from scanner.pipeline.text import TextScanner

_FILES_A_TASK = 64
# Fewer files than this are scanned faster than processes start.
_WORTH_PROCESSES = 256


class Sightings(NamedTuple):
    """What was found in some files, not yet judged. Crosses processes: findings are redacted by then."""

    found: list[Placed]
    skipped: list[Skipped]
    texts: int
    bytes: int


def scan_tracked(git: Git, scanner: TextScanner, context: Context, *, workers: int = 0) -> ScanResult:
    """All that is in the index now. ``workers`` 0 means as many as pay. GitError when git cannot be relied on."""
    started = time.monotonic()
    seen = sightings(files_of(git, context), git, scanner, context, workers=workers)
    findings = settled(seen.found, context)
    summary = ScanSummary(
        target="index",
        texts=seen.texts,
        bytes=seen.bytes,
        seconds=time.monotonic() - started,
        skipped=tuple(seen.skipped),
        notes=context.notes,
    )
    return ScanResult(findings, summary)


def files_of(git: Git, context: Context) -> list[Change]:
    """Every file of the index that configuration does not leave out."""
    return [change for change in changes.tracked(git) if not context.excluded(change.path)]


def sightings(
    files: Sequence[Change], git: Git, scanner: TextScanner, context: Context, *, workers: int = 0
) -> Sightings:
    """What is in the ``after`` blobs of ``files``."""
    tasks = [files[at : at + _FILES_A_TASK] for at in range(0, len(files), _FILES_A_TASK)]
    alone = context.options.show_secrets or (not workers and len(files) < _WORTH_PROCESSES)
    # What silences findings is read once, before there are processes to read it in.
    _ = context.suppressor
    batches = run_tasks(
        tasks, lambda task: _scan(task, git, scanner, context), workers=1 if alone else workers or processes()
    )
    return Sightings(
        found=[one for batch in batches for one in batch.found],
        skipped=list(dict.fromkeys(one for batch in batches for one in batch.skipped)),
        texts=sum(batch.texts for batch in batches),
        bytes=sum(batch.bytes for batch in batches),
    )


def _scan(files: Sequence[Change], git: Git, scanner: TextScanner, context: Context) -> Sightings:
    with ObjectReader(git, limit=context.options.max_size) as reader:
        run = ChangeScanner(scanner, reader, context)
        found = run.all(files)
    return Sightings(found, [*run.skipped, *scanner.skipped()], run.texts, run.bytes)
