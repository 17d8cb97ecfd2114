"""``unsealed report`` as its user sees it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.commands.report import guide_for
from scanner.commands.reporting import known_rules
from scanner.model.result import Skipped
from tests.conftest import Ran, token, unsealed
from tests.report.samples import FIRST, SECOND, result, written
from tests.report.test_no_raw_secret import gitleaks_entry


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.json").write_text(written("json", result(FIRST)))
    (tmp_path / "two.jsonl").write_text(written("jsonl", result(FIRST, SECOND)))
    return tmp_path


def report(folder: Path, environment: dict[str, str], *arguments: str, data: bytes | None = None) -> Ran:
    return unsealed("report", *arguments, cwd=folder, environment=environment, data=data)


def test_results_are_merged_and_converted(folder: Path, clean_environment: dict[str, str]) -> None:
    ran = report(
        folder, clean_environment, "one.json", "two.jsonl", "-f", "json", "-f", "sarif=out.sarif", "-f", "html=out.html"
    )
    assert (ran.code, ran.err) == (0, "")
    assert [one["fingerprint"] for one in json.loads(ran.out)["findings"]] == [FIRST.fingerprint, SECOND.fingerprint]
    assert len(json.loads((folder / "out.sarif").read_text())["runs"][0]["results"]) == 2
    assert "<!DOCTYPE html>" in (folder / "out.html").read_text()


def test_the_standard_input_can_be_read(folder: Path, clean_environment: dict[str, str]) -> None:
    ran = report(folder, clean_environment, "-", "-f", "jsonl", data=(folder / "one.json").read_bytes())
    assert ran.code == 0 and json.loads(ran.out)["path"] == "deploy/config.yml"


def test_users_of_other_scanners_get_our_guides(folder: Path, clean_environment: dict[str, str]) -> None:
    entry = gitleaks_entry(token(), f"key: {token()}") | {"RuleID": "github-pat", "Description": "GitHub token found."}
    (folder / "leaks.json").write_text(json.dumps([entry]))
    ran = report(folder, clean_environment, "leaks.json")
    assert ran.code == 0 and "Rotate: GitHub token found" in ran.out and "  1. " in ran.out
    assert token() not in ran.out and "ghp_***(40 chars)" in ran.out
    kept = report(folder, clean_environment, "leaks.json", "--show-secrets", "-f", "jsonl")
    assert json.loads(kept.out)["secret"] == token()


@pytest.mark.parametrize(
    ("rule", "guide"),
    [("github-pat", "github"), ("slack-bot-token", "slack"), ("StripeLive", "stripe"), ("who-knows", "generic")],
)
def test_guides_are_found_by_name(rule: str, guide: str) -> None:
    assert guide_for(rule, known_rules()).startswith(guide)


def test_a_comparison_tells_what_changed_and_fails_on_new_ones(folder: Path, clean_environment: dict[str, str]) -> None:
    ran = report(folder, clean_environment, "--diff", "one.json", "two.jsonl")
    assert ran.code == 1
    assert "Unsealed Kubernetes Secret" in ran.out and "GitHub personal access token" not in ran.out
    assert ran.out.rstrip().endswith("1 new, 0 gone, 1 unchanged")
    back = report(folder, clean_environment, "--diff", "two.jsonl", "one.json")
    assert back.code == 0 and "gone" in back.out and back.out.rstrip().endswith("0 new, 1 gone, 1 unchanged")
    statuses = report(folder, clean_environment, "--diff", "two.jsonl", "one.json", "-f", "jsonl").out.splitlines()
    assert [json.loads(line)["status"] for line in statuses] == ["unchanged", "gone"]


def test_a_comparison_with_an_incomplete_scan_is_never_green(folder: Path, clean_environment: dict[str, str]) -> None:
    (folder / "part.json").write_text(written("json", result(skipped=(Skipped("x", "y"),))))
    assert report(folder, clean_environment, "--diff", "one.json", "part.json").code == 3


def test_what_cannot_be_read_is_one_line_and_code_2(folder: Path, clean_environment: dict[str, str]) -> None:
    (folder / "bad").write_text("x\n")
    for arguments in (["bad"], ["none.json"], [], ["--diff", "one.json", "bad"], ["one.json", "-f", "nope"]):
        ran = report(folder, clean_environment, *arguments)
        assert ran.code == 2 and len(ran.err.splitlines()) == 1 and ran.out == "", arguments


def test_severity_leaves_out_and_the_schema_is_printed(folder: Path, clean_environment: dict[str, str]) -> None:
    ran = report(folder, clean_environment, "two.jsonl", "--severity", "high", "-f", "jsonl")
    assert len(ran.out.splitlines()) == 1
    assert json.loads(report(folder, clean_environment, "--schema").out)["title"] == "Findings of unsealed"


def test_long_lists_can_be_grouped_and_cut(folder: Path, clean_environment: dict[str, str]) -> None:
    many = result(*(replace(FIRST, fingerprint=f"{number:032x}", path=f"d{number % 3}") for number in range(100)))
    (folder / "many.json").write_text(written("json", many))
    assert "    34  d0  (34 critical)" in report(folder, clean_environment, "many.json", "--group-by", "path").out
    assert "... and 93 more." in report(folder, clean_environment, "many.json", "--limit", "7").out


def test_a_scan_writes_every_format_at_once(tmp_path: Path, clean_environment: dict[str, str]) -> None:
    (tmp_path / "a.env").write_text(f"GITHUB_TOKEN={token()}\n")
    ran = unsealed(
        "scan", "a.env", "-f", "text", "-f", "sarif=a.sarif", "-f", "gitlab=g.json", "-f", "markdown=m.md",
        cwd=tmp_path, environment=clean_environment,
    )  # fmt: skip
    assert ran.code == 1 and "Rotate:" in ran.out
    for name in ("a.sarif", "g.json", "m.md"):
        text = (tmp_path / name).read_text()
        assert "ghp_***(40 chars)" in text and token() not in text
