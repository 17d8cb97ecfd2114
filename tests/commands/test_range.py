"""Pull requests and pushes: what a range of commits adds, and nothing that was there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Repository, make_repository, token

ZERO = "0" * 40


def findings(repo: Repository, *arguments: str) -> list[dict[str, Any]]:
    ran = repo.unsealed("range", *arguments, "-f", "json")
    assert ran.code in (0, 1), ran.err
    found: list[dict[str, Any]] = json.loads(ran.out)["findings"]
    return found


def test_only_what_the_range_adds(repo: Repository) -> None:
    repo.write("old.py", f'key = "{token("old")}"\n')
    base = repo.commit("base")
    repo.write("new.py", f'x = 1\nkey = "{token("new")}"\n')
    commit = repo.commit("new")
    (found,) = findings(repo, f"{base}..HEAD")
    assert (found["path"], found["line"], found["commit"]) == ("new.py", 2, commit)
    assert findings(repo, base) == findings(repo, f"{base}..")


def test_of_a_commit_its_message_is_read_and_counted(repo: Repository) -> None:
    repo.write("a.txt", "old\n")
    base = repo.commit("base")
    repo.write("a.txt", "new text\n")
    repo.commit("message")
    ran = repo.unsealed("range", f"{base}..HEAD", "-f", "json")
    scanned = json.loads(ran.out)["scan"]
    assert (scanned["texts"], scanned["bytes"]) == (2, len("new text\n") + len("message\n"))


def test_a_message_is_in_head_when_its_commit_is(repo: Repository) -> None:
    repo.write("a.txt", "x\n")
    base = repo.commit("base")
    repo.commit(f"the key is {token()}", "--allow-empty")
    assert [one["in_head"] for one in findings(repo, f"{base}..HEAD")] == [True]
    repo.git("branch", "side")
    repo.git("reset", "-q", "--hard", base)
    assert [one["in_head"] for one in findings(repo, f"{base}..side")] == [False]


@pytest.mark.parametrize("how", ["replace", "graft", "blob"])
def test_replacements_hide_nothing(repo: Repository, how: str) -> None:
    """They are this clone's own: what is pushed and what others fetch is what was written."""
    repo.write("a.py", "x\n")
    base = repo.commit("base")
    repo.write("b.py", f'key = "{token()}"\n')
    leak = repo.commit("leak")
    repo.git("rm", "-q", "b.py")
    tip = repo.commit("gone")
    if how == "graft":
        repo.write(".git/info/grafts", f"{tip} {base}\n")
    elif how == "replace":
        repo.git("replace", leak, repo.git("commit-tree", "-p", base, "-m", "clean", f"{base}^{{tree}}").strip())
    else:
        repo.git("replace", f"{leak}:b.py", f"{base}:a.py")
    assert [one["path"] for one in findings(repo, f"{base}..HEAD")] == ["b.py"]


@pytest.mark.parametrize("unset", ["", "..HEAD", "...HEAD", "..", " ..HEAD"])
def test_a_variable_that_is_unset_is_not_green(repo: Repository, unset: str) -> None:
    repo.write("a.py", f'key = "{token()}"\n')
    repo.commit("leak")
    ran = repo.unsealed("range", unset)
    assert (ran.code, ran.out) == (2, "")
    assert "has no base" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "named"),
    [(["--fromat", "json"], "--fromat"), ([], "BASE..HEAD"), (["HEAD", "--severity", "hi"], "'hi'")],
)
def test_a_mistake_on_the_command_line_is_one_line(repo: Repository, arguments: list[str], named: str) -> None:
    ran = repo.unsealed("range", *arguments)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert named in ran.err and "unsealed range --help" in ran.err


def test_a_range_without_commits_says_so(repo: Repository) -> None:
    repo.write("a.py", f'key = "{token()}"\n')
    base = repo.commit("leak")
    ran = repo.unsealed("range", f"{base}..HEAD")
    assert ran.code == 0
    assert f"note  {base}..HEAD holds no commit" in ran.out
    assert "note  HEAD..HEAD holds no commit" in repo.unsealed("range", "HEAD").out


def test_added_and_removed_within_the_range_still_counts(repo: Repository) -> None:
    base = repo.commit("base")
    repo.write("a.py", f'key = "{token()}"\n')
    added = repo.commit("add")
    repo.write("a.py", "key = None\n")
    repo.commit("remove")
    (found,) = findings(repo, f"{base}..HEAD")
    assert found["commit"] == added
    assert found["in_head"] is False


