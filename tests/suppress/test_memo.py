"""Digests remembered on disk: in the git folder, tied to the text, and never trusted to be whole."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from scanner.ruleset.examples import fill
from scanner.suppress.case import Case
from scanner.suppress.digest import Digest, Salt
from scanner.suppress.memo import FILE_NAME, Memo, git_folder
from tests.conftest import Repository
from tests.suppress.cases import case_of

SALT = Salt(b"s" * 16, 10)


def case(before: bytes = b"") -> Case:
    return case_of(before + b"p = 'hunter2horse'", b"hunter2horse")


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every slow digest that is computed."""
    computed: list[str] = []
    original = Salt._slow

    def counted(salt: Salt, message: bytes) -> str:
        computed.append(original(salt, message))
        return computed[-1]

    monkeypatch.setattr(Salt, "_slow", counted)
    return computed


def test_a_second_run_computes_nothing(tmp_path: Path, slow: list[str]) -> None:
    first = Memo(str(tmp_path)).digest(SALT, case())
    again = Memo(str(tmp_path)).digest(SALT, case())
    assert first == again == SALT.digest("generic", case().match.secret)
    assert len(slow) == 2  # the first, and the one of this test's own comparison


@pytest.mark.parametrize("other", [case(b"# changed\n"), case(b" ")])
def test_it_answers_only_for_the_same_text(tmp_path: Path, slow: list[str], other: Case) -> None:
    Memo(str(tmp_path)).digest(SALT, case())
    Memo(str(tmp_path)).digest(SALT, other)
    assert len(slow) == 2


def test_nobody_else_can_read_it_and_no_secret_is_in_it(tmp_path: Path) -> None:
    Memo(str(tmp_path)).digest(SALT, case())
    path = tmp_path / FILE_NAME
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_bytes()) == 64
    assert b"hunter2" not in path.read_bytes()


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-7], lambda data: data[:20], lambda data: b"", lambda data: data + b"x"]
)
def test_a_torn_file_is_no_trouble(tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    expected = Memo(str(tmp_path)).digest(SALT, case())
    path = tmp_path / FILE_NAME
    path.write_bytes(damage(path.read_bytes()))
    assert Memo(str(tmp_path)).digest(SALT, case()) == expected


def test_neither_is_a_folder_that_cannot_be_written() -> None:
    assert isinstance(Memo("/proc/nowhere").digest(SALT, case()), Digest)


def test_it_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.suppress.memo._LARGEST_FILE", 70)
    for number in range(5):
        Memo(str(tmp_path)).digest(SALT, case(b"#" * number + b"\n"))
    assert (tmp_path / FILE_NAME).stat().st_size <= 96


def test_strong_secrets_are_not_kept(tmp_path: Path) -> None:
    secret = fill("<<%H64>>", "strong").encode()
    digest = Memo(str(tmp_path)).digest(SALT, case_of(b"k = '" + secret + b"'", secret))
    assert digest is not None
    assert digest.kind == "f"
    assert not (tmp_path / FILE_NAME).exists()


def test_it_travels_without_what_it_knows(tmp_path: Path) -> None:
    memo = Memo(str(tmp_path))
    memo.digest(SALT, case())
    sent = pickle.loads(pickle.dumps(memo))
    assert sent.folder == memo.folder
    assert not sent._known


def test_worktrees_share_the_git_folder_of_their_repository(repo: Repository) -> None:
    repo.write("a", "a")
    repo.commit()
    repo.git("worktree", "add", "-q", "../tree")
    common = repo.path / ".git"
    assert git_folder(str(repo.path)) == str(common)
    assert Path(git_folder(str(repo.path.parent / "tree"))).resolve() == common.resolve()
    assert git_folder(str(repo.path.parent)) == ""
