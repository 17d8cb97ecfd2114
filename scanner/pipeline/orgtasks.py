"""What workers of an organisation's sweep are sent: small families together, a large history in shares."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from scanner.org.values import Job
from scanner.pipeline.shares import Shared, together

# Unchanged repositories take some milliseconds each: sending them one by one would cost more than looking.
_WEIGHT = 8


class Batch(NamedTuple):
    """Some families, one after the other."""

    jobs: tuple[Job, ...]


class ShareTask(NamedTuple):
    """Share ``number`` of ``of`` of the history of the job's first repository."""

    job: Job
    number: int
    of: int


class Finish(NamedTuple):
    """All shares of the job's first repository are there, or came to nothing; what is left is the rest of the job."""

    job: Job
    shared: Shared | None


Task = Batch | ShareTask | Finish
_NOTHING = Shared((), ())


class Tasks(Iterator[Task]):
    """Everything left to do. What a task turns out to need comes before what was not begun."""

    def __init__(self, jobs: Iterator[Job]) -> None:
        self._batches = _batches(jobs)
        self._first: deque[Task] = deque()
        self._shares: dict[int, list[Shared]] = {}

    def __next__(self) -> Task:
        return self._first.popleft() if self._first else next(self._batches)

    def share_out(self, job: Job, of: int) -> None:
        """The first repository of ``job`` is large."""
        self._shares[job.members[0].id] = []
        self._first += [ShareTask(job, number, of) for number in range(of)]

    def came(self, task: ShareTask, made: Shared | None) -> None:
        """What a share gave; None when it killed its workers."""
        key = task.job.members[0].id
        shares = self._shares[key]
        shares.append(made or _NOTHING)
        if len(shares) == task.of:
            del self._shares[key]
            self._first.append(Finish(task.job, together(shares)))


def _batches(jobs: Iterator[Job]) -> Iterator[Batch]:
    """Small families together; one that has never been scanned may be large, and goes with few others."""
    batch: list[Job] = []
    weight = 0
    for job in jobs:
        batch.append(job)
        weight += sum(1 if member.tips else 4 for member in job.members)
        if weight >= _WEIGHT:
            yield Batch(tuple(batch))
            batch, weight = [], 0
    if batch:
        yield Batch(tuple(batch))


def singly(task: Task) -> list[Task]:
    """The parts of ``task`` that can be tried each for itself."""
    return [Batch((job,)) for job in task.jobs] if isinstance(task, Batch) else [task]


def jobs_of(task: Task) -> tuple[Job, ...]:
    """The families that a task is about."""
    return task.jobs if isinstance(task, Batch) else (task.job,)
