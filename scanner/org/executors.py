"""Where work is done, behind ``concurrent.futures.Executor``: right here, in local processes, or on a Dask cluster.

Whatever the executor, a bounded number of tasks is under way, and a worker that dies takes nothing with it.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from scanner.model.errors import UnsealedError, UsageError

Task = TypeVar("Task")
Made = TypeVar("Made")

# Tasks under way for each worker: enough that none waits for the next, few enough that memory stays flat.
_AHEAD = 3
# A task that was there when so many workers died is given up. One worker may be killed by chance, or by hand.
_MOST_DEATHS = 4
# Seconds in which a cluster must have a worker: without one, a sweep would wait for ever.
_FIRST_WORKER = 20


# What a cluster started here leaves out: taking a profile of every worker a hundred times a second, and measuring
# itself, for a dashboard that it does not have. Idle, that was two thirds of what it took.
_QUIET = {
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.admin.tick.interval": "1s",
}


class Pool(Protocol):
    """Workers that can be had anew when they are lost. ``size`` is how many there are."""

    @property
    def size(self) -> int: ...

    def executor(self) -> Executor:
        """Something to submit to."""
        ...

    def lost(self, error: BaseException) -> bool:
        """True when ``error`` says that a worker died; the next ``executor`` works again."""
        ...

    def close(self) -> None:
        """End all workers."""
        ...


class Here:
    """One worker: this process."""

    size = 1

    def executor(self) -> Executor:
        return _Inline()

    def lost(self, error: BaseException) -> bool:
        return False

    def close(self) -> None:
        pass


class _Inline(Executor):
    def submit(self, call: Callable[..., Made], /, *arguments: object, **named: object) -> Future[Made]:
        future: Future[Made] = Future()
        future.set_result(call(*arguments, **named))
        return future


class Processes:
    """``size`` processes of this machine."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._pool: ProcessPoolExecutor | None = None

    def executor(self) -> Executor:
        if self._pool is None:
            # Started anew rather than forked: a fork would inherit the store's connection and its locks.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.size, mp_context=context, initializer=_end_with_parent)
        return self._pool

    def lost(self, error: BaseException) -> bool:
        if not isinstance(error, BrokenProcessPool):
            return False
        self.close()
        return True

    def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)


def _end_with_parent() -> None:
    """A worker whose coordinator was killed would wait for ever for its next task."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class Dask:
    """The workers of a Dask cluster: ``tcp://`` or ``tls://`` names its scheduler, ``local:N`` starts one here."""

    def __init__(self, address: str) -> None:
        try:
            # Untyped, and optional.
            distributed: Any = import_module("distributed")
        except ImportError:
            raise UsageError("--dask needs Dask: pip install 'unsealed[dask]'") from None
        self._cluster: Any = None
        kind, _, number = address.partition(":")
        if kind == "local":
            if number and not (number.isdecimal() and int(number)):
                raise UsageError(f"--dask {address}: write local:N, with a number of workers")
            with import_module("dask").config.set(_QUIET):
                self._cluster = distributed.LocalCluster(
                    n_workers=int(number or 2), threads_per_worker=1, processes=True, dashboard_address=None
                )
        elif not address.startswith(("tcp://", "tls://")):
            raise UsageError(f"--dask {address}: write tcp://host:port, tls://host:port or local:N")
        try:
            self._client: Any = distributed.Client(self._cluster or address, timeout="20s", set_as_default=False)
        except OSError:
            raise UnsealedError(f"--dask {address}: no scheduler answers there") from None
        try:
            self._client.wait_for_workers(1, timeout=_FIRST_WORKER)
        except distributed.TimeoutError:
            self.close()
            raise UnsealedError(f"--dask {address}: its scheduler has no workers") from None
        self.size = max(1, sum(self._client.nthreads().values()))
        self._executor: Executor = self._client.get_executor(pure=False)

    def executor(self) -> Executor:
        return self._executor

    def lost(self, error: BaseException) -> bool:
        """Dask itself repeats what a dead worker was doing; this is the end of its patience."""
        return type(error).__name__ == "KilledWorker"

    def close(self) -> None:
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()


class _Try(NamedTuple, Generic[Task]):
    task: Task
    deaths: int


def run_window(
    pool: Pool, work: Callable[[Task], Made], tasks: Iterator[Task], *, split: Callable[[Task], list[Task]]
) -> Iterator[tuple[Task, Made | None]]:
    """``work`` of every task, as they end; None for a task that kills its workers. A task is read when it is needed.

    Those that were under way when a worker died are ``split`` and done again one at a time, so that the one that
    kills is known.
    """
    running: dict[Future[Made], _Try[Task]] = {}
    suspects: deque[_Try[Task]] = deque()
    try:
        while True:
            _fill(pool, work, tasks, running, suspects)
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                tried = running.pop(future)
                try:
                    made = future.result()
                except (Exception, CancelledError) as error:
                    if not pool.lost(error) and not isinstance(error, BrokenProcessPool):
                        raise UnsealedError(
                            f"the workers are lost: {type(error).__name__}; run again to go on"
                        ) from None
                    if tried.deaths + 1 >= _MOST_DEATHS:
                        yield tried.task, None
                    else:
                        suspects += [_Try(one, tried.deaths + 1) for one in split(tried.task)]
                else:
                    yield tried.task, made
    finally:
        for future in running:
            future.cancel()


def _fill(
    pool: Pool,
    work: Callable[[Task], Made],
    tasks: Iterator[Task],
    running: dict[Future[Made], _Try[Task]],
    suspects: deque[_Try[Task]],
) -> None:
    """Submit as much as the window allows; a suspect only when nothing else is under way."""
    while True:
        if suspects:
            if running:
                return
            tried = suspects.popleft()
        elif len(running) < pool.size * _AHEAD:
            task = next(tasks, None)
            if task is None:
                return
            tried = _Try(task, 0)
        else:
            return
        try:
            running[pool.executor().submit(work, tried.task)] = tried
        except BrokenProcessPool as error:
            # A worker died while none was looking; what is under way says so too.
            pool.lost(error)
            running[pool.executor().submit(work, tried.task)] = tried
