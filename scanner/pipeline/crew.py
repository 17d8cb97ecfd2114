"""Forked processes that share out numbered tasks: each takes the next number that nobody has.

The numbers lie in one pipe, from which all read; what a task made comes back through a pipe of each process. So a
process that dies takes one task with it, which is missed at the end, and the standard library's pools, whose import
takes as long as scanning some hundred files, are not needed.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

_NUMBER = struct.Struct("=I")
# Writes of so many bytes go into a pipe whole or not at all.
_WHOLE = 512
_SIZE = struct.Struct("=Q")
_READ = 1024 * 1024
# A pipe takes some ten kilobytes. So much is waited for until it is through: it would all come at the very end.
_MUCH = 8 * 1024 * 1024
# Milliseconds after which the pipe of numbers is looked at again while there are more than it holds.
_REFILL = 50
_ENDING = (signal.SIGINT, signal.SIGTERM)


class Made(NamedTuple):
    """What task ``number`` made, or the exception it ended with."""

    number: int
    value: object
    error: Exception | None

    def result(self) -> object:
        """What was made; raises what the task did."""
        if self.error is not None:
            raise self.error
        return self.value


class Crew:
    """``size`` processes that do ``work`` for each of ``numbers``; a context manager, at whose end none is left.

    Where the block ends by an exception, an interruption above all, nobody waits for what they are in the middle of.
    """

    def __init__(self, work: Callable[[int], object], numbers: Sequence[int], *, size: int) -> None:
        self._work = work
        self._left = memoryview(b"".join(map(_NUMBER.pack, numbers)))
        self._size = size
        self._workers: dict[int, _Worker] = {}

    def __enter__(self) -> Crew:
        self._source, self._sink = os.pipe()
        # As long as this process lives, nothing comes out of it: its end is how workers learn of ours.
        self._life, self._living = os.pipe()
        os.set_blocking(self._source, False)
        os.set_blocking(self._sink, False)
        self._poll = select.poll()
        try:
            for _ in range(self._size):
                self._bear()
            self._feed()
        except BaseException:
            self._end(kill=True)
            raise
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._end(kill=kind is not None)

    def take(self) -> int | None:
        """The next number, for this process to work on; None when all are taken."""
        while True:
            self._feed()
            try:
                return _number(os.read(self._source, _NUMBER.size))
            except BlockingIOError:
                continue

    def made(self, *, wait: bool) -> Iterator[Made]:
        """What has come in; with ``wait`` all that comes until the last process has ended."""
        while self._workers:
            self._feed()
            timeout = (_REFILL if self._left else None) if wait else 0
            ready = self._poll.poll(timeout)
            if not ready and not wait:
                return
            for handle, _ in ready:
                yield from self._receive(handle)

    def _receive(self, handle: int) -> Iterator[Made]:
        worker = self._workers[handle]
        data = os.read(handle, _READ)
        if not data:
            self._bury(handle)
            return
        worker.data.extend(data)
        while len(worker.data) >= _SIZE.size:
            end = _SIZE.size + _SIZE.unpack_from(worker.data)[0]
            if len(worker.data) < end:
                return
            # Not copied: it may be a hundred megabytes.
            with memoryview(worker.data) as all_of_it, all_of_it[_SIZE.size : end] as body:
                made = Made(*pickle.loads(body))  # noqa: S301 - written by a process forked from this one
            del worker.data[:end]
            yield made

    def _feed(self) -> None:
        """Put as many numbers as fit into the pipe; the last one closes it."""
        if self._sink < 0:
            return
        while self._left:
            try:
                self._left = self._left[os.write(self._sink, self._left[:_WHOLE]) :]
            except BlockingIOError:
                return
        os.close(self._sink)
        self._sink = -1

    def _bear(self) -> None:
        reading, writing = os.pipe()
        with _uninterrupted():
            worker = os.fork()
            if worker == 0:
                self._live(writing)
            self._workers[reading] = _Worker(worker, bytearray())
            self._poll.register(reading, select.POLLIN)
        os.close(writing)

    def _live(self, writing: int) -> None:
        """A worker's life, from which it does not return."""
        code = 1
        try:
            _born(self._life, self._living)
            os.close(self._sink)
            os.set_blocking(writing, False)
            out = bytearray()
            while (number := self._next()) is not None:
                out += _framed(number, self._work)
                os.set_blocking(writing, len(out) >= _MUCH)
                _send(out, writing)
            os.set_blocking(writing, True)
            _send(out, writing)
            code = 0
        finally:
            # Nothing of the parent's is to be done twice: neither what is to be written, nor what is to be tidied up.
            os._exit(code)

    def _next(self) -> int | None:
        while True:
            try:
                return _number(os.read(self._source, _NUMBER.size))
            except BlockingIOError:
                select.select([self._source], [], [])

    def _bury(self, handle: int) -> None:
        self._poll.unregister(handle)
        os.close(handle)
        with suppress(ChildProcessError):
            os.waitpid(self._workers.pop(handle).pid, 0)

    def _end(self, *, kill: bool) -> None:
        for worker in self._workers.values() if kill else ():
            with suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)
        for handle in (self._source, self._sink, self._life, self._living):
            if handle >= 0:
                os.close(handle)
        for handle in list(self._workers):
            self._bury(handle)


class _Worker(NamedTuple):
    """A process, and what has come from it of an answer that is not there as a whole."""

    pid: int
    data: bytearray


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let interruptions wait: one between a worker's birth and its being known would leave it behind for ever, or be
    taken for a mistake of ours while all of them are buried."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _born(life: int, living: int) -> None:
    """A worker's first act: to leave interruptions to its parent, and not to outlive it."""
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    os.close(living)
    threading.Thread(target=_die_with_parent, args=(life,), daemon=True).start()


def _die_with_parent(life: int) -> None:
    os.read(life, 1)
    os._exit(1)


def _number(data: bytes) -> int | None:
    return int(_NUMBER.unpack(data)[0]) if data else None


def _framed(number: int, work: Callable[[int], object]) -> bytes:
    """What the task made, as it is sent; empty for what cannot be sent: it is missed, and done again by the parent."""
    try:
        made = Made(number, work(number), None)
    except Exception as error:
        made = Made(number, None, error)
    try:
        body = pickle.dumps(tuple(made), pickle.HIGHEST_PROTOCOL)
    except Exception:
        return b""
    return _SIZE.pack(len(body)) + body


def _send(out: bytearray, writing: int) -> None:
    """Write of ``out`` what the pipe takes, all of it where the pipe blocks: with less than ``_MUCH`` nobody waits
    while the parent is in the middle of a task of its own."""
    with suppress(BlockingIOError):
        while out:
            del out[: os.write(writing, out)]
