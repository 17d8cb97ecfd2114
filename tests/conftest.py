"""Real repositories in temporary folders, and the command as its user sees it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from scanner.ruleset.examples import fill

SOURCE = Path(__file__).resolve().parent.parent


def outdated(folder: Path) -> list[str]:
    """The modules in ``folder`` whose text was changed after they were compiled: it is not what runs."""
    compiled = {
        name: folder / f"{name}{EXTENSION_SUFFIXES[0]}" for name in sorted(one.stem for one in folder.glob("*.py"))
    }
    return [
        name
        for name, made in compiled.items()
        if made.exists() and made.stat().st_mtime < (folder / f"{name}.py").stat().st_mtime
    ]


def pytest_configure() -> None:
    """Refuse to test what nobody reads."""
    if names := outdated(SOURCE / "scanner" / "history"):
        raise pytest.UsageError(
            f"compiled before they were changed: {', '.join(names)}; pip install -e . compiles them anew"
        )


def token(seed: str = "a") -> str:
    """A GitHub token with a right checksum, assembled here and nowhere written out."""
    return fill("<<ghp_ %A30 %crc62>>", seed)


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass
class Repository:
    """A git repository for one test. ``git`` runs real git with a clean environment."""

    path: Path
    environment: Mapping[str, str]
    extra: dict[str, str] = field(default_factory=dict)

    def git(self, *arguments: str, data: bytes | None = None, check: bool = True) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.path, env={**self.environment, **self.extra}, input=data, capture_output=True
        )
        if check and done.returncode:
            raise AssertionError(f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode("utf-8", "surrogateescape")

    def write(self, name: str | bytes, content: str | bytes) -> Path:
        path = Path(os.fsdecode(os.path.join(os.fsencode(self.path), os.fsencode(name))))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def write_what_keeps_git_busy(self, ignored: str = "") -> None:
        """A ``.gitignore`` with a pattern that git tries in all ways at the name of a file; and ``ignored``."""
        self.write(".gitignore", "*a" * 40 + f"*b\n{ignored}")
        self.write("a" * 250 + ".py", "a name at which git tries all ways\n")

    def commit(self, message: str = "change", *arguments: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, *arguments)
        return self.git("rev-parse", "HEAD").strip()

    def unsealed(self, *arguments: str, data: bytes | None = None, environment: Mapping[str, str] | None = None) -> Ran:
        return unsealed(
            *arguments, cwd=self.path, data=data, environment={**self.environment, **self.extra, **(environment or {})}
        )


def unsealed(*arguments: str, cwd: Path, environment: Mapping[str, str], data: bytes | None = None) -> Ran:
    """Run the command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "scanner", *arguments], cwd=cwd, env=dict(environment), input=data, capture_output=True
    )
    return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One rule cache for the whole run: compiling it for each test would cost a second each."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def clean_environment(tmp_path: Path, shared_cache: Path) -> dict[str, str]:
    """No configuration of the machine, a fixed identity and clock, the source tree on the path."""
    home = tmp_path / "home"
    home.mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG", "VIRTUAL_ENV") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "PYTHONPATH": str(SOURCE),
        "UNSEALED_CACHE_DIR": str(shared_cache),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(home / "gitconfig"),
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "GIT_AUTHOR_DATE": "2024-05-01T12:00:00+00:00",
        "GIT_COMMITTER_DATE": "2024-05-01T12:00:00+00:00",
        "GIT_ALLOW_PROTOCOL": "file",
        "NO_COLOR": "1",
    }


def make_repository(path: Path, environment: Mapping[str, str], options: Sequence[str] = ()) -> Repository:
    path.mkdir(parents=True, exist_ok=True)
    repository = Repository(path, environment)
    repository.git("init", "-q", "-b", "main", *options)
    return repository


@pytest.fixture
def repo(tmp_path: Path, clean_environment: dict[str, str]) -> Iterator[Repository]:
    """An empty repository on branch ``main``."""
    yield make_repository(tmp_path / "repo", clean_environment)
