"""A sweep with a state file scans what came since, and still tells what was found before."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scanner.cli import main
from scanner.model.errors import ConfigError
from tests.conftest import Ran, Repository, make_repository, token


@pytest.fixture
def swept(tmp_path: Path, clean_environment: dict[str, str]) -> Repository:
    repository = make_repository(tmp_path / "r", clean_environment)
    repository.write("a.py", f'key = "{token("a")}"\n')
    repository.commit("first")
    assert sweep(repository)[0].code == 1
    return repository


def sweep(repository: Repository, *more: str) -> tuple[Ran, dict[str, Any]]:
    state = repository.path.parent / "state.json"
    ran = repository.unsealed("history", ".", "--state", str(state), "-f", "json", "--no-progress", *more)
    return ran, json.loads(ran.out) if ran.out else {}


def rules(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding["path"], finding["commit"]) for finding in report["findings"]]


def notes(report: dict[str, Any]) -> str:
    return " ".join(report["scan"]["notes"])


def test_scans_only_what_is_new_and_repeats_what_was_found(swept: Repository) -> None:
    first = swept.git("rev-parse", "HEAD").strip()
    swept.write("b.py", f'key = "{token("b")}"\n')
    second = swept.commit("second")
    ran, report = sweep(swept)
    assert ran.code == 1
    assert rules(report) == [("a.py", first), ("b.py", second)]
    assert report["scan"]["texts"] == 2  # one file and one message
    assert "1 finding is from" in notes(report)
    ran, report = sweep(swept)
    assert (ran.code, report["scan"]["texts"], len(report["findings"])) == (1, 0, 2)


def test_same_findings_as_one_sweep(swept: Repository) -> None:
    swept.git("mv", "a.py", "moved.py")
    swept.write("b.py", f'again = "{token("a")}"\nother = "{token("c")}"\n')
    swept.commit("second")
    _, step = sweep(swept)
    whole = json.loads(swept.unsealed("history", ".", "-f", "json", "--no-progress").out)
    assert [(one["fingerprint"], one["path"], one["in_head"]) for one in step["findings"]] == [
        (one["fingerprint"], one["path"], one["in_head"]) for one in whole["findings"]
    ]


def test_a_name_that_wakes_other_rules_makes_an_old_file_new(swept: Repository) -> None:
    swept.write("notes.txt", f"db.example.org:5432:app:app:{token('d')[4:24]}\n")
    swept.commit("notes")
    assert [one["path"] for one in sweep(swept)[1]["findings"]] == ["a.py"]
    swept.git("mv", "notes.txt", ".pgpass")
    moved = swept.commit("moved")
    _, step = sweep(swept)
    assert (".pgpass", moved) in rules(step)
    whole = json.loads(swept.unsealed("history", ".", "-f", "json", "--no-progress").out)
    assert rules(step) == rules(whole)


def test_a_merge_that_gives_such_a_name_makes_an_old_file_new(swept: Repository) -> None:
    swept.write("notes.txt", f"db.example.org:5432:app:app:{token('d')[4:24]}\n")
    swept.commit("notes")
    swept.git("checkout", "-q", "-b", "side", "HEAD~1")
    swept.write("side.txt", "x\n")
    swept.commit("side")
    sweep(swept)
    swept.git("merge", "-q", "--no-commit", "--no-ff", "-")
    swept.git("mv", "notes.txt", ".pgpass")
    merge = swept.commit("merge")
    _, step = sweep(swept)
    assert (".pgpass", merge) in rules(step)
    whole = json.loads(swept.unsealed("history", ".", "-f", "json", "--no-progress").out)
    assert rules(step) == rules(whole)


def test_gone_from_head_is_noticed(swept: Repository) -> None:
    swept.git("rm", "-q", "a.py")
    swept.commit("second")
    ran, report = sweep(swept)
    assert ran.code == 1
    assert [finding["in_head"] for finding in report["findings"]] == [False]


def test_what_was_found_is_told_where_the_state_cannot_be_written(
    swept: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A disk may be full by the time a sweep ends."""

    def full(path: Path, data: bytes) -> None:
        raise ConfigError(f"{path}: cannot be written: No space left on device")

    monkeypatch.setattr("scanner.pipeline.state.write_whole", full)
    state = swept.path.parent / "other.json"
    code = main(["history", str(swept.path), "--state", str(state), "-f", "json", "--workers", "1"])
    report = json.loads(capsys.readouterr().out)
    assert (code, len(report["findings"]), report["scan"]["complete"]) == (3, 1, False)
    assert "No space left" in report["scan"]["skipped"][0]["why"]


