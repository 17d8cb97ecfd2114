"""One finding a secret: the commit that first brought it, every other place, and what of history is asked for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from scanner.ruleset.examples import fill
from tests.conftest import Repository, make_repository, token
from tests.pipeline.families import code
from tests.pipeline.histories import Commit, imported, swept

pytestmark = pytest.mark.usefixtures("here")
KEY = f'key = "{token()}"\n'
OTHER = f'key = "{token("other")}"\n'
START = 1_700_000_000


def ids(repo: Repository, *revisions: str) -> list[str]:
    return repo.git("rev-list", "--reverse", "--topo-order", *(revisions or ("--all",))).split()


def test_the_first_commit_and_all_places(repo: Repository) -> None:
    imported(
        repo,
        [
            Commit({"a.py": b"one\ntwo\n"}),
            Commit({"a.py": b"one\n" + KEY.encode() + b"two\n"}),
            Commit({"b/c.py": b"x\ny\nz\n" + KEY.encode()}),
            Commit({"a.py": b"one\ntwo\n"}),
        ],
    )
    names = ids(repo)
    found = swept(repo).only
    assert (found["commit"], found["path"], found["line"]) == (names[1], "a.py", 2)
    assert found["author"] == "Ada <ada@example.org>"
    assert datetime.fromisoformat(found["date"]).timestamp() == START + 2
    assert [(one["commit"], one["path"], one["line"]) for one in found["occurrences"]] == [
        (names[1], "a.py", 2),
        (names[2], "b/c.py", 4),
    ]
    assert found["in_head"] is True
    assert found["refs"] == ["main"]
    assert token() not in str(found)


def test_what_head_no_longer_has(repo: Repository) -> None:
    imported(repo, [Commit({"a.py": KEY.encode()}), Commit({"a.py": None, "b.py": b"x\n"})])
    found = swept(repo).only
    assert found["in_head"] is False
    assert found.get("refs", []) == []


def test_a_message_is_called_one(repo: Repository) -> None:
    commit = repo.commit(f"the key is {token()}")
    other = repo.commit(f"again: {token()}")
    for form in ("text", "markdown", "junit"):
        ran = repo.unsealed("history", "-f", form)
        assert f"(message of {commit[:10]}):1" in ran.out, form
    assert f"also in (message of {other[:10]}):1" in repo.unsealed("history").out


def test_branches_and_tags_that_have_it(repo: Repository) -> None:
    imported(
        repo,
        [
            Commit({"a.py": b"x\n"}),
            Commit({"b.py": KEY.encode()}, branch="side", parents=[1]),
            Commit({"a.py": b"y\n"}, parents=[1]),
        ],
    )
    repo.git("tag", "v1", "side")
    repo.git("tag", "-a", "-m", "release", "v2", "side")
    found = swept(repo).only
    assert found["in_head"] is False
    assert found["refs"] == ["side", "tags/v1", "tags/v2"]


def test_what_head_has_is_told_where_only_a_branch_is_asked_for(repo: Repository) -> None:
    """It is there in the same file, in another, and only in the branch."""
    moved, left = (f'key = "{token(name)}"\n'.encode() for name in ("moved", "left"))
    imported(
        repo,
        [
            Commit({"a.py": b"x\n"}),
            Commit({"b.py": KEY.encode(), "c.py": moved, "d.py": left}, branch="side", parents=[1]),
            Commit({"b.py": KEY.encode(), "other/c.py": b"# changed\n" + moved}, parents=[1, 2]),
        ],
    )
    repo.git("reset", "-q", "--hard")
    for asked in (("--branch", "side"), ("--branch", "side", "--since", "main~1")):
        found = {one["path"]: one for one in swept(repo, *asked).findings}
        assert {path: one["in_head"] for path, one in found.items()} == {"b.py": True, "c.py": True, "d.py": False}
        assert [one["path"] for one in found["c.py"]["occurrences"]] == ["c.py"]
    found = {one["path"]: one["in_head"] for one in swept(repo, "--path", "c.py", "--path", "d.py").findings}
    assert found == {"c.py": True, "d.py": False}


def test_only_a_merge_brings_it(repo: Repository) -> None:
    imported(
        repo,
        [
            Commit({"a.py": b"a\n"}),
            Commit({"b.py": b"b\n"}, branch="side", parents=[1]),
            Commit({"c.py": b"c\n"}, parents=[1]),
            Commit({"b.py": b"b\n", "a.py": b"a\n" + KEY.encode()}, parents=[3, 2]),
        ],
    )
    found = swept(repo).only
    assert (found["commit"], found["path"], found["line"]) == (repo.git("rev-parse", "main").strip(), "a.py", 2)


def test_a_merge_of_a_branch_names_the_branchs_commit(repo: Repository) -> None:
    imported(
        repo,
        [
            Commit({"a.py": b"a\n"}),
            Commit({"b.py": KEY.encode()}, branch="side", parents=[1]),
            Commit({"c.py": b"c\n"}, parents=[1]),
            Commit({"b.py": KEY.encode()}, parents=[3, 2]),
        ],
    )
    assert swept(repo).only["commit"] == repo.git("rev-parse", "side").strip()


def test_a_renamed_file(repo: Repository) -> None:
    body = b"".join(b"line %d\n" % at for at in range(30)) + KEY.encode()
    imported(repo, [Commit({"old.py": body}), Commit({"old.py": None, "new/name.py": body})])
    names = ids(repo)
    found = swept(repo).only
    assert (found["commit"], found["path"], found["line"]) == (names[0], "old.py", 31)
    assert [(one["commit"], one["path"]) for one in found["occurrences"]] == [
        (names[0], "old.py"), (names[1], "new/name.py"),
    ]  # fmt: skip
    assert found["in_head"] is True


def test_a_renamed_folder(repo: Repository) -> None:
    """The file's own tree is the same object in both commits."""
    repo.write("old/deep/a.py", KEY)
    repo.write("b.py", "x\n")
    first = repo.commit("first")
    repo.git("mv", "old", "new")
    second = repo.commit("second")
    found = swept(repo).only
    assert [(one["commit"], one["path"]) for one in found["occurrences"]] == [
        (first, "old/deep/a.py"), (second, "new/deep/a.py"),
    ]  # fmt: skip
    assert found["in_head"] is True


