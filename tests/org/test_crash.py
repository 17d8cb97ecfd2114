"""Killed at any moment, a sweep goes on where it stood: the store ends up as if nothing had happened."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Repository
from tests.org.conftest import fork, leak

# More in a long run: UNSEALED_TEST_KILLS=100.
KILLS = int(os.environ.get("UNSEALED_TEST_KILLS", "4"))


def content(path: Path) -> dict[str, list[object]]:
    """Everything but times and row numbers."""
    with sqlite3.connect(path) as store:
        repository = "(select url from repositories where id = repository)"
        queries = {
            "repositories": "select url, rules, tips, family from repositories",
            "visits": f"select {repository}, state, bytes > 0 from visits",
            "secrets": "select fingerprint, severity, first_sweep, state, redacted from secrets",
            "presences": f'select fingerprint, {repository}, path, line, "commit", in_head, status, gone from presences',
            "occurrences": f'select fingerprint, {repository}, "commit", path, line from occurrences',
        }
        found = {name: sorted(store.execute(query).fetchall()) for name, query in queries.items()}
    store.close()
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_random_kills_change_nothing(
    make: Callable[[str], Repository], tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    chance = random.Random(7)
    for number in range(8):
        repository = make(f"r{number}")
        for secret in range(3):
            leak(repository, f"{number % 3} {secret}", f"f{secret}.py")
    fork(make("r0"), tmp_path / "clones" / "r0-fork")
    start = [
        sys.executable,
        "-m",
        "scanner",
        "org",
        str(tmp_path / "clones"),
        "-q",
        "--workers",
        "2",
        "-o",
        os.devnull,
        "--store",
    ]
    began = time.monotonic()
    subprocess.run([*start, str(tmp_path / "calm.db")], env=clean_environment, check=False)
    took = time.monotonic() - began
    for _ in range(KILLS):
        process = subprocess.Popen(
            [*start, str(tmp_path / "shaken.db")], env=clean_environment, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(took * 0.2, took * 0.95))
        process.send_signal(signal.SIGKILL)
        process.wait()
    # The last one is left alone: it ends what was begun, or finds nothing to do.
    subprocess.run([*start, str(tmp_path / "shaken.db")], env=clean_environment, check=False)
    calm, shaken = content(tmp_path / "calm.db"), content(tmp_path / "shaken.db")
    assert calm["secrets"] and shaken["secrets"] == calm["secrets"]
    assert {name: shaken[name] for name in ("repositories", "presences", "occurrences")} == {
        name: calm[name] for name in ("repositories", "presences", "occurrences")
    }