def test_what_is_no_file_is_not_replaced(swept: Repository, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for arguments in (("history", ".", "--state"), ("baseline", "create", "--no-history", "--baseline")):
        ran = swept.unsealed(*arguments, str(pipe))
        assert (ran.code, len(ran.err.splitlines())) == (2, 1), ran.err
        assert pipe.is_fifo()


def test_messages_stay_in_head(swept: Repository) -> None:
    """What a commit's message says cannot be taken back by a later commit."""
    swept.commit(f"the key is {token('told')}", "--allow-empty")
    swept.git("checkout", "-q", "-b", "side")
    swept.commit(f"the key is {token('aside')}", "--allow-empty")
    swept.git("checkout", "-q", "-")

    def told(report: dict[str, Any]) -> list[tuple[str, bool]]:
        return sorted((one["fingerprint"], one["in_head"]) for one in report["findings"] if not one["path"])

    first = sweep(swept)[1]
    assert sorted(there for _, there in told(first)) == [False, True]
    again = sweep(swept)[1]
    assert told(again) == told(first)
    assert again["scan"]["target"] == first["scan"]["target"]
    swept.git("checkout", "-q", "side")
    assert [there for _, there in told(sweep(swept)[1])] == [True, True]


def test_no_secret_in_the_file(swept: Repository) -> None:
    assert token("a") not in (swept.path.parent / "state.json").read_text()


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        ("{", "damaged"),
        ("[]", "another version"),
        ('{"state": {"format": 2, "stamp": "x"}}', "rules, options or settings have changed"),
    ],
    ids=["cut", "foreign", "other-rules"],
)
def test_an_unusable_file_means_a_whole_sweep(swept: Repository, damage: str, why: str) -> None:
    (swept.path.parent / "state.json").write_text(damage)
    ran, report = sweep(swept)
    assert (ran.code, len(report["findings"])) == (1, 1)
    assert why in notes(report) and "all of history was swept" in notes(report)


def test_other_options_and_rewritten_history_mean_a_whole_sweep(swept: Repository) -> None:
    _, report = sweep(swept, "--pack", "strict")
    assert "have changed" in notes(report)
    sweep(swept)
    swept.git("commit", "-q", "--amend", "-m", "other")
    _, report = sweep(swept)
    assert "history was rewritten" in notes(report)
    assert rules(report) == [("a.py", swept.git("rev-parse", "HEAD").strip())]


def test_archives_that_were_not_opened_are_looked_at_once_they_are_to_be(swept: Repository) -> None:
    with zipfile.ZipFile(swept.path / "in.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.py", f'key = "{token("b")}"\n' * 3)
    swept.commit("packed")
    assert len(sweep(swept, "--max-archive-depth", "0")[1]["findings"]) == 1
    _, report = sweep(swept)
    assert [one["path"] for one in report["findings"]] == ["a.py", "in.zip!/b.py"]


def test_an_incomplete_sweep_is_not_remembered(swept: Repository, tmp_path: Path) -> None:
    swept.commit("second")
    swept.git("clone", "-q", "--depth", "1", f"file://{swept.path}", str(tmp_path / "shallow"))
    shallow = Repository(tmp_path / "shallow", swept.environment)
    (tmp_path / "state.json").unlink()
    ran, _ = sweep(shallow)
    assert ran.code == 3
    assert not (tmp_path / "state.json").exists()


def test_does_not_go_with_a_part_of_history(swept: Repository) -> None:
    ran, _ = sweep(swept, "--since", "HEAD")
    assert ran.code == 2
    assert "--state remembers whole sweeps" in ran.err