def test_no_attribute_hides_a_file(repo: Repository) -> None:
    repo.write(".gitattributes", "*.lock -diff\n*.bin binary\n*.gen export-ignore\n")
    for number, name in enumerate(("a.lock", "b.bin", "c.gen")):
        repo.write(name, f'key = "{token(f"attribute{number}")}"\n')
    repo.commit("hidden")
    repo.git("rm", "-q", "*.lock", "*.bin", "*.gen")
    repo.commit("gone")
    assert [one["path"] for one in swept(repo).findings] == ["a.lock", "b.bin", "c.gen"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_other_encodings(repo: Repository, encoding: str) -> None:
    before = "".join(f"line = {at}\n" for at in range(40))
    imported(
        repo,
        [Commit({"a.ps1": before.encode(encoding)}), Commit({"a.ps1": (before + KEY).encode(encoding)})],
    )
    repo.git("repack", "-adfq")
    found = swept(repo).only
    assert (found["commit"], found["line"]) == (ids(repo)[1], 41)


def test_messages_of_commits_and_tags(repo: Repository) -> None:
    imported(repo, [Commit({"a.py": b"x\n"}, message=f"use\n\n{KEY}"), Commit({"a.py": b"y\n"})])
    repo.git("tag", "-a", "-m", f"release {OTHER}", "v1")
    by_commit = {one["commit"]: one for one in swept(repo).findings}
    assert set(by_commit) == {ids(repo)[0], repo.git("rev-parse", "v1").strip()}
    assert {one["path"] for one in by_commit.values()} == {""}
    assert by_commit[ids(repo)[0]]["line"] == 3


def test_notes_say_that_they_are(repo: Repository) -> None:
    commit = repo.commit("first")
    repo.git("notes", "add", "-m", KEY, commit)
    assert "notes" in swept(repo).only["path"]


def test_a_tagged_blob(repo: Repository) -> None:
    repo.commit("first")
    blob = repo.git("hash-object", "-w", "--stdin", data=KEY.encode()).strip()
    assert swept(repo).findings == []
    repo.git("tag", "key", blob)
    assert swept(repo).only["refs"] == ["tags/key"]


@pytest.mark.parametrize("packed", [False, True])
def test_what_no_ref_leads_to(repo: Repository, packed: bool) -> None:
    repo.write("a.py", KEY)
    amended = repo.commit("secret")
    repo.write("a.py", "key = None\n")
    repo.git("commit", "-q", "-a", "--amend", "-m", "clean")
    repo.write("a.py", OTHER)
    repo.git("stash", "-q")
    repo.git("stash", "drop", "-q")
    repo.git("hash-object", "-w", "--stdin", data=f'key = "{token("dangling")}"\n'.encode())
    if packed:
        # Git keeps loose what nothing leads to, so a ref is put on it for the time of packing.
        for number, name in enumerate(repo.git("fsck", "--lost-found", "--no-reflogs").split()[2::3]):
            repo.git("tag", f"t{number}", name)
        repo.git("repack", "-adq")
        repo.git("tag", "-d", *repo.git("tag").split())
    assert swept(repo).findings == []
    found = swept(repo, "--unreachable").findings
    assert len(found) == 3
    assert amended in {one.get("commit") for one in found}
    assert not any(one["in_head"] for one in found)


def parted(repo: Repository) -> tuple[str, str]:
    """Secrets in the first commit, in a second, and in one beside it on another branch; the first two's names."""
    imported(
        repo,
        [
            Commit({"src/a.py": KEY.encode(), "x.py": b"x\n"}),
            Commit({"docs/b.py": OTHER.encode()}),
            Commit({"srcs.py": f'key = "{token("side")}"\n'.encode()}, branch="side", parents=[1]),
        ],
    )
    first, second = ids(repo, "main")
    return first, second


def paths(repo: Repository, *arguments: str) -> set[str]:
    return {one["path"] for one in swept(repo, *arguments).findings}


def test_branches_and_paths(repo: Repository) -> None:
    parted(repo)
    assert paths(repo) == {"src/a.py", "docs/b.py", "srcs.py"}
    assert paths(repo, "--branch", "main") == {"src/a.py", "docs/b.py"}
    assert paths(repo, "--branch", "main", "--branch", "side") == paths(repo)
    assert paths(repo, "--path", "src") == {"src/a.py"}
    assert paths(repo, "--path", "src/", "--path", "docs/b.py") == {"src/a.py", "docs/b.py"}


@pytest.mark.parametrize("path", ["", ".", "scr", "src/b.py", "../src", "/src"])
def test_a_path_that_no_commit_has_is_not_green(repo: Repository, path: str) -> None:
    parted(repo)
    ran = repo.unsealed("history", "--path", path)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)


