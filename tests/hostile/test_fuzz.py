"""A short form of bench/fuzz.py: its targets work, and common damage does no harm."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SOURCE


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_some_hostile_inputs_of_every_kind(tmp_path: Path, shared_cache: Path) -> None:
    table = tmp_path / "table.json"
    command = [sys.executable, "bench/fuzz.py", "--executions", "200", "--found", str(tmp_path), "--json", str(table)]
    done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    rows = json.loads(table.read_text())
    assert len(rows) == 16
    assert all(row["executions"] >= 200 and not row["failures"] for row in rows)
