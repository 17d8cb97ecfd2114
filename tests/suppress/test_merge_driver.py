"""Git merging baselines: real merges, with and without the driver, and merges that went wrong before."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings

from scanner.commands.baselines.driver import _split, merged
from scanner.model.errors import ConfigError
from scanner.suppress.baseline_file import Baseline, baseline_of, parse_baseline
from scanner.suppress.digest import Digest
from scanner.suppress.entry import DECISIONS, Entry, Key
from scanner.suppress.merge import merge
from tests.conftest import Repository
from tests.suppress.strategies import SALTS, baselines

NAME = ".unsealed.baseline"
SALT = SALTS[0]


def entry(number: int, decision: str = "open", reason: str = "") -> Entry:
    return Entry(key=Key("generic-password", Digest(SALT.id, "s", f"{number:032x}")), decision=decision, reason=reason)


def of(*made: Entry) -> Baseline:
    return baseline_of([SALT], made)


def diverged(repo: Repository, base: bytes | None, ours: bytes, theirs: bytes, name: str = NAME) -> None:
    """Branch ``main`` with ours and ``other`` with theirs, both from base."""
    if base is not None:
        repo.write(name, base)
    repo.commit("base")
    repo.git("checkout", "-q", "-b", "other")
    repo.write(name, theirs)
    repo.commit("theirs")
    repo.git("checkout", "-q", "main")
    repo.write(name, ours)
    repo.commit("ours")


def read(repo: Repository) -> Baseline:
    return parse_baseline((repo.path / NAME).read_bytes(), NAME)


def with_driver(repo: Repository) -> Repository:
    ran = repo.unsealed("baseline", "merge-driver", "--install")
    assert ran.code == 0, ran
    assert (repo.path / ".gitattributes").read_text() == f"{NAME} merge=unsealed-baseline\n"
    return repo


def test_neighbouring_lines_conflict_without_the_driver_and_merge_with_it(repo: Repository) -> None:
    base, ours, theirs = of(entry(1)), of(entry(1), entry(2)), of(entry(1, "false"), entry(3))
    diverged(repo, base.render(), ours.render(), theirs.render())
    assert "CONFLICT" in repo.git("merge", "other", check=False)
    repo.git("merge", "--abort")
    with_driver(repo).commit("driver")
    repo.git("merge", "-q", "--no-edit", "other")
    assert read(repo).entries == of(entry(1, "false"), entry(2), entry(3)).entries


def test_a_rebase_uses_it_too(repo: Repository) -> None:
    with_driver(repo)
    diverged(repo, of(entry(1)).render(), of(entry(1), entry(2)).render(), of(entry(1), entry(3)).render())
    repo.git("rebase", "-q", "other")
    assert read(repo).entries == of(entry(1), entry(2), entry(3)).entries


def test_two_baselines_without_a_common_version_merge(repo: Repository) -> None:
    with_driver(repo)
    other = Entry(key=Key("a", Digest(SALTS[1].id, "f", "1" * 32)))
    diverged(repo, None, of(entry(1)).render(), baseline_of(SALTS[1:2], [other]).render())
    repo.git("merge", "-q", "--no-edit", "other")
    assert len(read(repo)) == 2
    assert len(read(repo).salts) == 2


def test_many_random_merges_through_git(repo: Repository) -> None:
    with_driver(repo).commit("driver")
    chance = random.Random(1)
    for number in range(15):
        base, ours, theirs = (
            of(
                *(
                    entry(n, chance.choice(DECISIONS), chance.choice(["", "a b"]))
                    for n in range(8)
                    if chance.random() < 0.6
                )
            )
            for _ in range(3)
        )
        repo.git("checkout", "-q", "--orphan", f"base{number}")
        repo.write(NAME, base.render())
        repo.commit("base")
        for name, side in (("ours", ours), ("theirs", theirs)):
            repo.git("checkout", "-q", "-B", name, f"base{number}")
            repo.write(NAME, side.render())
            repo.commit(name)
        repo.git("checkout", "-q", "ours")
        repo.git("merge", "-q", "--no-edit", "theirs")
        assert (repo.path / NAME).read_bytes() == merge(base, ours, theirs).render(), number


@settings(max_examples=300, deadline=None)
@given(baselines(), baselines(), baselines())
def test_hundreds_of_random_merges_as_the_driver_does_them(base: Baseline, ours: Baseline, theirs: Baseline) -> None:
    result = merged(base.render(), ours.render(), theirs.render(), name="x")
    assert parse_baseline(result, "x").entries == merge(base, ours, theirs).entries
    assert merged(base.render(), theirs.render(), ours.render(), name="x") == result
    assert merged(base.render(), result, result, name="x") == result


@pytest.mark.parametrize("side", ["ours", "theirs", "base"])
def test_a_side_that_cannot_be_read_is_a_conflict_and_nothing_is_written(repo: Repository, side: str) -> None:
    with_driver(repo)
    contents = {"base": of(entry(1)).render(), "ours": of(entry(2)).render(), "theirs": of(entry(3)).render()}
    contents[side] = contents[side].replace(b"baseline 1", b"baseline 2", 1)
    diverged(repo, contents["base"], contents["ours"], contents["theirs"])
    done = subprocess.run(
        ["git", "merge", "other"], cwd=repo.path, env=dict(repo.environment), capture_output=True, text=True
    )
    assert done.returncode != 0
    assert f"{NAME} ({side}): a newer unsealed wrote format '2'" in done.stderr
    assert (repo.path / NAME).read_bytes() == contents["ours"]


@pytest.mark.parametrize("style", ["merge", "diff3"])
@pytest.mark.parametrize("staged", [True, False])
def test_a_merge_without_the_driver_can_be_settled_afterwards(repo: Repository, style: str, staged: bool) -> None:
    base = of(entry(1), entry(4))
    diverged(repo, base.render(), of(entry(1), entry(2), entry(4)).render(), of(entry(1), entry(3), entry(4)).render())
    repo.git("-c", f"merge.conflictStyle={style}", "merge", "other", check=False)
    assert b"<<<<<<<" in (repo.path / NAME).read_bytes()
    ran = repo.unsealed("scan", ".")
    assert (ran.code, ran.out) in ((0, ran.out), (2, ""))
    if not staged:
        repo.git("add", NAME)
    ran = repo.unsealed("baseline", "merge-driver", "--resolve")
    assert ran.code == 0, ran
    assert read(repo).entries == of(entry(1), entry(2), entry(3), entry(4)).entries


def test_marks_that_do_not_pair_up_are_an_error() -> None:
    with pytest.raises(ConfigError, match="do not pair up"):
        _split(b"a\n<<<<<<< x\nb\n=======\nc\n", "x")


def test_install_keeps_what_is_there_and_remove_takes_only_ours_away(repo: Repository) -> None:
    repo.write(".gitattributes", "*.png binary")
    repo.write(".secrets.baseline", "{}")
    assert repo.unsealed("baseline", "merge-driver", "--install").code == 0
    assert repo.unsealed("baseline", "merge-driver", "--install").code == 0
    attributes = (repo.path / ".gitattributes").read_text()
    assert attributes == f"*.png binary\n{NAME} merge=unsealed-baseline\n.secrets.baseline merge=unsealed-baseline\n"
    assert "merge-driver %O %A %B %P" in repo.git("config", "merge.unsealed-baseline.driver")
    assert repo.unsealed("baseline", "merge-driver", "--remove").code == 0
    assert (repo.path / ".gitattributes").read_text() == "*.png binary\n"
    assert repo.git("config", "merge.unsealed-baseline.driver", check=False) == ""


def test_print_changes_nothing(repo: Repository) -> None:
    ran = repo.unsealed("baseline", "merge-driver", "--print")
    assert f"{NAME} merge=unsealed-baseline" in ran.out
    assert "git config merge.unsealed-baseline.driver" in ran.out
    assert not (repo.path / ".gitattributes").exists()


def test_without_files_or_outside_a_repository_it_says_what_it_wants(repo: Repository, tmp_path: Path) -> None:
    assert "--install" in repo.unsealed("baseline", "merge-driver").err
    outside = tmp_path / "outside"
    outside.mkdir()
    assert Repository(outside, repo.environment).unsealed("baseline", "merge-driver", "--install").code == 2


def their_scan(repo: Repository) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "detect_secrets", "scan"], cwd=repo.path, capture_output=True, check=True
    )
    return done.stdout


def test_it_merges_the_baseline_of_detect_secrets_as_well(repo: Repository) -> None:
    repo.write(".secrets.baseline", "{}")
    with_foreign = repo.unsealed("baseline", "merge-driver", "--install")
    assert with_foreign.code == 0
    (repo.path / ".secrets.baseline").unlink()
    repo.write("a.py", 'password = "kV7mq9Lw2xT4"\n')
    repo.commit()
    base = their_scan(repo)
    repo.write("a.py", '\n\n\npassword = "kV7mq9Lw2xT4"\nsecret = "Zq81kX72mm"\n')
    ours = their_scan(repo).replace(b'"generated_at": "20', b'"generated_at": "21')
    repo.write("a.py", 'password = "kV7mq9Lw2xT4"\n\nsecret = "pW44rTz0Lq"\n')
    theirs = their_scan(repo).replace(b'"is_verified": false', b'"is_verified": false,\n        "is_secret": false', 1)
    diverged(repo, base, ours, theirs, ".secrets.baseline")
    repo.git("merge", "-q", "--no-edit", "other")
    document = json.loads((repo.path / ".secrets.baseline").read_bytes())
    assert [entry["line_number"] for entry in document["results"]["a.py"]] == [3, 4, 5]
    assert [entry.get("is_secret") for entry in document["results"]["a.py"]] == [None, False, None]
    assert document["generated_at"].startswith("21")
    assert document["plugins_used"] == json.loads(base)["plugins_used"]
    assert re.search(rb'^  "results": \{$', (repo.path / ".secrets.baseline").read_bytes(), re.MULTILINE)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"results": {}}'])
def test_a_damaged_side_of_it_is_a_conflict(damage: bytes) -> None:
    whole = json.dumps({"version": "1.5.0", "plugins_used": [], "results": {}}).encode()
    with pytest.raises(ConfigError):
        merged(whole, whole, damage, name="x")
