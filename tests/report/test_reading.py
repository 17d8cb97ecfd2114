"""Findings read back: ours exactly, other tools' as far as they go."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.model.errors import ConfigError
from scanner.model.finding import Occurrence, Origin
from scanner.model.levels import Confidence, Severity
from scanner.model.result import ScanResult, Skipped
from scanner.model.secret import Secret
from scanner.report.reading import read_findings
from scanner.report.reading.combine import compare, merge
from scanner.report.reading.record import ReadOptions
from tests.report.samples import FIRST, SECOND, options, result, written
from tests.report.test_no_raw_secret import foreign_sarif, gitleaks_entry

RAW = "correct-horse-battery-staple"


def read(folder: Path, text: str, **given: object) -> ScanResult:
    path = folder / "findings"
    path.write_text(text)
    return read_findings(str(path), ReadOptions(**given))  # type: ignore[arg-type]


def test_our_json_comes_back_as_it_was(tmp_path: Path) -> None:
    scan = result(FIRST, SECOND, skipped=(Skipped("a", "b"), Skipped("c", "d", blocking=False)))
    assert read(tmp_path, written("json", scan)) == scan
    assert read(tmp_path, written("jsonl", scan)).findings == scan.findings
    one_line = read(tmp_path, written("jsonl", result(FIRST)))
    assert one_line.findings == (FIRST,)


def test_our_sarif_keeps_what_sarif_can_say(tmp_path: Path) -> None:
    known = replace(SECOND, status="baseline")
    first, second = read(tmp_path, written("sarif", result(FIRST, known))).findings
    for name in ("fingerprint", "rule", "severity", "confidence", "path", "position", "redacted", "excerpt", "in_head"):
        assert getattr(first, name) == getattr(FIRST, name), name
    assert second.status == "baseline" and second.detail == SECOND.detail
    assert [(one.path, one.line) for one in first.occurrences] == [(one.path, one.line) for one in FIRST.occurrences]


def test_raw_values_are_kept_only_when_asked_for(tmp_path: Path) -> None:
    text = written("json", result(replace(FIRST, secret=RAW)), options(show_secrets=True))
    assert read(tmp_path, text).findings[0].secret is None
    assert read(tmp_path, text, show_secrets=True).findings[0].secret == RAW


def test_gitleaks(tmp_path: Path) -> None:
    entry = gitleaks_entry(RAW, f"key = '{RAW}'") | {
        "Commit": "c" * 40, "Author": "Ada", "Email": "ada@example.org", "Date": "2024-05-01T12:00:00Z",
    }  # fmt: skip
    (finding,) = read(tmp_path, json.dumps([entry])).findings
    assert finding.title == "Found a key" and finding.rule == "some-key"
    assert finding.excerpt == "key = 'cor***(28 chars)'" and finding.redacted == "cor***(28 chars)"
    assert finding.fingerprint == Secret(RAW.encode()).fingerprint("some-key")
    assert finding.origin == Origin("c" * 40, "Ada <ada@example.org>", "2024-05-01T12:00:00Z")


@pytest.mark.parametrize("masked", ["REDACTED", "ghp_...", "", "****"])
def test_gitleaks_that_was_redacted_is_told_apart_by_place(tmp_path: Path, masked: str) -> None:
    entries = [
        gitleaks_entry(masked, masked) | {"Fingerprint": f"a.py:some-key:{line}", "StartLine": line} for line in (3, 4)
    ]
    one, two = read(tmp_path, json.dumps(entries)).findings
    assert one.fingerprint != two.fingerprint and one.redacted == "***" and one.excerpt == ""


def test_trufflehog(tmp_path: Path) -> None:
    line = {
        "SourceMetadata": {"Data": {"Git": {
            "commit": "c" * 40, "file": "keys", "email": "Ada <ada@example.org>", "repository": "https://example.org/r",
            "timestamp": "2024-05-01 12:00:00 +0200", "line": 4}}},
        "DetectorName": "PrivateKey", "Verified": True, "Raw": RAW, "Redacted": "",
    }  # fmt: skip
    log = {"level": "info-0", "msg": "finished scanning"}
    (finding,) = read(tmp_path, json.dumps(line) + "\n" + json.dumps(log)).findings
    assert (finding.rule, finding.path, finding.position.line) == ("private-key", "keys", 4)
    assert finding.severity is Severity.CRITICAL and finding.origin.date == "2024-05-01T12:00:00+02:00"
    assert finding.repository == "https://example.org/r"
    (unverified,) = read(tmp_path, json.dumps(line | {"Verified": False})).findings
    assert unverified.severity is Severity.HIGH


def test_sarif_of_another_tool(tmp_path: Path) -> None:
    log = foreign_sarif(RAW)
    run = log["runs"][0]  # type: ignore[index]
    run["tool"]["driver"]["rules"] = [
        {
            "id": "r",
            "shortDescription": {"text": "A key"},
            "properties": {"security-severity": "7.5", "precision": "high"},
        }
    ]
    (finding,) = read(tmp_path, json.dumps(log)).findings
    assert (finding.title, finding.path, finding.position.line) == ("A key", "a.py", 3)
    assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.HIGH)
    assert finding.excerpt == "" and finding.redacted == "***"
    run["tool"]["driver"]["name"] = "gitleaks"
    (known,) = read(tmp_path, json.dumps(log)).findings
    assert known.fingerprint == Secret(RAW.encode()).fingerprint("r") and known.redacted == "cor***(28 chars)"


@pytest.mark.parametrize("text", ["", "\n", "[]", '{"version":"2.1.0","runs":[]}'])
def test_a_clean_report_is_clean(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "plain words",
        '{"a": 1}',
        '[{"a": 1}]',
        "[1, 2]",
        "3",
        "null",
        '{"a": 1}\n{',
        "[" * 100_000,
        "\x00\x01",
        '"x"',
    ],
)
def test_what_is_no_report_is_one_line_without_its_content(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert "\n" not in str(caught.value) and "plain" not in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "findings"))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_findings(str(tmp_path / "none"), ReadOptions())


def test_members_of_the_wrong_kind_do_no_harm(tmp_path: Path) -> None:
    finding = {
        "fingerprint": "a" * 32,
        "rule": "r",
        "redacted": "x",
        "line": "many",
        "occurrences": [1, {"path": 3}],
        "detail": [],
    }
    top = {"tool": {"name": "unsealed"}, "scan": [], "findings": [finding, 3, {"fingerprint": 4.5}, {}], "version": 1}
    read(tmp_path, json.dumps(top))
    entry = {"RuleID": "r", "StartLine": None, "File": [], "Secret": 5}
    read(tmp_path, json.dumps([entry, 4, None]))


def test_merging_joins_one_secrets_places_and_keeps_the_gravest_and_oldest() -> None:
    other = replace(
        FIRST,
        severity=Severity.LOW,
        origin=Origin("d" * 40, "Bob", "2020-01-01T00:00:00Z"),
        path="other.yml",
        in_head=False,
        occurrences=(Occurrence("d" * 40, "other.yml", 1),),
        refs=("refs/heads/old",),
    )
    merged = merge([result(FIRST, SECOND), result(other, skipped=(Skipped("x", "y"),))])
    assert len(merged.findings) == 2 and merged.summary.texts == 24 and len(merged.summary.skipped) == 1
    joined = merged.findings[0]
    assert (joined.path, joined.severity, joined.in_head) == ("other.yml", Severity.CRITICAL, True)
    assert len(joined.occurrences) == 3 and len(joined.refs) == 2


def test_what_counts_for_one_result_counts_for_the_merged() -> None:
    merged = merge([result(replace(FIRST, status="baseline", status_reason="b")), result(FIRST)])
    assert merged.findings[0].status == "new"


def test_comparing_tells_new_gone_and_unchanged_whatever_moved() -> None:
    moved = replace(FIRST, path="moved.yml", position=SECOND.position)
    third = replace(SECOND, fingerprint="d" * 32)
    compared = compare(result(FIRST, SECOND), result(moved, third))
    assert {one.fingerprint[:2]: one.status for one in compared.findings} == {
        "a1": "unchanged",
        "dd": "new",
        "b2": "gone",
    }
    assert all(one.status == "unchanged" for one in compare(result(FIRST, SECOND), result(FIRST, SECOND)).findings)


def test_accepted_findings_are_neither_new_nor_gone() -> None:
    known = replace(SECOND, status="baseline")
    assert [one.status for one in compare(result(SECOND), result(known)).findings] == ["baseline"]
    assert [one.status for one in compare(result(known), result()).findings] == []


def test_our_json_reformatted_by_something_else_reads_the_same(tmp_path: Path) -> None:
    scan = result(FIRST, SECOND, skipped=(Skipped("a", "b"),))
    text = written("json", scan)
    for other in (json.dumps(json.loads(text)), json.dumps(json.loads(text), indent=2), "\ufeff" + text):
        assert read(tmp_path, other) == scan
    assert read(tmp_path, written("json", result())) == result()


def test_a_file_of_ours_that_breaks_off_is_no_report(tmp_path: Path) -> None:
    text = written("json", result(FIRST, SECOND))
    for cut in (len(text) - 3, len(text) // 2, 200, 20):
        with pytest.raises(ConfigError, match="not JSON"):
            read(tmp_path, text[:cut])


NAMES = ["RuleID", "StartLine", "File", "Secret", "Match", "fingerprint", "rule", "redacted", "runs", "version", "findings",
         "tool", "name", "driver", "results", "locations", "DetectorName", "SourceMetadata", "Data", "Raw", "scan", "skipped", "seconds", "bytes"]  # fmt: skip
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=5)
    | st.sampled_from(["unsealed", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON, lines=st.booleans())
def test_any_json_is_read_or_refused_in_one_line(tmp_path: Path, value: object, lines: bool) -> None:
    text = json.dumps(value) + ("\n{}\n" if lines else "")
    try:
        scan = read(tmp_path, text)
    except ConfigError as error:
        assert "\n" not in str(error)
    else:
        for name in ("text", "json", "sarif", "html"):
            written(name, scan)


def test_a_sarif_report_of_an_incomplete_scan_stays_one(tmp_path: Path) -> None:
    skipped = (Skipped("a.py", "cannot be read: it is: gone"), Skipped("b.zip", "is damaged", blocking=False))
    report = written("sarif", result(skipped=skipped))
    assert read(tmp_path, report).summary.skipped == skipped[:1]
    (told,) = read(tmp_path, report.replace('"name": "unsealed"', '"name": "other"')).summary.skipped
    assert told.blocking and "a.py" not in f"{told.what}{told.why}"
    assert read(tmp_path, written("sarif", result(FIRST))).summary.skipped == ()
