"""The hook in real repositories, with everything git and a hostile configuration can do to it."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.ruleset.examples import fill
from tests.conftest import Ran, Repository, make_repository, token

HOOK = """#!/bin/sh
exec "{python}" -m scanner staged
"""


def install(repo: Repository) -> None:
    """The hook as plain git runs it, in git's own environment."""
    hook = repo.path / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK.format(python=sys.executable))
    hook.chmod(0o755)


def blocked(repo: Repository, *arguments: str) -> bool:
    """True when the hook stops ``git commit`` and says why; a commit that fails otherwise is a mistake here."""
    done = subprocess.run(
        ["git", "commit", "-q", "-m", "x", *arguments],
        cwd=repo.path, env={**repo.environment, **repo.extra}, capture_output=True, text=True,
    )  # fmt: skip
    said = done.stdout + done.stderr
    if done.returncode:
        assert "github-" in said or "kubernetes-" in said or "password" in said, said
    else:
        assert said == "", f"a clean commit says nothing: {said}"
    return done.returncode != 0


def staged(repo: Repository, *arguments: str) -> Ran:
    return repo.unsealed("staged", *arguments)


def findings(repo: Repository, *arguments: str) -> list[dict[str, object]]:
    ran = repo.unsealed("staged", "-f", "json", *arguments)
    assert ran.code in (0, 1), ran.err
    found: list[dict[str, object]] = json.loads(ran.out)["findings"] if ran.out else []
    return found


def test_a_secret_in_the_first_commit_is_blocked_with_place_and_name(repo: Repository) -> None:
    repo.write("app.py", f'import os\nkey = "{token()}"\n')
    repo.git("add", ".")
    ran = staged(repo)
    assert ran.code == 1
    assert "app.py:2:8" in ran.out
    assert "github-" in ran.out
    assert token() not in ran.out + ran.err
    assert token()[8:20] not in ran.out + ran.err


def test_a_clean_commit_says_nothing(repo: Repository) -> None:
    repo.write("app.py", "print('hello')\n")
    repo.git("add", ".")
    assert staged(repo) == Ran(0, "", "")


def test_an_empty_commit_is_clean(repo: Repository) -> None:
    repo.commit("first")
    assert staged(repo) == Ran(0, "", "")


@pytest.mark.parametrize("content", [None, "disable: [", "nothing-we-know: 1\n"])
def test_a_bad_configuration_is_said_though_nothing_is_staged(repo: Repository, content: str | None) -> None:
    repo.commit("first")
    if content is None:
        ran = staged(repo, "--config", "/nope")
    else:
        repo.write(".unsealed.yml", content)
        ran = staged(repo)
    assert (ran.code, ran.err.count("\n")) == (2, 1)


def test_a_clone_without_a_checkout_is_not_green(repo: Repository) -> None:
    repo.write("app.py", f'key = "{token()}"\n')
    repo.commit("first")
    repo.git("read-tree", "--empty")
    ran = staged(repo, "--all")
    assert (ran.code, ran.err.count("\n")) == (3, 1)


def test_a_folder_that_is_not_there_is_a_mistake_of_the_command_line(repo: Repository) -> None:
    repo.write("a.py", "x = 1\n")
    for arguments in (
        ["staged", "-C", "nope"],
        ["range", "HEAD", "-C", "nope"],
        ["push", "-C", "nope"],
        ["history", "nope"],
    ):
        ran = repo.unsealed(*arguments)
        assert (ran.code, ran.err) == (2, "unsealed: nope: there is no such folder\n")
    assert "unsealed scan" in repo.unsealed("history", "a.py").err


def test_a_history_without_a_commit_says_so(repo: Repository) -> None:
    assert "no commit is here" in repo.unsealed("history").out


def test_nothing_staged_in_ci_is_not_green(repo: Repository) -> None:
    repo.commit("first")
    ran = repo.unsealed("staged", environment={"CI": "true"})
    assert ran.code == 3
    assert "nothing was scanned" in ran.err


def test_a_report_that_was_asked_for_is_written_when_nothing_is_staged(repo: Repository) -> None:
    repo.commit("first")
    ran = repo.unsealed("staged", "-f", "json", "-f", "sarif=out.sarif")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["scan"]["complete"] is True
    assert json.loads((repo.path / "out.sarif").read_bytes())["runs"][0]["results"] == []
    ran = repo.unsealed("staged", "-f", "json", environment={"CI": "true"})
    assert (ran.code, json.loads(ran.out)["scan"]["complete"]) == (3, False)


