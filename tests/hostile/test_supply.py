"""What builds and tests this program is pinned, all of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(path: Path) -> dict[str, int]:
    """How many hashes each package of a lock file has."""
    found: dict[str, int] = {}
    name = ""
    for line in path.read_text().splitlines():
        start = re.match(r"([A-Za-z0-9._-]+)==\S+", line)
        if start:
            name = normal(start[1])
            found[name] = 0
        elif line.strip().startswith("--hash=sha256:"):
            found[name] += 1
        else:
            assert not line.strip() or line.lstrip().startswith("#"), line
    return found


def wanted() -> set[str]:
    """What pyproject.toml asks for, the development extra with all that it takes in."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = told["project"]["optional-dependencies"]
    lines = [*told["build-system"]["requires"], *told["project"]["dependencies"]]
    for name in ("archives", "org", "postgres", "dask", "hosts", "dev"):
        lines += extras[name]
    return {normal(_NAME.match(line)[0]) for line in lines if not line.startswith("unsealed[")}  # type: ignore[index]


@pytest.mark.parametrize("name", ["requirements-build.txt", "requirements-dev.txt"])
def test_everything_pinned_has_hashes(name: str) -> None:
    found = pinned(ROOT / ".ci" / name)
    assert found and all(found.values())


def test_what_pyproject_asks_for_is_pinned() -> None:
    assert wanted() <= pinned(ROOT / ".ci" / "requirements-dev.txt").keys()


# Without mypyc, which takes its time: the loops are installed as they are then.
BUILD = "import runpy, sys; sys.modules['mypyc.build'] = None; sys.argv = ['setup.py', '-q', 'build_py', '-d', 'out']; "
BUILD += "runpy.run_path('setup.py', run_name='__main__')"
FIRST_RUN = """
from scanner.engine import cache
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions

cache.made = None
print(len(text_scanner(ScanOptions()).engine.rules), cache.__file__)
"""


def test_a_package_brings_its_rules_compiled(tmp_path: Path) -> None:
    copy = tmp_path / "source"
    for name in ("scanner", "rules"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    environment = {**os.environ, "UNSEALED_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": ""}

    def run(code: str, folder: Path) -> str:
        done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run(BUILD, copy)
    out = copy / "out"
    assert (out / "scanner" / "rules" / "shipped.compiled").is_file()
    assert not (copy / "rules" / "shipped.compiled").exists()
    count, where = run(FIRST_RUN, out).split()
    assert int(count) > 900
    assert Path(where).is_relative_to(out)
