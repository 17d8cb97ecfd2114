"""A sweep gives the same where nothing was compiled."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import SOURCE, Repository, token
from tests.pipeline.histories import Commit, imported, swept


def findings(record: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = record["findings"]
    return found


def test_the_same_is_found_without_a_compiler(repo: Repository, tmp_path: Path) -> None:
    lines = [b"line %d of a file" % number for number in range(300)]
    commits = []
    for number in range(24):
        lines[number * 11] = b'key = "%s"' % token(str(number)).encode() if number % 3 == 0 else b"changed"
        folder = "a/b" if number % 5 else "c"
        commits.append(Commit({f"{folder}/f.txt": b"\n".join(lines), f"n{number}.txt": b"%d\n" % number}))
    imported(repo, commits)
    repo.git("repack", "-adfq", "--depth=20", "--window=20")
    copy = tmp_path / "copy"
    shutil.copytree(SOURCE / "scanner", copy / "scanner", ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"))
    shutil.copytree(SOURCE / "rules", copy / "rules")
    out = tmp_path / "found.json"
    command = [sys.executable, "-m", "scanner", "history", str(repo.path), "--workers", "1", "-q", "-f", "json"]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONSAFEPATH": "1"}
    done = subprocess.run([*command, "-o", str(out)], env=environment, capture_output=True, cwd=tmp_path)
    assert done.returncode == 1, done.stderr.decode()
    compiled = swept(repo)
    assert len(compiled.findings) == 8
    assert findings(json.loads(out.read_bytes())) == compiled.findings