def test_moved_renamed_and_edited_around_is_silent(repo: Repository) -> None:
    repo.write("a.py", f'one\ntwo\nkey = "{token()}"\n')
    base = repo.commit("base")
    repo.write("a.py", f'key = "{token()}"\none\ntwo\nthree\n')
    repo.commit("move")
    repo.git("mv", "a.py", "b.py")
    repo.commit("rename")
    assert findings(repo, f"{base}..HEAD") == []


def test_a_branch_behind_main_counts_from_where_they_parted(repo: Repository) -> None:
    repo.commit("base")
    repo.git("checkout", "-q", "-b", "side")
    repo.write("side.py", "x = 1\n")
    repo.commit("side")
    repo.git("checkout", "-q", "main")
    repo.write("main.py", f'key = "{token("main")}"\n')
    repo.commit("main")
    assert findings(repo, "main..side") == []
    assert findings(repo, "main...side") == []
    assert [item["path"] for item in findings(repo, "side..main")] == ["main.py"]


def test_what_only_a_merge_brings(repo: Repository) -> None:
    repo.write("a.py", "a\n")
    base = repo.commit("base")
    repo.git("checkout", "-q", "-b", "side")
    repo.write("b.py", "b\n")
    repo.commit("side")
    repo.git("checkout", "-q", "main")
    repo.write("c.py", "c\n")
    repo.commit("main")
    repo.git("merge", "-q", "--no-ff", "--no-commit", "side")
    repo.write("a.py", f'a\nkey = "{token()}"\n')
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "merge")
    assert [item["path"] for item in findings(repo, f"{base}..HEAD")] == ["a.py"]


def test_commit_messages_count(repo: Repository) -> None:
    base = repo.commit("base")
    repo.commit(f"use {token()}")
    assert len(findings(repo, f"{base}..HEAD")) == 1


def test_a_new_branch_and_a_deletion(repo: Repository) -> None:
    repo.write("a.py", f'key = "{token()}"\n')
    repo.commit("first")
    assert len(findings(repo, f"{ZERO}..HEAD")) == 1 or repo.git("for-each-ref")
    repo.git("checkout", "-q", "--detach")
    repo.write("b.py", f'key = "{token("b")}"\n')
    tip = repo.commit("detached")
    assert [item["path"] for item in findings(repo, f"{ZERO}..{tip}")] == ["b.py"]
    assert repo.unsealed("range", f"{tip}..{ZERO}").code == 0


@pytest.mark.parametrize("name", ["nowhere", "a b", "-x", "HEAD~99", "f" * 40])
def test_a_name_that_means_nothing(repo: Repository, name: str) -> None:
    repo.commit("first")
    ran = repo.unsealed("range", "--", f"{name}..HEAD")
    assert ran.code == 3
    assert ran.err.count("\n") == 1


def test_a_shallow_clone_is_never_green(repo: Repository, tmp_path: Path) -> None:
    for number in range(4):
        repo.write("a.py", f"x = {number}\n")
        repo.commit(str(number))
    subprocess.run(
        ["git", "clone", "-q", "--depth", "1", f"file://{repo.path}", str(tmp_path / "clone")],
        env=dict(repo.environment), check=True, capture_output=True,
    )  # fmt: skip
    clone = Repository(tmp_path / "clone", repo.environment)
    base = repo.git("rev-parse", "HEAD~2").strip()
    ran = clone.unsealed("range", f"{base}..HEAD")
    assert ran.code == 3
    assert "unshallow" in ran.err
    ran = clone.unsealed("range", f"{ZERO}..HEAD")
    clone.git("update-ref", "-d", "refs/remotes/origin/main", check=False)


def push(repo: Repository, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "push", "-q", *arguments], cwd=repo.path, env=dict(repo.environment), capture_output=True, text=True
    )


