"""Tasks in processes. One worker runs them right here, by the same code."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar, cast

Task = TypeVar("Task")
Made = TypeVar("Made")


class Tick(Protocol):
    """Told how many tasks are done, of how many."""

    def __call__(self, done: int, total: int) -> None: ...


def processes() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_tasks(
    tasks: Sequence[Task],
    work: Callable[[Task], Made],
    *,
    workers: int,
    tick: Tick | None = None,
    taking: Callable[[Made], object] | None = None,
    joining: bool = False,
) -> list[Made]:
    """``work`` of every task, in the order of the tasks.

    Workers are forked, so that they share the loaded rules; where forking is not to be had, or for one
    worker, the tasks run here. A worker that dies makes its tasks run here too: nothing is left out. Whatever
    ends the run early, an interruption above all, ends the workers with it.

    What each made is given to ``taking`` in this process as soon as it is here, in any order.

    With ``joining`` this process is one of the workers, for tasks that are short. It does the first task before the
    others are born: what is imported and compiled for that is then there for all.
    """
    if workers <= 1 or len(tasks) <= 1 or not hasattr(os, "fork"):
        return _here(tasks, work, tick, taking)
    from scanner.pipeline.crew import Crew

    results: dict[int, Made] = {}

    def keep(number: int, made: Made) -> None:
        results[number] = made
        if taking:
            taking(made)
        if tick:
            tick(len(results), len(tasks))

    if joining:
        keep(0, work(tasks[0]))
    numbers = range(len(results), len(tasks))
    with Crew(lambda number: work(tasks[number]), numbers, size=min(workers - joining, len(numbers))) as crew:
        while joining and (number := crew.take()) is not None:
            keep(number, work(tasks[number]))
            for one in crew.made(wait=False):
                keep(one.number, cast(Made, one.result()))
        for one in crew.made(wait=True):
            keep(one.number, cast(Made, one.result()))
    for number, task in enumerate(tasks):
        if number not in results:
            keep(number, work(task))
    return [results[number] for number in range(len(tasks))]


def _here(
    tasks: Sequence[Task], work: Callable[[Task], Made], tick: Tick | None, taking: Callable[[Made], object] | None
) -> list[Made]:
    made = []
    for number, task in enumerate(tasks, 1):
        made.append(work(task))
        if taking:
            taking(made[-1])
        if tick:
            tick(number, len(tasks))
    return made
