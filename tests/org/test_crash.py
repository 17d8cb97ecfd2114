"""Killed at any moment, a sweep goes on where it stood: the store ends up as if nothing had happened."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import SOURCE
from tests.org.conftest import COMPLETE, POSTGRES, absent


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("more", [(), ("--postgres",)], ids=["sqlite", "postgres"])
def test_random_kills_change_nothing(more: tuple[str, ...], clean_environment: dict[str, str]) -> None:
    """The long run is the same command with ``--kills 100``."""
    if more and not (POSTGRES or COMPLETE):
        absent("PostgreSQL")
    command = [sys.executable, str(SOURCE / "bench" / "org_kills.py"), "--kills", "3", "--repositories", "12"]
    done = subprocess.run(
        [*command, "--largest", "60", *more], env=clean_environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 kills" in done.stdout and "the stores are the same" in done.stdout
