"""Progress of long work, on a terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Protocol, TextIO

from scanner.report.screen import is_terminal

_REDRAW_SECONDS = 0.1
_SHOW_AFTER_SECONDS = 0.5


class Progress(Protocol):
    """What long work tells as it goes on."""

    def update(self, done: float, total: float) -> None:
        """``done`` of ``total`` units are finished; ``total`` 0 where it is not known. Cheap to call often."""
        ...

    def close(self) -> None:
        """The work is over; nothing of the progress stays on the screen."""
        ...


class Silent:
    """Progress that nobody watches."""

    def update(self, done: float, total: float) -> None:
        """Does nothing."""

    def close(self) -> None:
        """Does nothing."""


class Bar:
    """One line that is redrawn in place: what, how far, how fast, how long still.

    ``unit`` is a noun in the plural (``objects``, ``repositories``) or ``bytes``. Nothing is drawn during the
    first half second: short work needs no bar.
    """

    def __init__(
        self,
        title: str,
        *,
        unit: str = "objects",
        stream: TextIO,
        width: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._title = title
        self._unit = unit
        self._stream = stream
        self._width = width
        self._clock = clock
        self._started = clock()
        self._drawn = self._started + _SHOW_AFTER_SECONDS - _REDRAW_SECONDS
        self._visible = False

    def update(self, done: float, total: float) -> None:
        """Redraws at most ten times a second."""
        now = self._clock()
        if now - self._drawn < _REDRAW_SECONDS:
            return
        self._drawn = now
        self._draw(bar_line(self._title, self._unit, done=done, total=total, seconds=now - self._started))

    def close(self) -> None:
        """Wipes the line."""
        if self._visible:
            self._draw("")
            self._visible = False

    def _draw(self, line: str) -> None:
        # One column stays free: writing in the last one makes some terminals break the line.
        shown = line[: self._width - 1]
        try:
            self._stream.write("\r" + shown.ljust(self._width - 1) + "\r")
            self._stream.flush()
        except (OSError, ValueError):
            return
        self._visible = True


def bar_line(title: str, unit: str, *, done: float, total: float, seconds: float) -> str:
    """The text of the bar: ``history  41% [########------------] 12,345 objects, 9,876/s, 12 s left``."""
    # Imported here: it takes as long as scanning a hundred files, and most runs draw nothing.
    from scanner.report.words import duration, size

    rate = done / seconds if seconds > 0 else 0.0
    count = size(int(done)) if unit == "bytes" else f"{int(done):,} {unit}"
    speed = f"{size(int(rate))}/s" if unit == "bytes" else f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"
    if total <= 0:
        return f"{title}  {count}, {speed}"
    share = min(1.0, done / total)
    filled = int(share * 20)
    left = f", {duration(max(10.0, (total - done) / rate))} left" if rate > 0 and share < 1 else ""
    if left and (total - done) / rate < 10:
        left = f", {max(1, round((total - done) / rate))} s left"
    return f"{title}  {share:4.0%} [{'#' * filled}{'-' * (20 - filled)}] {count}, {speed}{left}"


def progress(title: str, *, unit: str = "objects", wanted: bool = True, stream: TextIO | None = None) -> Progress:
    """A bar on the standard error where that is a terminal and ``wanted`` (no ``-q``, no ``--no-progress``)."""
    where = stream if stream is not None else sys.stderr
    if not wanted or where is None or not is_terminal(where):
        return Silent()
    import shutil

    return Bar(title, unit=unit, stream=where, width=max(20, shutil.get_terminal_size().columns))
