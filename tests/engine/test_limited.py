"""Searches that would not end are given up, in whatever thread or process they run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import thread_time

import pytest
import regex

from scanner.engine import limited

# Some in front match at once; what follows can be split up in more ways than anybody tries.
ENDLESS = regex.compile(rb"x|(?:a|aa|b?a)+$")
DATA = b"xxx" + b"a" * 2000 + b"!"
LIMIT = 0.1


@pytest.fixture(autouse=True)
def ours() -> None:
    """The process that runs the tests is ours."""
    limited.use_signals()


def all_of_them() -> list[regex.Match[bytes]]:
    found: list[regex.Match[bytes]] = []
    with pytest.raises(TimeoutError):
        limited.matches(ENDLESS, DATA, 0, len(DATA), seconds=LIMIT, into=found)
    return found


@pytest.mark.parametrize(
    "ask",
    [
        lambda: limited.search(ENDLESS, DATA, 3, len(DATA), seconds=LIMIT),
        lambda: limited.match(ENDLESS, DATA, 3, len(DATA), seconds=LIMIT),
        lambda: limited.search(ENDLESS, DATA, 3, len(DATA), seconds=1e-3),
    ],
    ids=["search", "match", "shorter than signals come"],
)
def test_it_is_given_up(ask: Callable[[], object]) -> None:
    started = thread_time()
    with pytest.raises(TimeoutError):
        ask()
    assert thread_time() - started < 20 * LIMIT


def test_what_matched_before_is_kept() -> None:
    assert [found.span() for found in all_of_them()] == [(0, 1), (1, 2), (2, 3)]


def test_the_limit_is_for_each_search_by_itself() -> None:
    all_of_them()
    short = regex.compile(rb"a+")
    until = thread_time() + 3 * LIMIT
    while thread_time() < until:
        assert limited.search(short, DATA, 0, len(DATA), seconds=LIMIT)


def test_no_search_no_interruption() -> None:
    all_of_them()
    until = thread_time() + 3 * LIMIT
    while thread_time() < until:
        pass


def test_a_program_that_calls_us_keeps_its_signals() -> None:
    program = """
import signal, regex
from scanner.engine import limited
assert limited.search(regex.compile(b"a"), b"a", 0, 1, seconds=1.0)
raise SystemExit(signal.getsignal(signal.SIGPROF) != signal.SIG_DFL)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_in_a_thread() -> None:
    all_of_them()
    with ThreadPoolExecutor(1) as pool:
        assert len(pool.submit(all_of_them).result()) == 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_in_a_forked_process() -> None:
    all_of_them()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if len(all_of_them()) == 3 else 2
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_what_a_child_turns_into_is_not_ended_by_signals() -> None:
    all_of_them()
    work = "import time\nwhile time.process_time() < 0.2: pass"
    # With something to call in between, the child runs what is registered for forks.
    done = subprocess.run([sys.executable, "-c", work], check=False, preexec_fn=lambda: None)
    assert done.returncode == 0


def test_the_process_ends_as_if_nothing_had_been_timed() -> None:
    # What is registered first runs last, when nobody is told of signals any more.
    program = """
import atexit, time, regex
def work():
    until = time.thread_time() + 0.1
    while time.thread_time() < until: pass
atexit.register(work)
from scanner.engine import limited
limited.use_signals()
assert limited.search(regex.compile(b"a"), b"a", 0, 1, seconds=1.0)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