@pytest.mark.parametrize("other", ["tag", "merge", "stacked"])
def test_what_came_with_a_new_branch_says_nothing_of_it(repo: Repository, other: str) -> None:
    """CI sees the refs as they became: one that holds the branch's commits does not make them old."""
    repo.write("a.py", "x = 1\n")
    repo.commit("first")
    repo.git("checkout", "-q", "-b", "side")
    repo.write("b.py", f'key = "{token()}"\n')
    tip = repo.commit("secret")
    if other == "tag":
        repo.git("tag", "-a", "-m", "release", "v1")
    elif other == "merge":
        repo.git("checkout", "-q", "main")
        repo.git("merge", "-q", "--no-ff", "--no-edit", "side")
    else:
        repo.git("checkout", "-q", "-b", "above")
        repo.commit("on top")
    ran = repo.unsealed("range", f"{ZERO}..{tip}", "-f", "json")
    assert ran.code == 1, ran.out
    assert json.loads(ran.out)["scan"]["commits"] == (2 if other == "merge" else 1)


def test_a_branch_of_what_a_server_has_already_brings_nothing(repo: Repository, tmp_path: Path) -> None:
    repo.write("b.py", f'key = "{token()}"\n')
    tip = repo.commit("secret")
    ran = repo.unsealed("range", f"{ZERO}..{tip}", environment={"GIT_QUARANTINE_PATH": str(tmp_path)})
    assert ran.code == 0
    assert "no commit" in ran.out


@pytest.fixture
def pushing(repo: Repository, tmp_path: Path) -> Repository:
    """A repository with a remote and the hook installed, one clean commit pushed."""
    remote = make_repository(tmp_path / "remote.git", repo.environment, ["--bare"])
    repo.git("remote", "add", "origin", str(remote.path))
    repo.write("a.py", "x = 1\n")
    repo.commit("first")
    assert repo.unsealed("install-hook", "--push").code == 0
    done = push(repo, "origin", "main")
    assert done.returncode == 0, done.stderr
    return repo


def test_a_push_with_a_secret_is_stopped(pushing: Repository) -> None:
    pushing.write("b.py", f'key = "{token()}"\n')
    pushing.commit("secret")
    done = push(pushing, "origin", "main")
    assert done.returncode != 0
    assert "b.py:1" in done.stdout + done.stderr
    assert token() not in done.stdout + done.stderr


def test_a_new_branch_is_compared_with_what_the_remote_has(pushing: Repository) -> None:
    pushing.git("checkout", "-q", "-b", "side")
    pushing.write("c.py", "y = 1\n")
    pushing.commit("clean")
    assert push(pushing, "origin", "side").returncode == 0
    pushing.git("checkout", "-q", "-b", "other")
    pushing.write("c.py", f'key = "{token()}"\n')
    pushing.commit("secret")
    assert push(pushing, "origin", "other").returncode != 0


def test_what_is_pushed_may_have_a_name_with_blanks(pushing: Repository) -> None:
    pushing.git("checkout", "-q", "-b", "side")
    pushing.write("b.py", f'key = "{token()}"\n')
    pushing.commit("a secret")
    pushing.git("checkout", "-q", "main")
    done = push(pushing, "origin", "side^{/a secret}:refs/heads/copy")
    assert done.returncode != 0
    assert "b.py:1" in done.stdout + done.stderr


def test_what_git_says_is_pushed_is_never_guessed(pushing: Repository) -> None:
    ran = pushing.unsealed("push", "origin", "there", data=b"main 1234\n")
    assert (ran.code, ran.err.count("\n")) == (3, 1)


def test_a_hook_that_nobody_tells_what_is_pushed_says_so(pushing: Repository) -> None:
    assert "HEAD alone was looked at" in pushing.unsealed("push", "origin", "there", data=b"").err


def test_the_first_push_to_another_remote_says_what_it_takes_for_published(pushing: Repository, tmp_path: Path) -> None:
    make_repository(tmp_path / "public.git", pushing.environment, ["--bare"])
    pushing.git("remote", "add", "public", str(tmp_path / "public.git"))
    first, second = push(pushing, "public", "main"), push(pushing, "public", "main:copy")
    assert "public is new here" in first.stderr
    assert second.stderr == ""


def test_what_tags_say_is_read_before_it_is_pushed(pushing: Repository) -> None:
    pushing.git("tag", "-a", "v1", "-m", "fine")
    assert push(pushing, "origin", "v1").returncode == 0
    pushing.git("tag", "-a", "v2", "-m", f"with {token()}")
    done = push(pushing, "origin", "v2")
    assert done.returncode != 0 and token() not in done.stdout + done.stderr
    pushing.write("b.py", f'key = "{token()}"\n')
    blob = pushing.git("hash-object", "-w", "b.py").strip()
    pushing.git("tag", "file", blob)
    pushing.commit("secret")
    assert "1 secret (1 critical)" in (done := push(pushing, "origin", "main", "file")).stdout + done.stderr


