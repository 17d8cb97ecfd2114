"""The hook without pre-commit, put in and taken out by the command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Repository, token


def commit(repo: Repository) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "commit", "-q", "-m", "x"],
        cwd=repo.path, env={**repo.environment, **repo.extra}, capture_output=True, text=True,
    )  # fmt: skip


def test_install_block_remove(repo: Repository) -> None:
    assert repo.unsealed("install-hook").code == 0
    repo.write("app.py", f'key = "{token()}"\n')
    repo.git("add", "-A")
    stopped = commit(repo)
    assert stopped.returncode == 1
    assert "app.py:1" in stopped.stdout + stopped.stderr
    assert repo.unsealed("install-hook", "--remove").code == 0
    assert commit(repo).returncode == 0


@pytest.mark.parametrize("search", [{}, {"PYTHONPATH": "."}], ids=["work tree", "PYTHONPATH"])
def test_modules_of_the_repository_are_not_run(repo: Repository, search: dict[str, str]) -> None:
    repo.unsealed("install-hook")
    for name in ("scanner.py", "scanner/__init__.py", "regex.py", "yaml.py", "hyperscan.py"):
        repo.write(name, "raise SystemExit(0)\n")
    repo.write("app.py", f'key = "{token()}"\n')
    repo.git("add", "-A")
    repo.extra.update(search)
    stopped = commit(repo)
    assert stopped.returncode == 1
    assert "app.py:1" in stopped.stdout + stopped.stderr


def test_installing_twice_is_the_same_as_once(repo: Repository) -> None:
    repo.unsealed("install-hook")
    before = (repo.path / ".git/hooks/pre-commit").read_text()
    assert repo.unsealed("install-hook").code == 0
    assert (repo.path / ".git/hooks/pre-commit").read_text() == before


def test_a_hook_that_is_not_ours_stays(repo: Repository) -> None:
    hook = repo.write(".git/hooks/pre-commit", "#!/bin/sh\necho mine\n")
    for arguments in ((), ("--remove",)):
        ran = repo.unsealed("install-hook", *arguments)
        assert ran.code == 2
        assert ran.err.count("\n") == 1
        assert hook.read_text() == "#!/bin/sh\necho mine\n"


def test_the_configured_folder_is_used(repo: Repository) -> None:
    repo.git("config", "core.hooksPath", "my-hooks")
    assert repo.unsealed("install-hook").code == 0
    assert (repo.path / "my-hooks" / "pre-commit").exists()


def test_a_folder_for_all_repositories_is_told(repo: Repository, tmp_path: Path) -> None:
    repo.git("config", "--global", "core.hooksPath", str(tmp_path / "everywhere"))
    ran = repo.unsealed("install-hook")
    assert ran.code == 0
    assert "every repository" in ran.out
    assert (tmp_path / "everywhere" / "pre-commit").exists()


def test_a_hook_whose_interpreter_is_gone_stops_the_commit_and_says_what_to_do(repo: Repository) -> None:
    repo.unsealed("install-hook")
    hook = repo.path / ".git" / "hooks" / "pre-commit"
    hook.write_text(hook.read_text().replace(sys.executable, "/old/python"))
    repo.write("app.py", "x = 1\n")
    repo.git("add", "-A")
    ran = commit(repo)
    assert ran.returncode == 1
    assert "/old/python is gone: install unsealed again" in str(ran.stderr)


def test_from_a_worktree_it_goes_where_git_looks(repo: Repository) -> None:
    repo.commit("first")
    repo.git("worktree", "add", "-q", "-b", "side", "../tree")
    tree = Repository(repo.path.parent / "tree", repo.environment)
    assert tree.unsealed("install-hook").code == 0
    tree.write("app.py", f'key = "{token()}"\n')
    tree.git("add", "-A")
    assert commit(tree).returncode == 1


def test_push_hook(repo: Repository) -> None:
    assert repo.unsealed("install-hook", "--push").code == 0
    assert "push" in (repo.path / ".git/hooks/pre-push").read_text()


def test_not_a_repository(clean_environment: dict[str, str], tmp_path: object) -> None:
    ran = Repository(tmp_path, clean_environment).unsealed("install-hook")  # type: ignore[arg-type]
    assert ran.code == 3
    assert ran.err.count("\n") == 1