def test_a_bare_repository_has_nothing_staged_and_is_not_green(repo: Repository, tmp_path: Path) -> None:
    repo.write("a.py", f'key = "{token()}"\n')
    repo.commit("leak")
    repo.git("clone", "-q", "--bare", str(repo.path), str(tmp_path / "bare.git"))
    ran = repo.unsealed("staged", "-C", str(tmp_path / "bare.git"))
    assert (ran.code, ran.out) == (3, "")
    assert "bare" in ran.err


def test_an_index_that_was_cut_off_is_not_green(repo: Repository) -> None:
    for name in "abc":
        repo.write(f"{name}.txt", "x\n")
    repo.commit("first")
    index = repo.path / ".git" / "index"
    whole = index.read_bytes()
    for size in range(1, whole.index(b"c.txt") - 2, 7):
        index.write_bytes(whole[:size])
        assert repo.unsealed("staged", "-q").code == 3, size


@pytest.mark.parametrize("arguments", [("-a",), ("app.py",)], ids=["commit -a", "commit PATH"])
def test_content_that_only_the_commits_own_index_has(repo: Repository, arguments: tuple[str, ...]) -> None:
    repo.write("app.py", "x = 1\n")
    repo.commit("first")
    install(repo)
    repo.write("app.py", f'x = "{token()}"\n')
    assert blocked(repo, *arguments)


def test_partial_staging_is_seen_as_it_is(repo: Repository) -> None:
    repo.write("app.py", "x = 1\n\n\n\n\n\n\n\ny = 1\n")
    repo.commit("first")
    repo.write("app.py", f'x = 2\n\n\n\n\n\n\n\ny = "{token()}"\n')
    # The first hunk is staged, the second, with the secret, stays in the working tree.
    repo.git("add", "-p", data=b"y\nn\n")
    assert staged(repo).code == 0
    repo.git("add", "-p", data=b"y\n")
    repo.write("app.py", "gone from the working tree\n")
    assert staged(repo).code == 1


def test_rename_with_an_edit(repo: Repository) -> None:
    body = "".join(f"line {number}\n" for number in range(50))
    repo.write("old.py", body)
    repo.commit("first")
    repo.git("mv", "old.py", "new.py")
    repo.write("new.py", body + f'key = "{token()}"\n')
    repo.git("add", "-A")
    found = findings(repo)
    assert [(item["path"], item["line"]) for item in found] == [("new.py", 51)]


def test_a_renamed_file_with_an_old_secret_is_silent(repo: Repository) -> None:
    repo.write("old.py", f'key = "{token()}"\n')
    repo.commit("first")
    repo.git("mv", "old.py", "new.py")
    assert staged(repo) == Ran(0, "", "")


def test_a_moved_line_is_silent_and_a_second_copy_is_not(repo: Repository) -> None:
    line = f'key = "{token()}"\n'
    repo.write("app.py", line + "a\nb\n")
    repo.commit("first")
    repo.write("app.py", "a\nb\n" + line)
    repo.git("add", "-A")
    assert staged(repo) == Ran(0, "", "")
    repo.write("copy.py", line)
    repo.git("add", "-A")
    assert [item["path"] for item in findings(repo)] == ["copy.py"]


def test_deleting_a_secret_is_silent(repo: Repository) -> None:
    repo.write("app.py", f'key = "{token()}"\nother = 1\n')
    repo.commit("first")
    repo.write("app.py", "other = 1\n")
    repo.git("add", "-A")
    assert staged(repo) == Ran(0, "", "")
    repo.git("rm", "-q", "-f", "app.py")
    assert staged(repo) == Ran(0, "", "")


def test_mode_change_alone_is_silent(repo: Repository) -> None:
    repo.write("app.py", f'key = "{token()}"\n')
    repo.commit("first")
    repo.git("update-index", "--chmod=+x", "app.py")
    assert staged(repo) == Ran(0, "", "")


def test_the_diff_attribute_hides_nothing(repo: Repository) -> None:
    repo.write(".gitattributes", "*.cfg -diff\n*.bin binary\n")
    repo.commit("first")
    repo.write("app.cfg", f"key = {token('1')}\n")
    repo.write("app.bin", f"key = {token('2')}\n")
    repo.git("add", "-A")
    assert len(findings(repo)) == 2


