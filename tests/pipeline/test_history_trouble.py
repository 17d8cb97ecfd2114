"""What is wrong with a repository is said in a line, what can be scanned is, and the exit code is never green."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scanner.cli import main
from tests.conftest import Repository, make_repository, token
from tests.pipeline.histories import Commit, imported, swept

pytestmark = pytest.mark.usefixtures("here")
KEY = f'key = "{token()}"\n'
OTHER = f'key = "{token("other")}"\n'


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and error stream, which is one line."""
    code = main(["history", *arguments, "-q"])
    err = capsys.readouterr().err
    assert err.count("\n") == 1, err
    return code, err


def history(repo: Repository, count: int = 10) -> None:
    body = "".join(f"line {at} = value\n" for at in range(200))
    imported(repo, [Commit({"a.py": body.encode()}), Commit({"a.py": (body + KEY).encode(), "k.py": OTHER.encode()})]
             + [Commit({"a.py": (body + f"x = {at}\n").encode()}) for at in range(count)])  # fmt: skip


def clone(repo: Repository, to: Path, *options: str) -> Repository:
    repo.git("config", "uploadpack.allowFilter", "true")
    subprocess.run(
        ["git", "clone", "-q", "--no-local", *options, f"file://{repo.path}", str(to)],
        env=dict(repo.environment), check=True, capture_output=True,
    )  # fmt: skip
    return Repository(to, repo.environment)


def test_no_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    code, err = complaint(capsys, str(folder))
    assert (code, "repository" in err) == (3, True)


def test_no_such_folder_and_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert complaint(capsys, str(tmp_path / "nowhere"))[0] == 2
    (tmp_path / "file").write_text("x")
    assert complaint(capsys, str(tmp_path / "file"))[0] == 2


@pytest.mark.parametrize(
    "arguments", [["--since", "nowhere"], ["--branch", "a b"], ["--since=--all"], ["--branch", ""]]
)
def test_a_revision_that_is_none(repo: Repository, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    repo.commit("first")
    code, err = complaint(capsys, str(repo.path), *arguments)
    assert code in (2, 3)
    assert "no commit" in err


def test_usage(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", str(repo.path), "--no-such-option"]) == 2
    assert "no-such-option" in capsys.readouterr().err


def test_no_commits(repo: Repository) -> None:
    assert swept(repo).code == 0


def test_an_unborn_head_beside_a_history(repo: Repository) -> None:
    history(repo)
    repo.git("symbolic-ref", "HEAD", "refs/heads/unborn")
    report = swept(repo)
    assert report.code == 1
    assert len(report.findings) == 2
    assert not any(one["in_head"] for one in report.findings)


def test_a_repository_of_another_user(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    history(repo)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert subprocess.run(["git", "-C", str(repo.path), "log"], capture_output=True).returncode == 128
    assert len(swept(repo).findings) == 2


def test_a_shallow_clone_says_what_to_fetch(repo: Repository, tmp_path: Path) -> None:
    history(repo)
    shallow = clone(repo, tmp_path / "shallow", "--depth", "1")
    report = swept(shallow)
    assert report.code == 3
    assert "unshallow" in report.skipped
    assert [one["path"] for one in report.findings] == ["k.py"]


@pytest.mark.parametrize("kind", ["blob:none", "tree:0", "blob:limit=100"])
def test_a_partial_clone_is_not_completed(repo: Repository, tmp_path: Path, kind: str) -> None:
    history(repo)
    partial = clone(repo, tmp_path / "partial", f"--filter={kind}", "--no-checkout")
    before = sorted(str(path) for path in (partial.path / ".git/objects").rglob("*"))
    assert list((partial.path / ".git/objects/pack").glob("*.promisor"))
    report = swept(partial)
    assert report.code == 3
    assert "partial clone" in report.skipped
    assert before == sorted(str(path) for path in (partial.path / ".git/objects").rglob("*")), "nothing was fetched"


def _loosened(repo: Repository) -> None:
    (pack,) = (repo.path / ".git/objects/pack").glob("*.pack")
    moved = pack.rename(repo.path.parent / "moved.pack")
    pack.with_suffix(".idx").unlink()
    repo.git("unpack-objects", "-q", data=moved.read_bytes())


def _loose_path(repo: Repository, revision: str) -> Path:
    name = repo.git("rev-parse", revision).strip()
    return repo.path / ".git/objects" / name[:2] / name[2:]


@pytest.mark.parametrize("revision", ["main~5:a.py", "main~5^{tree}", "main~5"])
def test_a_missing_object(repo: Repository, revision: str) -> None:
    history(repo)
    _loosened(repo)
    _loose_path(repo, revision).unlink()
    report = swept(repo)
    assert report.code == 3
    assert "not here" in report.skipped or "not complete" in report.skipped
    assert "k.py" in {one["path"] for one in report.findings}


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_loose_object(repo: Repository, damage: bytes | None) -> None:
    history(repo)
    _loosened(repo)
    path = _loose_path(repo, "main~5:a.py")
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-9] if damage is None else damage)
    report = swept(repo)
    assert report.code == 3
    assert path.parent.name + path.name in report.skipped
    assert len(report.findings) == 2


def _pack(repo: Repository, ending: str = "pack") -> Path:
    (path,) = (repo.path / ".git/objects/pack").glob(f"*.{ending}")
    path.chmod(0o644)
    return path


def test_a_pack_that_was_cut(repo: Repository) -> None:
    history(repo)
    repo.git("repack", "-adfq")
    path = _pack(repo)
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])
    report = swept(repo)
    assert report.code == 3
    assert path.name in report.skipped


