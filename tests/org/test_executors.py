"""Executors: the same findings wherever the work is done, and a worker that dies takes nothing with it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.org.executors import Here, Processes, run_window
from tests.conftest import Repository, token
from tests.org.conftest import leak, unsealed_org


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


@pytest.mark.filterwarnings("default")
def test_dask_finds_the_same(
    make: Callable[[str], Repository], tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    pytest.importorskip("distributed")
    for number in range(4):
        leak(make(f"r{number}"), str(number))
    found = {}
    for name, how in (("local", ("--workers", "1")), ("dask", ("--dask", "local:2"))):
        ran = unsealed_org(
            clean_environment,
            str(tmp_path / "clones"),
            "--store",
            str(tmp_path / f"{name}.db"),
            "-f",
            "json",
            "--no-progress",
            *how,
        )
        assert ran.returncode == 1, ran.stderr
        assert token("0") not in ran.stdout + ran.stderr
        found[name] = sorted(one["fingerprint"] for one in json.loads(ran.stdout)["findings"])
    assert found["local"] == found["dask"] and len(found["dask"]) == 4
    assert (
        unsealed_org(
            clean_environment, str(tmp_path), "--dask", "udp://x", "--store", str(tmp_path / "n.db")
        ).returncode
        == 2
    )