def test_programs_named_by_the_repository_do_not_run(repo: Repository, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    program = tmp_path / "program.sh"
    program.write_text(f'#!/bin/sh\ntouch {trap}\ncat "$1" 2>/dev/null\n')
    program.chmod(0o755)
    repo.write(".gitattributes", "*.txt diff=evil filter=evil\n")
    repo.commit("first")
    repo.write("a.txt", f"key {token()}\n")
    repo.git("add", "-A")
    for name in (
        "diff.evil.textconv", "diff.evil.command", "diff.external", "core.fsmonitor", "core.pager", "pager.diff-index",
        "filter.evil.smudge", "filter.evil.clean", "filter.evil.process", "gpg.program", "core.sshCommand",
        "core.gitProxy", "core.askPass", "credential.helper", "core.editor",
    ):  # fmt: skip
        repo.git("config", name, str(program))
    repo.git("config", "core.hooksPath", str(tmp_path))
    repo.git("config", "log.showSignature", "true")
    trap.unlink(missing_ok=True)
    assert staged(repo).code == 1
    assert not trap.exists()


@pytest.mark.parametrize(
    "settings",
    [
        {"color.ui": "always", "color.diff": "always"},
        {"diff.noprefix": "true", "diff.mnemonicPrefix": "true"},
        {"diff.relative": "true"},
        {"diff.ignoreSubmodules": "all", "diff.renames": "copies"},
        {"core.quotePath": "true", "core.abbrev": "4"},
        {"diff.orderFile": "/nonexistent"},
        {"core.attributesFile": "/nonexistent"},
        {"core.autocrlf": "true", "core.safecrlf": "false"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_settings_change_nothing(repo: Repository, settings: dict[str, str]) -> None:
    repo.write("dir/app.py", "x = 1\n")
    repo.commit("first")
    for name, value in settings.items():
        repo.git("config", name, value)
    repo.write("dir/app.py", f'x = "{token()}"\n')
    repo.git("add", "-A")
    assert [item["path"] for item in findings(repo)] == ["dir/app.py"]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings(repo: Repository, codec: str) -> None:
    text = f'# settings\n$name = "x"\n$token = "{token()}"\n'
    mark = {"utf-16-be": b"\xfe\xff"}.get(codec, b"")
    repo.write("settings.ps1", mark + text.encode(codec))
    repo.git("add", "-A")
    assert [item["line"] for item in findings(repo)] == [3]


def test_merge_of_an_old_secret_is_silent_but_what_the_merge_brings_is_not(repo: Repository) -> None:
    repo.write("app.py", "a\nb\nc\n")
    repo.commit("base")
    repo.git("checkout", "-q", "-b", "side")
    repo.write("side.py", f'key = "{token("side")}"\n')
    repo.commit("side")
    repo.git("checkout", "-q", "main")
    repo.write("app.py", "a\nb\nc\nd\n")
    repo.commit("main")
    repo.git("merge", "-q", "--no-commit", "--no-ff", "side")
    assert staged(repo) == Ran(0, "", "")
    repo.write("app.py", f'a\nb\nc\nd\nkey = "{token("evil")}"\n')
    repo.git("add", "-A")
    assert [item["path"] for item in findings(repo)] == ["app.py"]


def test_an_octopus_is_compared_with_all_its_parents_and_lacks_nothing(repo: Repository) -> None:
    repo.write("app.py", "a\n")
    repo.commit("base")
    for name in "pqr":
        repo.git("checkout", "-q", "-b", name, "main")
        repo.write(f"{name}.py", f'key = "{token(name)}"\n')
        repo.commit(name)
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-commit", *"pqr")
    repo.write("new.py", f'key = "{token("new")}"\n')
    repo.git("add", "-A")
    ran = repo.unsealed("staged", "-f", "json", "--strict")
    found = json.loads(ran.out)
    assert (ran.code, [one["path"] for one in found["findings"]], found["scan"]["skipped"]) == (1, ["new.py"], [])


def test_amending(repo: Repository) -> None:
    repo.write("app.py", "x = 1\n")
    repo.commit("first")
    install(repo)
    repo.write("app.py", f'x = "{token()}"\n')
    repo.git("add", "-A")
    assert blocked(repo, "--amend")


def test_submodule_is_no_content_of_ours(repo: Repository, tmp_path: Path) -> None:
    other = make_repository(tmp_path / "other", repo.environment)
    other.write("app.py", f'key = "{token()}"\n')
    other.commit("first")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.path), "sub")
    assert staged(repo) == Ran(0, "", "")


def test_worktree(repo: Repository, tmp_path: Path) -> None:
    repo.commit("first")
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "tree"))
    tree = Repository(tmp_path / "tree", repo.environment)
    tree.write("app.py", f'key = "{token()}"\n')
    tree.git("add", "-A")
    assert [item["path"] for item in findings(tree)] == ["app.py"]
    assert staged(repo) == Ran(0, "", "")