def test_a_file_that_cannot_be_written_is_said_first(swept: Repository) -> None:
    ran = swept.unsealed("history", ".", "--state", str(swept.path / "none" / "state"), "--no-progress")
    assert ran.code == 2
    assert "cannot be written" in ran.err


FOLDER_RULE = """\
- id: acme
  title: Acme
  description: d
  severity: medium
  pattern: 'acme_(?P<secret>[a-z0-9]{12})'
  path: '^src/'
"""


def told(report: dict[str, Any]) -> list[tuple[Any, ...]]:
    return sorted(
        (one["fingerprint"], one["rule"], one["severity"], one["status"], one["path"], one["line"], one["commit"])
        for one in report["findings"]
    )


def assert_like_one_sweep(repository: Repository) -> dict[str, Any]:
    step, report = sweep(repository)
    whole = repository.unsealed("history", ".", "-f", "json", "--no-progress")
    assert step.code == whole.code
    assert told(report) == told(json.loads(whole.out))
    return report


def test_a_commit_in_another_work_tree_is_swept(swept: Repository) -> None:
    swept.git("worktree", "add", "-q", "--detach", "../other")
    other = Repository(swept.path.parent / "other", swept.environment)
    other.write("b.py", f'key = "{token("b")}"\n')
    other.commit("nowhere else")
    assert [one["path"] for one in assert_like_one_sweep(swept)["findings"]] == ["a.py", "b.py"]


def test_a_copy_of_what_is_left_out_is_found(swept: Repository) -> None:
    swept.write(".unsealed.yml", "exclude: [first/]\nrules: [own.yml]\n")
    swept.write("own.yml", FOLDER_RULE)
    swept.commit("settings")
    assert_like_one_sweep(swept)
    for name, content in {"first/x": f'k = "{token("b")}"\n', "lib/y": "acme_k3j4h5g6f7d8\n"}.items():
        swept.write(name, content)
        swept.write(f"src/{name[-1]}", content)
    swept.commit("each of them twice")
    found = assert_like_one_sweep(swept)["findings"]
    assert sorted(one["path"] for one in found) == ["a.py", "src/x", "src/y"]


def test_a_mark_goes_for_older_versions_and_no_longer_than_it_is_there(swept: Repository) -> None:
    swept.write("a.py", f'key = "{token("a")}"  # unsealed:allow\n')
    swept.commit("known")
    assert [one["status"] for one in assert_like_one_sweep(swept)["findings"]] == ["allowed"]
    assert notes(sweep(swept)[1]).count("swept") == 0
    swept.git("rm", "-q", "a.py")
    swept.commit("gone, and its mark with it")
    assert [one["status"] for one in assert_like_one_sweep(swept)["findings"]] == ["new"]


def test_a_mark_in_head_is_none_where_head_moves_back(swept: Repository) -> None:
    swept.write("a.py", f'key = "{token("a")}"  # unsealed:allow\n')
    swept.commit("known")
    assert_like_one_sweep(swept)
    swept.git("checkout", "-q", "--detach", "HEAD~1")
    assert [one["status"] for one in assert_like_one_sweep(swept)["findings"]] == ["new"]


def test_a_tag_that_was_taken_away_takes_its_message_with_it(swept: Repository) -> None:
    swept.git("tag", "-a", "v1", "-m", token("tag"))
    assert len(assert_like_one_sweep(swept)["findings"]) == 2
    swept.git("tag", "-d", "v1")
    assert len(assert_like_one_sweep(swept)["findings"]) == 1


def test_a_new_generator_makes_an_old_file_a_secret(swept: Repository) -> None:
    swept.write("gen/pw.txt", "hunter2Xk9\n")
    swept.commit("a text")
    assert_like_one_sweep(swept)
    swept.write("gen/kustomization.yaml", "secretGenerator:\n- name: a\n  files: [password=pw.txt]\n")
    swept.commit("a generator")
    assert [one["path"] for one in assert_like_one_sweep(swept)["findings"]] == ["a.py", "gen/pw.txt"]