def test_paths_count_from_the_root_of_the_repository(repo: Repository) -> None:
    parted(repo)
    (repo.path / "below").mkdir()
    assert repo.unsealed("history", "below", "--path", "./src/a.py").code == 1
    assert repo.unsealed("history", "--path", "srcs.py", "--branch", "side").code == 1
    assert repo.unsealed("history", "--path", "srcs.py", "--branch", "main").code == 2


def test_since_leaves_out_what_was_there(repo: Repository) -> None:
    first, second = parted(repo)
    assert paths(repo, "--since", first) == {"docs/b.py", "srcs.py"}
    assert paths(repo, "--since", second) == {"srcs.py"}
    assert paths(repo, "--branch", "side", "--since", first) == {"srcs.py"}
    assert paths(repo, "--since", "side", "--since", "main") == set()


def test_a_limit_that_leaves_no_commit_is_told(repo: Repository) -> None:
    repo.write("a.py", f'key = "{token()}"\n')
    repo.commit("first")
    assert "no commit is within --since" in repo.unsealed("history", ".", "--since", "HEAD").out
    assert "no commit is within" not in repo.unsealed("history", ".").out


def test_since_finds_what_is_new(repo: Repository) -> None:
    first, second = parted(repo)
    found = {one["path"]: one["commit"] for one in swept(repo, "--since", first).findings}
    assert found["docs/b.py"] == second
    assert "srcs.py" in found


def test_from_a_bare_clone_a_work_tree_and_below(repo: Repository, tmp_path: Path) -> None:
    repo.write("sub/a.py", KEY)
    commit = repo.commit("secret")
    repo.git("clone", "-q", "--bare", str(repo.path), str(tmp_path / "bare.git"))
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "tree"))
    tree = Repository(tmp_path / "tree", repo.environment)
    tree.write("b.py", OTHER)
    detached = tree.commit("only here")
    for where in (tmp_path / "bare.git", repo.path / "sub"):
        assert commit in {one["commit"] for one in swept(repo, str(where)).findings}
    # A commit that only another work tree stands on is reachable: git keeps it.
    for where in (tree.path, repo.path):
        assert {one["commit"] for one in swept(repo, str(where)).findings} == {commit, detached}