def test_sha256_repository(tmp_path: Path, clean_environment: dict[str, str]) -> None:
    repo = make_repository(tmp_path / "sha256", clean_environment, ["--object-format=sha256"])
    repo.write("app.py", f'key = "{token()}"\n')
    repo.git("add", "-A")
    assert len(findings(repo)) == 1
    repo.commit("first")
    repo.write("app.py", f'key = "{token()}"\nmore = "{token("b")}"\n')
    repo.git("add", "-A")
    assert [item["line"] for item in findings(repo)] == [2]


@pytest.mark.skipif(sys.platform == "win32", reason="such names cannot be made there")
@pytest.mark.parametrize(
    "name",
    [
        b"with space.py",
        b"new\nline.py",
        b"\xff\xfe.py",
        "ünïcode.py".encode(),
        b'quo"te.py',
        b"\x1b[31mred.py",
        b"-dash.py",
    ],
)
def test_odd_names(repo: Repository, name: bytes) -> None:
    repo.write(name, f'key = "{token()}"\n')
    repo.git("add", "-A")
    assert len(findings(repo)) == 1
    shown = staged(repo)
    assert shown.code == 1
    assert "\x1b" not in shown.out
    assert "new\nline" not in shown.out


def test_symlink_target_is_the_content(repo: Repository) -> None:
    os.symlink("somewhere", repo.path / "link")
    repo.git("add", "-A")
    assert staged(repo) == Ran(0, "", "")


def manifest(password: str) -> str:
    encoded = base64.b64encode(password.encode()).decode()
    return f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: {encoded}\n  username: YWRtaW4=\n"


def test_the_edit_of_one_value_of_a_committed_secret(repo: Repository) -> None:
    repo.write("secret.yaml", manifest(fill("<<%A20>>", "one")))
    repo.commit("first")
    repo.write("secret.yaml", manifest(fill("<<%A20>>", "two")))
    repo.git("add", "-A")
    found = findings(repo)
    assert [item["line"] for item in found] == [6]
    assert found[0]["detail"]["name"] == "db"  # type: ignore[index]
    assert found[0]["detail"]["key"] == "password"  # type: ignore[index]


def test_binary_file_with_a_token_in_it(repo: Repository) -> None:
    repo.write("core.bin", os.urandom(50_000) + b"\0\0" + token().encode() + b"\0" + os.urandom(50_000))
    repo.git("add", "-A")
    assert len(findings(repo)) == 1


def test_a_200_mb_file_is_scanned(repo: Repository) -> None:
    line = b"the quick brown fox jumps over the lazy dog, again and again\n"
    repo.write("big.txt", line * (200 * 1024 * 1024 // len(line)) + f"key={token()}\n".encode())
    repo.git("-c", "core.compression=0", "add", "-A")
    assert len(findings(repo)) == 1


def test_a_file_over_the_limit_is_never_green(repo: Repository) -> None:
    repo.write("big.txt", b"x" * 5000)
    repo.git("add", "-A")
    ran = staged(repo, "--max-size", "4k")
    assert ran.code == 3
    assert "big.txt" in ran.out + ran.err


def test_a_missing_object_is_never_green(repo: Repository) -> None:
    repo.write("app.py", "x = 1\n")
    repo.git("add", "-A")
    name = repo.git("rev-parse", ":app.py").strip()
    (repo.path / ".git" / "objects" / name[:2] / name[2:]).unlink()
    ran = staged(repo)
    assert ran.code == 3
    assert "app.py" in ran.out + ran.err


def test_outside_a_repository(tmp_path: Path, clean_environment: dict[str, str]) -> None:
    ran = Repository(tmp_path, clean_environment).unsealed("staged")
    assert ran.code == 3
    assert ran.err.count("\n") == 1
    assert "not a git repository" in ran.err


def test_without_git(repo: Repository, tmp_path: Path) -> None:
    ran = repo.unsealed("staged", environment={"PATH": str(tmp_path)})
    assert ran.code == 3
    assert "git is not installed" in ran.err


def test_a_run_of_pre_commit_by_hand_scans_the_tree(repo: Repository) -> None:
    repo.write("app.py", f'key = "{token()}"\n')
    repo.commit("first")
    assert staged(repo).code == 0
    ran = repo.unsealed("staged", environment={"PRE_COMMIT": "1"})
    assert ran.code == 1
    assert "app.py:1" in ran.out


def test_a_run_of_pre_commit_over_a_range_scans_the_range(repo: Repository) -> None:
    base = repo.commit("base")
    repo.write("app.py", f'key = "{token()}"\n')
    head = repo.commit("secret")
    refs = {"PRE_COMMIT": "1", "PRE_COMMIT_FROM_REF": base, "PRE_COMMIT_TO_REF": head}
    assert repo.unsealed("staged", environment=refs).code == 1
    assert repo.unsealed("staged", environment={**refs, "PRE_COMMIT_FROM_REF": head}).code == 0
