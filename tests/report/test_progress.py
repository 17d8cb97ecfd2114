"""The progress bar: on a terminal only, with rate and remaining time."""

from __future__ import annotations

import io

import pytest

from scanner.report.progress import Bar, Silent, bar_line, progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    """Seconds, moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nothing_where_nobody_watches() -> None:
    for stream, wanted in ((io.StringIO(), True), (Terminal(), False)):
        bar = progress("history", stream=stream, wanted=wanted)
        assert isinstance(bar, Silent)
        bar.update(1, 2)
        bar.close()
        assert stream.getvalue() == ""
    assert isinstance(progress("history", stream=Terminal()), Bar)


def test_the_line_tells_share_count_rate_and_rest() -> None:
    line = bar_line("history", "objects", done=41_000, total=100_000, seconds=10)
    assert line == "history   41% [########------------] 41,000 objects, 4,100/s, 14 s left"
    assert bar_line("image", "bytes", done=5e6, total=1e7, seconds=2) == (
        "image   50% [##########----------] 5.0 MB, 2.5 MB/s, 2 s left"
    )
    assert bar_line("org", "repositories", done=3, total=0, seconds=6) == "org  3 repositories, 0.5/s"
    assert bar_line("x", "objects", done=9, total=3, seconds=0).startswith("x  100%")


def test_it_waits_half_a_second_and_draws_ten_times_a_second_at_most() -> None:
    stream, clock = Terminal(), Clock()
    bar = Bar("history", stream=stream, width=60, clock=clock)
    bar.update(1, 10)
    clock.now += 0.3
    bar.update(2, 10)
    assert stream.getvalue() == ""
    clock.now += 0.3
    for _ in range(1000):
        bar.update(5, 10)
    assert stream.getvalue().count("50%") == 1
    clock.now += 0.2
    bar.update(6, 10)
    assert stream.getvalue().count("\r") == 4
    bar.close()
    assert stream.getvalue().endswith("\r" + " " * 59 + "\r")


def test_a_narrow_terminal_gets_one_line() -> None:
    stream, clock = Terminal(), Clock()
    bar = Bar("history", stream=stream, width=30, clock=clock)
    clock.now += 1
    bar.update(5, 10)
    assert all(len(part) <= 29 for part in stream.getvalue().split("\r"))


@pytest.mark.parametrize("error", [OSError(5, "gone"), ValueError("closed")])
def test_a_terminal_that_goes_away_stops_nothing(error: Exception) -> None:
    class Broken(Terminal):
        def write(self, text: str) -> int:
            raise error

    clock = Clock()
    bar = Bar("history", stream=Broken(), width=30, clock=clock)
    clock.now += 1
    bar.update(1, 2)
    bar.close()
