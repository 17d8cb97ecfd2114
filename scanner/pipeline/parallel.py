"""Tasks in processes, a bounded number at a time. One worker runs them right here, by the same code."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

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


# What the forked workers run; a closure cannot be sent to them, but they are born with it.
_work: Callable[[object], object] | None = None


def _born() -> None:
    """A worker's first act: to leave interruptions to its parent, and not to outlive it."""
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


_ENDING = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let interruptions wait: one between a worker's birth and its being known would leave it behind for ever."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _call(task: object) -> object:
    assert _work is not None
    return _work(task)


def run_tasks(
    tasks: Sequence[Task], work: Callable[[Task], Made], *, workers: int, tick: Tick | None = None
) -> list[Made]:
    """``work`` of every task, in the order of the tasks.

    Workers are forked, so that they share the loaded rules; where forking is not to be had, or for one
    worker, the tasks run here. A worker that dies makes its tasks run here too: nothing is left out. Whatever
    ends the run early, an interruption above all, ends the workers with it.
    """
    if workers <= 1 or len(tasks) <= 1 or not hasattr(os, "fork"):
        return _here(tasks, work, tick)
    global _work
    _work = work  # type: ignore[assignment]
    try:
        return _forked(tasks, work, min(workers, len(tasks)), tick)
    finally:
        _work = None


def _here(tasks: Sequence[Task], work: Callable[[Task], Made], tick: Tick | None) -> list[Made]:
    made = []
    for number, task in enumerate(tasks, 1):
        made.append(work(task))
        if tick:
            tick(number, len(tasks))
    return made


def _forked(tasks: Sequence[Task], work: Callable[[Task], Made], workers: int, tick: Tick | None) -> list[Made]:
    import multiprocessing
    from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
    from concurrent.futures.process import BrokenProcessPool

    results: dict[int, Made] = {}
    # ``map`` would submit everything at once; a window keeps memory flat however many tasks there are.
    window = workers * 4
    left = iter(enumerate(tasks))
    running: dict[Future[object], int] = {}
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork"), initializer=_born)
    try:
        while True:
            while len(running) < window and (following := next(left, None)) is not None:
                with _uninterrupted():
                    running[pool.submit(_call, following[1])] = following[0]
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                results[running.pop(future)] = future.result()  # type: ignore[assignment]
            if tick:
                tick(len(results), len(tasks))
    except BrokenProcessPool:
        pass
    except BaseException:
        # Nobody waits for what the workers are in the middle of.
        for worker in set(multiprocessing.active_children()) - others:
            worker.kill()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    for number, task in enumerate(tasks):
        if number not in results:
            results[number] = work(task)
    return [results[number] for number in range(len(tasks))]
