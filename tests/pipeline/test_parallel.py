"""Tasks shared out among processes: every one is done, in order, whatever becomes of the processes."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from scanner.pipeline.parallel import run_tasks

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are forked")

PARENT = os.getpid()


@pytest.mark.parametrize("joining", [False, True])
def test_more_tasks_than_a_pipe_holds_come_back_in_order(joining: bool) -> None:
    seen: list[int] = []
    tasks = range(40_000)
    made = run_tasks(tasks, lambda n: n * 2, workers=3, tick=lambda done, total: seen.append(done), joining=joining)
    assert made == [task * 2 for task in tasks]
    assert seen == list(range(1, 40_001))


@pytest.mark.parametrize("workers", [1, 3])
def test_what_was_made_is_handed_on_at_once(workers: int) -> None:
    taken: list[tuple[int, int]] = []
    done: list[int] = []

    def tick(number: int, total: int) -> None:
        done.append(number)

    run_tasks(range(50), lambda n: n * 2, workers=workers, tick=tick, taking=lambda n: taken.append((n, len(done))))
    assert sorted(number for number, _ in taken) == [task * 2 for task in range(50)]
    assert [before for _, before in taken] == list(range(50))


@pytest.mark.parametrize("joining", [False, True])
def test_answers_larger_than_a_pipe_and_late_ones(joining: bool) -> None:
    def work(number: int) -> tuple[int, bytes]:
        if os.getpid() == PARENT:
            time.sleep(0.05)
        return number, b"x" * 300_000

    assert run_tasks(range(12), work, workers=3, joining=joining) == [(n, b"x" * 300_000) for n in range(12)]


def test_a_large_answer_does_not_wait_for_what_its_process_does_next(tmp_path: Path) -> None:
    here = tmp_path / "here"

    def take(made: bytes) -> None:
        if len(made) > 1:
            here.touch()

    def work(number: int) -> bytes:
        if number == 0:
            return bytes(16 << 20)
        for _ in range(1000):
            if here.exists():
                return b"1"
            time.sleep(0.01)
        return b"0"

    assert run_tasks(range(4), work, workers=2, taking=take)[1:] == [b"1"] * 3


@pytest.mark.parametrize("joining", [False, True])
def test_what_a_dead_worker_leaves_is_done_here(joining: bool) -> None:
    here = os.getpid()

    def work(number: int) -> int:
        if os.getpid() != here and number % 5 == 4:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    assert run_tasks(range(50), work, workers=3, joining=joining) == list(range(50))


def test_a_worker_shares_what_the_first_task_loaded() -> None:
    loaded: list[int] = []

    def work(number: int) -> tuple[int, int]:
        loaded.append(number)
        time.sleep(0.01)
        return os.getpid(), loaded[0]

    made = run_tasks(range(40), work, workers=2, joining=True)
    assert {first for _, first in made} == {0}
    assert len({process for process, _ in made}) == 2


def test_the_exception_of_a_task_comes_out_and_no_process_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    here = os.getpid()
    born: list[int] = []
    fork = os.fork

    def noted() -> int:
        born.append(fork())
        return born[-1]

    monkeypatch.setattr(os, "fork", noted)

    def work(number: int) -> int:
        if os.getpid() != here:
            raise MemoryError
        time.sleep(0.01)
        return number

    with pytest.raises(MemoryError):
        run_tasks(range(200), work, workers=3, joining=True)
    assert len(born) == 2
    for worker in born:
        with pytest.raises(ChildProcessError):
            os.waitpid(worker, os.WNOHANG)


def test_what_cannot_be_sent_is_done_here() -> None:
    made = run_tasks(range(6), lambda number: lambda: number, workers=2)
    assert [one() for one in made] == list(range(6))
