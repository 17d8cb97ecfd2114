"""The real pre-commit, installing the hooks from this source tree and running them on real commits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SOURCE, Repository, make_repository, token

pytestmark = pytest.mark.xdist_group("pre-commit")

CONFIG = """\
repos:
  - repo: {source}
    rev: {revision}
    hooks:
      - id: unsealed
      - id: unsealed-push
      - id: unsealed-files
        stages: [manual]
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """This source tree as a repository of its own, uncommitted changes included, and its newest commit."""
    folder = tmp_path_factory.mktemp("published")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=SOURCE,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if name.startswith(("tests/", "corpus/", "bench/")) or not (SOURCE / name).is_file():
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SOURCE / name, target)
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "x"]):
        subprocess.run(["git", *command], cwd=folder, env=environment, check=True, capture_output=True)
    revision = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True)
    return folder, revision.stdout.strip()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pre-commit's own folder: the hook's environment is built once for the module."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def project(tmp_path: Path, clean_environment: dict[str, str], published: tuple[Path, str], store: Path) -> Repository:
    """A repository whose commits go through pre-commit."""
    environment = {**os.environ, **clean_environment, "HOME": os.environ.get("HOME", str(tmp_path))}
    environment["PRE_COMMIT_HOME"] = str(store)
    environment.pop("PYTHONPATH")
    environment.pop("CI", None)
    repo = make_repository(tmp_path / "project", environment)
    source, revision = published
    repo.write(".pre-commit-config.yaml", CONFIG.format(source=source, revision=revision))
    pre_commit(repo, "install", "-t", "pre-commit", "-t", "pre-push")
    return repo


def pre_commit(repo: Repository, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        cwd=repo.path, env=dict(repo.environment), capture_output=True, text=True,
    )  # fmt: skip


def commit(repo: Repository, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "commit", "-m", "change", *arguments],
        cwd=repo.path,
        env=dict(repo.environment),
        capture_output=True,
        text=True,
    )


def test_commits_and_pushes_through_pre_commit(project: Repository, tmp_path: Path) -> None:
    """One test, in the order a developer lives it: each step builds on the one before."""
    project.write("app.py", "x = 1\n")
    project.git("add", "-A")
    passed = commit(project)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "Passed" in passed.stderr

    project.write("app.py", f'x = "{token()}"\n')
    stopped = commit(project, "-a")
    assert stopped.returncode == 1
    assert "app.py:1:6" in stopped.stderr + stopped.stdout
    assert token()[8:] not in stopped.stderr + stopped.stdout

    # The secret is staged, the working tree is clean again: the index is what would be committed.
    project.git("add", "-A")
    project.write("app.py", "x = 1\n")
    assert commit(project).returncode == 1

    everything = pre_commit(project, "run", "--all-files", "unsealed")
    assert everything.returncode == 1, everything.stdout
    assert "app.py:1" in everything.stdout

    files = pre_commit(project, "run", "--hook-stage", "manual", "unsealed-files", "--files", "app.py")
    assert files.returncode == 0, files.stdout + files.stderr

    # Names that look like options are names.
    for name in ("--exit-zero", "-q x.py"):
        project.write(name, f'x = "{token()}"\n')
        files = pre_commit(project, "run", "--hook-stage", "manual", "unsealed-files", f"--files={name}")
        assert files.returncode == 1, files.stdout + files.stderr
        assert f"{name}:1" in files.stdout
        (project.path / name).unlink()

    project.git("commit", "-q", "--no-verify", "-m", "slipped through")
    remote = make_repository(tmp_path / "remote.git", project.environment, ["--bare"])
    push = subprocess.run(
        ["git", "push", str(remote.path), "main"],
        cwd=project.path,
        env=dict(project.environment),
        capture_output=True,
        text=True,
    )
    assert push.returncode != 0, push.stdout + push.stderr
    assert "app.py" in push.stdout + push.stderr
    assert not remote.git("for-each-ref").strip()
