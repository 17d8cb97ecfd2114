"""GitLab, JUnit, CSV, GitHub annotations, Markdown."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as xml
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from markdown_it import MarkdownIt

from scanner.model.levels import Severity
from scanner.model.result import Skipped
from scanner.report.csvs import cell_text
from scanner.report.github import write_summary
from tests.report.samples import FIRST, HOSTILE, SECOND, hostile, options, result, written

GITLAB = Draft7Validator(json.loads((Path(__file__).parent / "data" / "gitlab-secret-detection.json").read_text()))


def test_gitlab_reports_are_of_the_format() -> None:
    for scan in (result(), result(FIRST, SECOND), result(*hostile(), skipped=(Skipped("a", "b"),))):
        report = json.loads(written("gitlab", scan))
        assert not [error.message[:200] for error in GITLAB.iter_errors(report)]
    long = options(advice=lambda finding: {"steps": ["x" * 9000], "guide": "g", "summary": "", "links": ["ftp:no"]})
    GITLAB.validate(json.loads(written("gitlab", result(replace(FIRST, title="t" * 300)), long)))


def test_gitlab_gets_the_commit_the_guide_and_the_places() -> None:
    one, two = json.loads(written("gitlab", result(FIRST, SECOND)))["vulnerabilities"]
    assert one["location"]["commit"]["sha"] == FIRST.origin.commit and one["location"]["start_line"] == 12
    assert two["location"]["commit"]["sha"] == "0000000"
    assert one["solution"].startswith("Replace it\n1. Make a new one")
    assert len(one["details"]["places"]["items"]) == 2
    assert one["severity"] == "Critical"


def test_gitlab_leaves_out_what_is_accepted_and_fails_when_incomplete() -> None:
    known = replace(FIRST, status="baseline")
    report = json.loads(written("gitlab", result(known, skipped=(Skipped("a", "b"),))))
    assert report["vulnerabilities"] == [] and report["scan"]["status"] == "failure"
    assert report["scan"]["end_time"] == "2025-06-15T15:06:40"


def test_junit_counts_are_right_and_any_name_is_well_formed_xml() -> None:
    known = replace(SECOND, status="baseline", status_reason="accepted")
    scan = result(FIRST, known, *hostile(), skipped=(Skipped("big", "too large"),))
    suite = xml.fromstring(written("junit", scan))[0]
    assert suite.get("tests") == str(len(suite)) == str(2 + len(HOSTILE) + 1)
    assert suite.get("failures") == str(len(suite.findall(".//failure")))
    assert suite.get("skipped") == "1" == str(len(suite.findall(".//skipped")))
    assert suite.get("errors") == "1" == str(len(suite.findall(".//error")))
    assert "Revoke the old one." in (suite.find(".//failure").text or "")  # type: ignore[union-attr]


def test_junit_of_a_clean_scan_is_one_passed_test() -> None:
    suite = xml.fromstring(written("junit", result()))[0]
    assert len(suite) == 1 and len(suite[0]) == 0


def test_csv_has_one_row_a_finding_and_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(written("csv", result(FIRST, *hostile())))))
    assert len(rows) == 2 + len(HOSTILE) and len({len(row) for row in rows}) == 1
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["severity"], first["line"], first["places"], first["in_head"]) == ("critical", "12", "2", "yes")
    for row in rows[1:]:
        assert not [cell for cell in row if cell.lstrip()[:1] in ("=", "+", "-", "@")]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1", "\uff1d1", "|calc"])
def test_formulas_become_text(cell: str) -> None:
    assert cell_text(cell).startswith("'")
    assert cell_text("a=b") == "a=b"


def test_annotations_stay_within_the_limits_and_count_the_rest() -> None:
    many = [replace(FIRST, fingerprint=f"{number:032x}") for number in range(30)]
    mild = [replace(SECOND, fingerprint=f"{number + 99:032x}", severity=Severity.LOW) for number in range(3)]
    lines = written("github", result(*many, *mild, SECOND, skipped=(Skipped("a", "b"),))).splitlines()
    count = {name: sum(line.startswith(f"::{name} ") for line in lines) for name in ("error", "warning", "notice")}
    assert count == {"error": 10, "warning": 1, "notice": 3}
    assert "21 more secrets without an annotation" in lines[-1]


def test_an_annotation_names_the_line_and_the_steps() -> None:
    line = written("github", result(FIRST)).strip()
    assert line.startswith(
        "::error file=deploy/config.yml,line=12,endLine=12,col=9,endColumn=49,title=critical%3A GitHub"
    )
    assert "%0A1. Make a new one" in line and "\n" not in line


def test_no_name_breaks_out_of_an_annotation() -> None:
    for finding in hostile():
        lines = written("github", result(finding)).splitlines()
        assert len(lines) == 1
        properties = lines[0].removeprefix("::error ").partition("::")[0]
        assert re.fullmatch(r"file=[^,:]*,line=12,endLine=12,col=9,endColumn=49,title=[^,:]*", properties)


def test_the_job_summary_is_appended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = tmp_path / "summary"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    write_summary(result(FIRST), options())
    assert summary.read_text().startswith("before\n## unsealed: 1 secret")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "missing" / "x"))
    write_summary(result(FIRST), options())


def test_markdown_shows_a_table_links_and_guides() -> None:
    text = written("markdown", result(FIRST, SECOND), options(remote="git@github.com:acme/app.git"))
    assert "## unsealed: 2 secrets (1 critical, 1 medium)" in text
    link = f"https://github.com/acme/app/blob/{FIRST.origin.commit}/deploy/config.yml#L12"
    assert f"[`deploy/config.yml:12`]({link}) (+1)" in text
    assert "<summary>Rotate: Replace it</summary>" in text
    assert "1. Make a new one: `tool new --name x`" in text


def test_markdown_from_hostile_names_has_no_markup_of_theirs() -> None:
    text = written("markdown", result(*hostile()), options(limit=0))
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert "<script" not in html and "<img" not in html
    assert set(re.findall(r'href="([^"]*)"', html)) == {"https://example.org/guide"}
    assert html.count("<tr>") == len(HOSTILE) + 1 + 1 + 1, "a row a finding, two headers and the sums"
    outside = re.sub(r"<code>.*?</code>", "", html)
    assert "@everyone" not in outside


def test_markdown_fits_a_job_summary() -> None:
    many = [replace(FIRST, fingerprint=f"{number:032x}", path="d/" * 200 + str(number)) for number in range(20_000)]
    text = written("markdown", result(*many), options(limit=0))
    assert len(text.encode()) < 1024 * 1024
    assert re.search(r"and [\d,]+ more secrets", text)
