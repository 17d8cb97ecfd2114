#!/usr/bin/env python3
"""Builds the wheel twice, in two folders at two times, and says whether the bytes are the same.

    python tools/reproducible.py

Needs ``build``. Times in the wheel come from the last commit; file names, folders and the clock must not show.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent


def build(folder: Path, commit: str, epoch: str) -> Path:
    """The wheel made from a clean copy of ``commit`` in ``folder``."""
    copy = folder / "source"
    copy.mkdir(parents=True)
    tree = subprocess.run(["git", "archive", commit], cwd=SOURCE, check=True, capture_output=True).stdout
    subprocess.run(["tar", "xf", "-"], cwd=copy, input=tree, check=True)
    environment = {**os.environ, "SOURCE_DATE_EPOCH": epoch, "PYTHONHASHSEED": str(len(str(folder)))}
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder / "dist"), str(copy)]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return next((folder / "dist").glob("*.whl"))


def differences(one: Path, other: Path) -> list[str]:
    """The names of members that are not the same in both."""
    with zipfile.ZipFile(one) as first, zipfile.ZipFile(other) as second:
        names = sorted({*first.namelist(), *second.namelist()})
        return [name for name in names if _digest(first, name) != _digest(second, name)]


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    return hashlib.sha256(archive.read(name)).hexdigest() if name in archive.namelist() else ""


def main() -> int:
    """0 when both wheels are the same bytes."""
    # One commit for both: somebody may commit in between.
    last = ["git", "log", "-1", "--format=%H %ct"]
    commit, epoch = subprocess.run(last, cwd=SOURCE, check=True, capture_output=True, text=True).stdout.split()
    work = Path(tempfile.mkdtemp(prefix="unsealed-build-"))
    try:
        one, other = build(work / "a", commit, epoch), build(work / "a-longer-name", commit, epoch)
        digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (one, other)]
        if digests[0] == digests[1]:
            print(f"the same twice: {one.name} {digests[0]}")
            return 0
        print(f"{one.name} differs: {', '.join(differences(one, other)) or 'in order or times of its members'}")
        return 1
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