def test_a_submodule(repo: Repository, tmp_path: Path) -> None:
    inner = make_repository(tmp_path / "inner", repo.environment)
    inner.write("a.py", KEY)
    inner.commit("secret")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.path), "lib")
    repo.commit("with a submodule")
    assert swept(repo).findings == []
    assert swept(repo, str(repo.path / "lib")).only["path"] == "a.py"


def test_replacements_neither_hide_nor_invent(repo: Repository) -> None:
    imported(repo, [Commit({"a.py": KEY.encode()}), Commit({"a.py": b"x\n"}), Commit({"a.py": b"y\n"})])
    names = ids(repo)
    before = swept(repo).findings
    repo.git("replace", "--graft", names[1])  # its parent vanishes from what git log shows
    repo.git("replace", repo.git("rev-parse", f"{names[0]}:a.py").strip(),
             repo.git("hash-object", "-w", "--stdin", data=b"nothing\n").strip())  # fmt: skip
    assert "ghp" not in repo.git("show", f"{names[0]}:a.py")
    after = swept(repo)
    assert [(one["commit"], one["path"], one["fingerprint"]) for one in after.findings] == [
        (one["commit"], one["path"], one["fingerprint"]) for one in before
    ]
    repo.write(".git/info/grafts", f"{names[2]}\n")
    assert [one["commit"] for one in swept(repo).findings] == [names[0]]


def test_several_workers_give_the_same(repo: Repository) -> None:
    imported(
        repo,
        [Commit({f"f{at % 7}.py": f'{"x = 1" * at}\nkey = "{token(str(at % 9))}"\n'.encode()}) for at in range(40)],
    )
    one, two = swept(repo, "--workers", "1"), swept(repo, "--workers", "3")
    assert len(one.findings) == 9
    assert one.findings == two.findings


def test_odd_paths(repo: Repository) -> None:
    names = ["a b.py", "ü/ñ.py", "-x.py", "tab\there.py"]
    for number, name in enumerate(names):
        repo.write(name, f'key = "{token(f"path{number}")}"\n')
    repo.commit("odd")
    assert len(swept(repo).findings) == len(names)
    assert {"a b.py", "ü/ñ.py", "-x.py"} <= {one["path"] for one in swept(repo).findings}


def test_a_mode_change_a_link_and_an_empty_file(repo: Repository) -> None:
    repo.write("a.sh", KEY)
    first = repo.commit("first")
    (repo.path / "a.sh").chmod(0o755)
    (repo.path / "link").symlink_to(f"/x?key={token('link')}")
    repo.write("empty", "")
    second = repo.commit("second")
    by_commit = {one["commit"]: one["path"] for one in swept(repo).findings}
    assert by_commit == {first: "a.sh", second: "link"}


def test_what_stands_near_fresh_lines_is_found_once(repo: Repository) -> None:
    """Of the rules that find the secret, one looks a line further than what is read anew, and says less."""
    block = [
        "const (", '\tcookieName   = "_cookie"', fill('\tcookieSecret = "<<%A32>>"', "near"),
        '\tcookieDomain = "o2p.cookies.test"', '\tcookiePath   = "/cookie-tests"', "",
    ]  # fmt: skip
    end = ["\tnowEpoch = 1609366421", ")", "", *code(1, 60)]
    added = ['\tSameSiteLax    = "lax"', '\tSameSiteStrict = "strict"', '\tSameSiteNone   = "none"', ""]
    versions = ["\n".join([*block, *end]), "\n".join([*block, *added, *end])]
    imported(repo, [Commit({"a_test.go": text.encode()}) for text in versions])
    repo.git("repack", "-adfq")
    assert swept(repo).only["rule"] == "generic-secret"


def test_secrets_of_one_long_line_are_told_apart_by_their_place_in_each_version(repo: Repository) -> None:
    """What is inherited stands at another column than where it was found, and there may stand another secret now."""
    filler = " ".join(f"word{number}" for number in range(6000))
    before = f"{filler} key='{token('old')}' {filler}\n"
    after = f"{filler[::-1]} key='{token('new')}' {filler[::-1]} {before}"
    imported(repo, [Commit({"a.js": before.encode()}), Commit({"a.js": after.encode()})])
    assert [one["in_head"] for one in swept(repo).findings] == [True, True]
