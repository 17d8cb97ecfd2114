"""No report gives a raw value away, at any verbosity, unless that was asked for."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from io import BytesIO
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model.secret import Secret
from scanner.report import FORMATS, GROUPINGS, reporter
from scanner.report.reading.files import read_findings
from scanner.report.reading.record import ReadOptions
from tests.report.samples import FIRST, options, result, written

# The first letters keep a value from being one of our own words: hypothesis tries strings that it finds in the source.
VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=9, max_size=60).map("Zq7".__add__)


def planted(value: str) -> object:
    secret = Secret(value.encode())
    return replace(
        FIRST,
        fingerprint=secret.fingerprint(FIRST.rule),
        redacted=secret.redacted(),
        excerpt=f"key = {secret.redacted()}",
        secret=value,
    )


def forms(value: str) -> set[bytes]:
    """The value as it is and in every writing that our formats use."""
    raw = value.encode()
    return {
        raw,
        json.dumps(value)[1:-1].encode(),
        quote(value).encode(),
        base64.b64encode(raw),
        raw.hex().encode(),
        value.encode("ascii", "xmlcharrefreplace"),
    }


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=40, deadline=None)
@given(
    value=VALUES,
    verbosity=st.integers(-1, 2),
    group_by=st.sampled_from(GROUPINGS),
    setting=st.sampled_from(["staged", "history", "diff"]),
)
def test_no_format_shows_the_value(name: str, value: str, verbosity: int, group_by: str, setting: str) -> None:
    out = BytesIO()
    chosen = options(verbosity=verbosity, group_by=group_by, setting=setting, limit=0)
    reporter(name).write(result(planted(value)), out, chosen)  # type: ignore[arg-type]
    for form in forms(value):
        assert form not in out.getvalue()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_shows_it_when_asked_to(name: str) -> None:
    value = "correct-horse-battery-staple"
    assert value in written(name, result(planted(value)), options(show_secrets=True))  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(value=VALUES, other=VALUES)
def test_reading_other_tools_reports_redacts_at_once(
    value: str, other: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("foreign")
    files = {
        "gitleaks": json.dumps([gitleaks_entry(value, f"a {value} b {other}"), gitleaks_entry(other, f"{other} {value}")]),
        "trufflehog": json.dumps({"DetectorName": "X", "Raw": value, "RawV2": value + other, "Redacted": value[:6],
                                  "SourceMetadata": {"Data": {"Git": {"file": "f", "line": 3}}}}),
        "sarif": json.dumps(foreign_sarif(value)),
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).write_text(text)
        read = read_findings(str(folder / name), ReadOptions())
        assert read.findings
        for format_name in FORMATS:
            shown = written(format_name, read, options(verbosity=2, limit=0)).encode()
            assert not [form for form in forms(value) if form in shown], (name, format_name)


def gitleaks_entry(value: str, match: str) -> dict[str, object]:
    return {"RuleID": "some-key", "Description": "Found a key.", "StartLine": 3, "EndLine": 3, "StartColumn": 1, "EndColumn": 9,
            "Match": match, "Secret": value, "File": "a.py", "Commit": "", "Fingerprint": "a.py:some-key:3"}  # fmt: skip


def foreign_sarif(value: str) -> dict[str, object]:
    region = {"startLine": 3, "snippet": {"text": value}}
    place = {"physicalLocation": {"artifactLocation": {"uri": "a.py"}, "region": region}}
    outcome = {"ruleId": "r", "message": {"text": f"found {value}"}, "locations": [place]}
    return {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "other"}}, "results": [outcome]}]}
