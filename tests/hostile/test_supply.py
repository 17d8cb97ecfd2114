"""What builds and tests this program is pinned, all of it."""

from __future__ import annotations

import re
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
