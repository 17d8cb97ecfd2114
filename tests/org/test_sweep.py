"""Sweeps as their user sees them: what is found, what is new, what is not scanned twice."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scanner.model.result import Skipped
from scanner.org.targets import Filters, repositories
from tests.conftest import Repository, token
from tests.org.conftest import fork, leak, unsealed_org

Make = Callable[[str], Repository]


def answered(environment: dict[str, str], *arguments: str) -> Any:
    return json.loads(unsealed_org(environment, *arguments).stdout)


def test_one_secret_in_three_repositories_is_one_finding(
    make: Make, tmp_path: Path, clean_environment: dict[str, str], store_url: str
) -> None:
    for name in ("a/one", "a/two", "b/three"):
        leak(make(name), "shared")
    leak(make("b/four"), "own")
    ran = unsealed_org(clean_environment, str(tmp_path / "clones"), "--store", store_url, "--no-progress")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert token("shared") not in ran.stdout + ran.stderr
    rows = answered(clean_environment, "secrets", "--store", store_url, "--json")
    assert sorted(row["repositories"] for row in rows) == [["a/one", "a/two", "b/three"], ["b/four"]]
    assert all(row["in_head"] == len(row["repositories"]) for row in rows)


def test_second_sweep_scans_only_what_is_new(
    make: Make, tmp_path: Path, clean_environment: dict[str, str], store_url: str
) -> None:
    first, second = make("one"), make("two")
    leak(first, "a")
    leak(second, "b")
    target = (str(tmp_path / "clones"), "--store", store_url, "--no-progress", "--workers", "1", "-f", "json")
    assert unsealed_org(clean_environment, *target).returncode == 1
    quiet = unsealed_org(clean_environment, *target)
    assert quiet.returncode == 0 and json.loads(quiet.stdout)["findings"] == []
    leak(first, "c", "more.py")
    first.git("rm", "-q", "conf.py")
    first.commit("take it away")
    third = unsealed_org(clean_environment, *target)
    assert third.returncode == 1
    (new,) = json.loads(third.stdout)["findings"]
    assert new["path"] == "more.py"
    status = answered(clean_environment, "status", "--store", store_url, "--json")
    assert status["sweeps"][0]["states"] == {"scanned": 1, "unchanged": 1}
    # Two commits with their messages, and one file: not the four texts that were there.
    assert status["sweeps"][0]["texts"] == 3
    heads = {
        row["repositories"][0]: 0 for row in answered(clean_environment, "secrets", "--store", store_url, "--json")
    }
    for row in answered(clean_environment, "secrets", "--store", store_url, "--json"):
        heads[row["repositories"][0]] += row["in_head"]
    assert heads == {"one": 1, "two": 1}, "what was removed is in HEAD no more"


def test_forks_share_what_was_scanned(make: Make, tmp_path: Path, clean_environment: dict[str, str]) -> None:
    origin = make("a-origin")
    for number in range(5):
        leak(origin, f"s{number}", f"file{number}.py")
    copy = fork(origin, tmp_path / "clones" / "b-fork")
    leak(copy, "fork only", "fork.py")
    store = str(tmp_path / "s.db")
    unsealed_org(clean_environment, str(tmp_path / "clones"), "--store", store, "-q", "--workers", "1")
    rows = answered(clean_environment, "secrets", "--store", store, "--json")
    assert sorted(tuple(row["repositories"]) for row in rows) == [("a-origin", "b-fork")] * 5 + [("b-fork",)]
    status = answered(clean_environment, "status", "--store", store, "--json")
    texts = 12
    again_because_they_hold_secrets = 5
    assert texts <= status["sweeps"][0]["texts"] <= texts + again_because_they_hold_secrets


def test_what_cannot_be_scanned_is_said_and_stops_nothing(
    make: Make, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    leak(make("good"), "a")
    damaged = make("damaged")
    leak(damaged, "b")
    blob = damaged.git("rev-parse", "HEAD:conf.py").strip()
    (damaged.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    make("empty")
    (tmp_path / "clones" / "nothing" / ".git").mkdir(parents=True)
    store = str(tmp_path / "s.db")
    ran = unsealed_org(clean_environment, str(tmp_path / "clones"), "--store", store, "--no-progress")
    assert ran.returncode == 3
    status = answered(clean_environment, "status", "--store", store, "--json")
    assert status["sweeps"][0]["states"] == {"failed": 1, "incomplete": 1, "scanned": 2}
    assert {gap["what"].split(":")[0] for gap in status["not_scanned"]} == {"damaged", "nothing"}
    assert unsealed_org(clean_environment, "status", "--store", store).returncode == 3
    # Nothing was marked as known: the next sweep says so again.
    assert unsealed_org(clean_environment, str(tmp_path / "clones"), "--store", store, "-q").returncode == 3


def test_triage_moves_a_secret_and_measures_rotation(
    make: Make, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    leak(make("one"), "a")
    store = ("--store", str(tmp_path / "s.db"))
    unsealed_org(clean_environment, str(tmp_path / "clones"), *store, "-q")
    (row,) = answered(clean_environment, "secrets", *store, "--json")
    short = row["fingerprint"][:10]
    assert unsealed_org(clean_environment, "triage", short, "accepted", *store).returncode == 2
    assert unsealed_org(clean_environment, "triage", short, "rotating", "--owner", "team-x", *store).returncode == 0
    assert unsealed_org(clean_environment, "findings", *store).returncode == 1
    assert unsealed_org(clean_environment, "triage", short, "rotated", *store).returncode == 0
    assert unsealed_org(clean_environment, "findings", *store).returncode == 0
    status = answered(clean_environment, "status", *store, "--json")
    assert status["secrets"] == {"rotated": 1} and status["mean_days_to_rotate"] < 1
    leak(make("one"), "b", "more.py")
    unsealed_org(clean_environment, str(tmp_path / "clones"), *store, "-q")
    page = unsealed_org(clean_environment, "export", *store, "-f", "html")
    assert "<html" in page.stdout and token("a") not in page.stdout
    trend = re.sub(r"<[^>]*>+", " ", page.stdout[page.stdout.index('id="trend"') :].partition("</table>")[0]).split()
    # The day, repositories, new and open secrets: the second was new when the first was rotated already.
    assert trend[-8:] == [trend[-8], "1", "1", "1", trend[-4], "1", "1", "1"]


def test_another_key_is_refused(make: Make, tmp_path: Path, clean_environment: dict[str, str]) -> None:
    leak(make("one"), "a")
    arguments = (str(tmp_path / "clones"), "--store", str(tmp_path / "s.db"), "-q")
    assert unsealed_org(clean_environment, *arguments).returncode == 1
    assert unsealed_org(clean_environment, *arguments, UNSEALED_KEY="0123456789abcdef0").returncode == 2


def test_a_baseline_that_is_not_there_is_told_before_anything_is_scanned(
    make: Make, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    leak(make("one"), "a")
    store = ("--store", str(tmp_path / "s.db"))
    ran = unsealed_org(clean_environment, str(tmp_path / "clones"), *store, "--baseline", str(tmp_path / "none"))
    assert ran.returncode == 2 and "no such file" in ran.stderr and not (tmp_path / "s.db").exists()


def test_a_misspelt_target_makes_no_store(tmp_path: Path, clean_environment: dict[str, str]) -> None:
    store = tmp_path / "store.db"
    ran = unsealed_org(clean_environment, str(tmp_path), str(tmp_path / "clnoes"), "--store", str(store))
    assert ran.returncode == 2
    assert "clnoes: there is no such folder or file" in ran.stderr
    assert not store.exists()


def test_repositories_many_folders_below_are_found_and_what_cannot_be_listed_is_said(tmp_path: Path) -> None:
    for name in ("a", "b/c/d/e/f/g"):
        (tmp_path / name / ".git").mkdir(parents=True)
    found = [one if isinstance(one, Skipped) else one.name for one in repositories(str(tmp_path), Filters())]
    assert found == ["a", "b/c/d/e/f/g"]
    if os.geteuid():
        (tmp_path / "b/c").chmod(0)
        found = [one if isinstance(one, Skipped) else one.name for one in repositories(str(tmp_path), Filters())]
        (tmp_path / "b/c").chmod(0o700)
        assert found == ["a", Skipped(str(tmp_path / "b/c"), "cannot be listed: Permission denied")]
