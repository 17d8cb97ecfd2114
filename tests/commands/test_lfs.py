"""Files in Git LFS: the repository holds lines that stand for them, and those are always clean."""

from __future__ import annotations

import hashlib

import pytest

from scanner.git import lfs
from scanner.git.run import Git
from tests.conftest import Repository, token


@pytest.fixture
def pointing(repo: Repository) -> Repository:
    """A pointer in the index; what it stands for holds a token and is not here."""
    content = _content()
    name = hashlib.sha256(content).hexdigest()
    repo.write("dump.sql", f"version https://git-lfs.github.com/spec/v1\noid sha256:{name}\nsize {len(content)}\n")
    repo.write(".gitattributes", "*.sql filter=lfs diff=lfs merge=lfs -text\n")
    repo.git("-c", "filter.lfs.clean=cat", "add", "-A")
    return repo


def _content() -> bytes:
    return f"-- dump\nkey = {token()}\n".encode()


def _fetched(repo: Repository) -> None:
    name = hashlib.sha256(_content()).hexdigest()
    repo.write(f".git/lfs/objects/{name[:2]}/{name[2:4]}/{name}", _content())


@pytest.mark.parametrize("where", ["staged", "range", "scan", "history"])
def test_content_that_is_not_here_is_said_to_be_unread(pointing: Repository, where: str) -> None:
    pointing.git("commit", "-q", "-m", "x")
    arguments = {"staged": ["--all"], "range": ["0" * 40 + "..HEAD"], "scan": ["."], "history": []}[where]
    ran = pointing.unsealed(where, *arguments, "-v")
    assert ran.code == 0
    assert "LFS" in ran.out + ran.err
    assert pointing.unsealed(where, *arguments, "--strict").code == 3


@pytest.mark.parametrize("where", ["staged", "range"])
def test_content_that_is_here_is_scanned(pointing: Repository, where: str) -> None:
    _fetched(pointing)
    if where == "range":
        pointing.git("commit", "-q", "-m", "x")
    ran = pointing.unsealed(where, *([] if where == "staged" else ["0" * 40 + "..HEAD"]))
    assert ran.code == 1
    assert "dump.sql:2" in ran.out


def test_attributes_below_the_root_are_seen_by_a_sweep(repo: Repository) -> None:
    content = _content()
    name = hashlib.sha256(content).hexdigest()
    repo.write("a/b/dump.sql", f"version https://git-lfs.github.com/spec/v1\noid sha256:{name}\nsize {len(content)}\n")
    repo.write("a/b/.gitattributes", "*.sql filter=lfs diff=lfs merge=lfs -text\n")
    repo.write("c/.gitattributes", "*.txt text\n")
    repo.git("-c", "filter.lfs.clean=cat", "add", "-A")
    repo.git("commit", "-q", "-m", "x")
    assert "LFS" in repo.unsealed("history", "-v").out
    assert repo.unsealed("history", "--strict").code == 3


def test_git_is_asked_once_where_lfs_keeps_things(pointing: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    _fetched(pointing)
    asked: list[tuple[str, ...]] = []
    succeeds = Git.succeeds

    def counted(git: Git, *arguments: str) -> bytes | None:
        asked.append(arguments)
        return succeeds(git, *arguments)

    monkeypatch.setattr(Git, "succeeds", counted)
    pointer = (pointing.path / "dump.sql").read_bytes()
    for _ in range(5):
        assert lfs.content(Git(str(pointing.path)), pointer, limit=1 << 20) == _content()
    assert len(asked) == 1