@pytest.mark.parametrize("ending", ["pack", "idx"])
def test_a_pack_whose_bytes_rotted(repo: Repository, ending: str) -> None:
    """Wherever a pack is damaged: exit 3, or nothing that git itself reads is missed. Never a traceback."""
    history(repo, 4)
    repo.git("repack", "-adfq")
    path = _pack(repo, ending)
    raw = path.read_bytes()
    step = max(1, len(raw) // 12)
    for at in range(5, len(raw) - 40, step):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 0x55]) + raw[at + 1 :])
        report = swept(repo)
        assert report.code == 3 or len(report.findings) == 2, f"byte {at}: {report.code} {report.skipped}"
    path.write_bytes(raw)
    assert len(swept(repo).findings) == 2


def test_a_name_that_rotted_in_an_index_hides_nothing_unsaid(repo: Repository) -> None:
    """Under a wrong name an object is in no tree: what it holds would be nowhere."""
    history(repo, 4)
    repo.git("repack", "-adfq")
    path = _pack(repo, "idx")
    raw = path.read_bytes()
    names = repo.git("show-index", data=raw).split()[1::3]
    path.chmod(0o644)
    for name in names:
        at = raw.index(bytes.fromhex(name))
        path.write_bytes(raw[: at + 7] + bytes([raw[at + 7] ^ 0x55]) + raw[at + 8 :])
        report = swept(repo)
        assert report.code == 3, name
        assert "checksum" in report.skipped
    path.write_bytes(raw)
    assert len(swept(repo).findings) == 2


def test_an_index_that_is_gone(repo: Repository) -> None:
    history(repo)
    path = _pack(repo, "idx")
    path.unlink()
    report = swept(repo)
    assert report.code == 3
    assert "index" in report.skipped


def test_alternates_that_are_gone(repo: Repository, tmp_path: Path) -> None:
    history(repo)
    repo.git("clone", "-q", "--shared", str(repo.path), str(tmp_path / "shared"))
    shared = Repository(tmp_path / "shared", repo.environment)
    assert len(swept(shared).findings) == 2
    shutil.move(repo.path, tmp_path / "elsewhere")
    assert swept(shared).code == 3


