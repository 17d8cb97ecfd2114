"""Searches that are given up after so many seconds of processor time.

The expressions' library can do that itself, but reads the processor's clock for it as each match begins and every 256
steps: that takes longer than most matches. At the same steps it asks whether a signal has come, which costs nothing.
So a timer sends the process one for every few milliseconds that it works, and whoever is told looks at the clock.

Signals, and that a process's clock moves only when one comes, concern all of it: they are used where the process is
ours. The library's own way remains in those of others, for short limits, in threads, and where there is no such timer.
"""

from __future__ import annotations

import atexit
import os
import signal
from _thread import get_ident
from time import thread_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from regex import Match as Found
    from regex import Pattern

# Seconds one expression may take in one window or beside one match; past it the rule is reported as not tried there.
EXPRESSION_TIMEOUT = 1.0
# Processor seconds between two signals, of which systems make up to ten milliseconds, and the shortest limit that is
# kept by them: it may be one of them early or late.
_TICK, _SHORTEST = 0.004, 0.01


class _Watch:
    """The search that is running: its limit in ``seconds``, 0 while there is none, and ``since`` when it counts.

    ``before`` is when the last signal came. ``thread`` is the one that signals interrupt; 0 where none comes. ``rests``
    is true in a forked process, to which no timer is handed on, until it searches: it may be about to become another
    program, which keeps a timer and is ended by its signals.
    """

    __slots__ = ("before", "rests", "seconds", "since", "thread")

    def __init__(self) -> None:
        self.seconds = self.since = self.before = 0.0
        self.thread = 0
        self.rests = False
        try:
            signal.signal(signal.SIGPROF, self._told)
        except (AttributeError, ValueError):
            # There is none, or this is not the thread that signals interrupt.
            return
        # Libraries that read files need not know of it.
        signal.siginterrupt(signal.SIGPROF, False)
        os.register_at_fork(after_in_child=self._rest)
        # A signal that comes when nobody is told any more ends the process.
        atexit.register(signal.setitimer, signal.ITIMER_PROF, 0.0)
        self.thread = get_ident()
        self.start()

    def _rest(self) -> None:
        self.seconds, self.rests = 0.0, True

    def start(self) -> None:
        """Have signals come."""
        self.rests, self.before = False, thread_time()
        signal.setitimer(signal.ITIMER_PROF, _TICK, _TICK)

    def _told(self, *_: object) -> None:
        self.before = thread_time()
        if self.seconds and self.before - self.since >= self.seconds:
            raise TimeoutError


_watch: _Watch | None = None
_is_ours = False


def use_signals() -> None:
    """Say that this process is ours."""
    global _is_ours
    _is_ours = True


def _keeping(seconds: float) -> _Watch | None:
    """What keeps a limit of so many ``seconds``; None where that is left to the library."""
    global _watch
    if not _is_ours or seconds < _SHORTEST:
        return None
    if _watch is None:
        _watch = _Watch()
    if get_ident() != _watch.thread:
        return None
    if _watch.rests:
        _watch.start()
    return _watch


def search(pattern: Pattern[bytes], data: bytes, start: int, end: int, *, seconds: float) -> Found[bytes] | None:
    """The first match within bytes ``start`` to ``end``; raises TimeoutError."""
    return _one(pattern.search, data, start, end, seconds)


def match(pattern: Pattern[bytes], data: bytes, start: int, end: int, *, seconds: float) -> Found[bytes] | None:
    """The match that begins at byte ``start`` and ends by ``end``; raises TimeoutError."""
    return _one(pattern.match, data, start, end, seconds)


def _one(
    ask: Callable[..., Found[bytes] | None], data: bytes, start: int, end: int, seconds: float
) -> Found[bytes] | None:
    watch = _keeping(seconds)
    if watch is None:
        return ask(data, start, end, timeout=seconds, concurrent=False)
    watch.since, watch.seconds = watch.before, seconds
    try:
        return ask(data, start, end, concurrent=False)
    finally:
        watch.seconds = 0.0


def matches(
    pattern: Pattern[bytes], data: bytes, start: int, end: int, *, seconds: float, into: list[Found[bytes]]
) -> None:
    """Add all matches within these bytes to ``into``, also those from before it raises TimeoutError."""
    watch = _keeping(seconds)
    if watch is None:
        into.extend(pattern.finditer(data, start, end, timeout=seconds, concurrent=False))
        return
    watch.since, watch.seconds = watch.before, seconds
    try:
        into.extend(pattern.finditer(data, start, end, concurrent=False))
    finally:
        watch.seconds = 0.0


def each(pattern: Pattern[bytes], data: bytes, start: int, end: int, *, seconds: float) -> Iterator[Found[bytes]]:
    """All matches within these bytes, also those from before it raises TimeoutError. They are sought before the first
    is handed out: whoever takes them has time."""
    some: list[Found[bytes]] = []
    try:
        matches(pattern, data, start, end, seconds=seconds, into=some)
    except TimeoutError:
        yield from some
        raise
    yield from some
