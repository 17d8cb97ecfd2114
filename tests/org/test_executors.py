"""Executors: the same findings wherever the work is done, and a worker that dies takes nothing with it."""

from __future__ import annotations

import os
import signal

from scanner.org.executors import Here, Processes, run_window


def deadly(task: tuple[int, ...]) -> int:
    if 13 in task:
        os.kill(os.getpid(), signal.SIGKILL)
    return sum(task)


def split(task: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [(one,) for one in task]


def test_only_what_kills_is_given_up() -> None:
    pool = Processes(2)
    try:
        tasks = iter([(1, 2), (3, 13), (4, 5), (6,)])
        made = dict(run_window(pool, deadly, tasks, split=split))
    finally:
        pool.close()
    assert made[(13,)] is None
    assert sum(value for value in made.values() if value is not None) == 1 + 2 + 3 + 4 + 5 + 6


def test_tasks_are_read_when_they_are_needed() -> None:
    read: list[int] = []

    def tasks() -> object:
        for number in range(100):
            read.append(number)
            yield (number,)

    done = run_window(Here(), sum, tasks(), split=split)  # type: ignore[arg-type]
    next(done)
    assert len(read) <= 4
    done.close()  # type: ignore[attr-defined]