def test_the_lock_of_a_gc_is_no_hindrance(repo: Repository) -> None:
    history(repo)
    repo.write(".git/gc.pid", f"{os.getpid()} somewhere\n")
    repo.write(".git/packed-refs.lock", "")
    repo.write(".git/objects/pack/tmp_pack_x7", "PACK")
    report = swept(repo)
    assert report.code == 1
    assert len(report.findings) == 2


def test_packs_replaced_during_the_sweep(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gc takes the packs away when they were just opened: what is mapped stays, and all of it is found."""
    from scanner.history.store import ObjectStore

    history(repo)
    opened = ObjectStore.open

    def replaced(*args: object, **named: object) -> ObjectStore:
        store = opened(*args, **named)  # type: ignore[arg-type]
        repo.git("repack", "-adfq", "--window=1")
        return store

    monkeypatch.setattr(ObjectStore, "open", replaced)
    report = swept(repo)
    assert report.code == 1
    assert len(report.findings) == 2


def test_packs_replaced_while_they_are_opened(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    from scanner.history.pack import Pack

    history(repo)
    opened = Pack.open
    calls = []

    def replaced(*args: object) -> Pack:
        calls.append(args)
        if len(calls) == 1:
            old = _pack(repo)
            repo.git("repack", "-adfq", "--window=1", "--depth=1")
            old.unlink(missing_ok=True)
        return opened(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(Pack, "open", replaced)
    report = swept(repo)
    assert report.code == 1, report.skipped
    assert len(report.findings) == 2
    assert len(calls) > 1


def test_too_large_is_said(repo: Repository) -> None:
    repo.write("large.txt", "x = 1\n" * 20_000)
    repo.write("small.py", KEY)
    repo.commit("both")
    for pack in (False, True):
        if pack:
            repo.git("repack", "-adq")
        report = swept(repo, "--max-size", "10k")
        assert len(report.findings) == 1
        (told,) = report.record["scan"]["skipped"]
        assert told["what"] == "large.txt"
        assert "120,000 bytes, more than --max-size allows" in told["why"]


def test_a_claim_of_petabytes_does_not_take_memory(tmp_path: Path, clean_environment: dict[str, str]) -> None:
    from tests.history.packs import Entry, name_of, write_pack

    repo = make_repository(tmp_path / "repo", clean_environment)
    repo.write("a.py", KEY)
    repo.commit("first")
    bomb = Entry(3, b"", size=1 << 50)
    write_pack(
        repo.path / ".git/objects/pack",
        [bomb, Entry(3, OTHER.encode())],
        [b"\x07" * 20, name_of("blob", OTHER.encode())],
    )
    report = swept(repo, "--unreachable")
    assert report.code == 3
    assert len(report.findings) == 2


def test_paths_without_end_are_said(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    from scanner.history import placing

    repo.write("a/secret.py", f'key = "{token("a")}"\n')
    for folder in "bcdefgh":
        repo.write(f"{folder}/secret.py", f'key = "{token("a")}"\n')
    repo.commit("one file in many folders")
    assert swept(repo).code == 1
    monkeypatch.setattr(placing, "_MOST_PLACES", 4)
    monkeypatch.setattr(placing, "_PLACES_A_TREE", 1)
    report = swept(repo)
    assert report.code == 3
    assert "not all were followed" in report.skipped


def test_a_commit_behind_many_tags_of_tags_is_in_history(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write("a.py", "x = 1\n")
    repo.commit()
    repo.git("checkout", "-q", "--orphan", "side")
    repo.write("b.py", KEY)
    target, kind = repo.commit(), "commit"
    repo.git("checkout", "-q", "main")
    repo.git("branch", "-qD", "side")
    for number in range(15):
        tag = f"object {target}\ntype {kind}\ntag t{number}\ntagger Ada <a@b.org> 1700000000 +0000\n\nsome words\n"
        target, kind = repo.git("mktag", data=tag.encode()).strip(), "tag"
    repo.git("update-ref", "refs/tags/deep", target)
    assert main(["history", str(repo.path), "-f", "csv"]) == 1
    assert "b.py" in capsys.readouterr().out