def test_a_forced_push_and_a_deletion(pushing: Repository) -> None:
    pushing.write("a.py", "x = 2\n")
    pushing.git("commit", "-q", "-a", "--amend", "-m", "again")
    assert push(pushing, "-f", "origin", "main").returncode == 0
    pushing.git("checkout", "-q", "-b", "gone")
    assert push(pushing, "origin", "gone").returncode == 0
    assert push(pushing, "origin", ":gone").returncode == 0


def test_by_hand_it_compares_with_the_remote(pushing: Repository) -> None:
    assert pushing.unsealed("push").code == 0
    pushing.write("b.py", f'key = "{token()}"\n')
    pushing.commit("secret")
    assert pushing.unsealed("push").code == 1


def test_a_copy_of_what_is_left_out_or_of_a_test_is_found_where_it_counts(repo: Repository) -> None:
    repo.write(".unsealed.yml", "exclude: [first/]\n")
    base = repo.commit("base")
    for name, content in {"first/x.py": f'k = "{token()}"\n', "tests/y.py": 'password = "Kx82hfQ9vbT3m"\n'}.items():
        repo.write(name, content)
        repo.write(f"z/{name.replace('tests', 'app').replace('first', 'app')}", content)
    repo.commit("each of them twice")
    found = {place["path"]: one for one in findings(repo, f"{base}..HEAD") for place in one["occurrences"]}
    assert found.keys() == {"z/app/x.py", "z/app/y.py", "tests/y.py"}
    assert found["z/app/y.py"]["severity"] == "medium"


@pytest.mark.skipif(sys.platform == "win32", reason="names")
def test_files_whose_names_no_line_can_hold_have_one_place(repo: Repository) -> None:
    base = repo.commit("base")
    names = [" lead.py", "d\nir/x.py", "new\nline.py", "trail "]
    for name in names:
        repo.write(name, f"k = '{token(name)}'\n")
    repo.commit("odd names")
    found = findings(repo, f"{base}..HEAD")
    assert sorted([place["path"] for place in one["occurrences"]] for one in found) == [[name] for name in names]


def test_a_mark_in_a_later_commit_goes_for_the_earlier(repo: Repository) -> None:
    base = repo.commit("base")
    repo.write("a.py", f'key = "{token()}"\n')
    leak = repo.commit("leak")
    repo.write("a.py", f'key = "{token()}"  # unsealed:allow\n')
    repo.commit("known")
    assert [one["status"] for one in findings(repo, f"{base}..HEAD")] == ["allowed"]
    assert [one["status"] for one in findings(repo, f"{base}..{leak}")] == ["new"]
    repo.git("rm", "-q", "a.py")
    repo.commit("gone")
    assert [one["status"] for one in findings(repo, f"{base}..HEAD")] == ["new"]


def test_an_ignore_that_names_the_commit_counts_in_a_range(repo: Repository) -> None:
    base = repo.commit("base")
    repo.write("a.py", f'key = "{token()}"\n')
    leak = repo.commit("leak")
    repo.write(".gitleaksignore", f"{leak}:a.py:github-pat:1\n")
    assert [one["status"] for one in findings(repo, f"{base}..HEAD")] == ["allowed"]


@pytest.mark.parametrize("left", ["tree:0", "blob:none"])
def test_of_a_partial_clone_what_is_here_is_reported(repo: Repository, tmp_path: Path, left: str) -> None:
    repo.write("a/b.py", "x = 1\n")
    base = repo.commit("base")
    repo.write("a/b.py", f'key = "{token("file")}"\n')
    repo.write("a/c.py", "y = 1\n")
    repo.commit(f"message with {token('message')}")
    repo.write("a/c.py", "y = 2\n")
    repo.commit("last")
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "-q", f"--filter={left}", "--no-local", f"file://{repo.path}", str(tmp_path / "partial"))
    partial = Repository(tmp_path / "partial", repo.environment)
    ran = partial.unsealed("range", f"{base}..HEAD", "-f", "json")
    found = json.loads(ran.out)
    assert ran.code == 3 and "git fetch --refetch --no-filter" in ran.out
    assert sorted(one["path"] for one in found["findings"]) == ["", "a/b.py"]
