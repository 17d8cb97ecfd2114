"""SARIF against the official schema, and what GitHub makes of it."""

from __future__ import annotations

import json
import random
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scanner.model.finding import Occurrence
from scanner.model.levels import Severity
from scanner.model.result import Skipped
from scanner.report import sarif
from tests.report.samples import FIRST, SECOND, hostile, options, result, written

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def log_of(*arguments: Any, **given: Any) -> dict[str, Any]:
    log = json.loads(written("sarif", result(*arguments, skipped=given.pop("skipped", ())), options(**given)))
    errors = [error.message[:200] for error in VALIDATOR.iter_errors(log)]
    assert not errors, errors[:5]
    run: dict[str, Any] = log["runs"][0]
    return run


def test_every_case_is_valid() -> None:
    log_of()
    log_of(FIRST, SECOND, remote="git@github.com:acme/app.git")
    log_of(*hostile(), skipped=(Skipped("a\x1b", "b"), Skipped("c", "d", blocking=False)), show_secrets=True)
    log_of(FIRST, replace(SECOND, status="baseline", status_reason="accepted"), advice=None, describe=None)


def test_the_rule_carries_severity_precision_tags_and_the_guide() -> None:
    rule = log_of(FIRST)["tool"]["driver"]["rules"][0]
    assert rule["properties"]["security-severity"] == "9.5"
    assert rule["properties"]["precision"] == "high"
    assert "security" in rule["properties"]["tags"]
    assert rule["defaultConfiguration"]["level"] == "error"
    assert (
        "## Replace it" in rule["help"]["markdown"]
        and "1. Make a new one: `tool new --name x`" in rule["help"]["markdown"]
    )
    assert rule["helpUri"] == "https://example.org/rule"


@pytest.mark.parametrize(
    ("severity", "level"),
    [("CRITICAL", "error"), ("HIGH", "error"), ("MEDIUM", "warning"), ("LOW", "note"), ("INFO", "note")],
)
def test_levels(severity: str, level: str) -> None:
    run = log_of(replace(FIRST, severity=Severity[severity]), describe=None)
    assert run["results"][0]["level"] == level
    bands = {"CRITICAL": (9.0, 10.0), "HIGH": (7.0, 8.9), "MEDIUM": (4.0, 6.9), "LOW": (0.1, 3.9), "INFO": (0.1, 3.9)}
    least, most = bands[severity]
    assert least <= float(run["tool"]["driver"]["rules"][0]["properties"]["security-severity"]) <= most


def test_the_fingerprint_does_not_move_with_the_line() -> None:
    moved = replace(FIRST, position=SECOND.position, path="elsewhere.yml")
    first, second = (log_of(one)["results"][0]["partialFingerprints"] for one in (FIRST, moved))
    assert first == second and first["primaryLocationLineHash"]


def test_places_are_related_locations_with_repository_relative_paths() -> None:
    outcome = log_of(replace(FIRST, path="a b/\u00e9#1.yml"))["results"][0]
    assert outcome["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/%C3%A9%231.yml"
    related = outcome["relatedLocations"]
    assert [one["physicalLocation"]["artifactLocation"]["uri"] for one in related] == [
        "deploy/config.yml",
        "old/config.yml",
    ]


def test_accepted_findings_stay_as_suppressed_and_unchanged() -> None:
    run = log_of(FIRST, replace(SECOND, status="allowed", status_reason="comment on the line"))
    new, allowed = run["results"]
    assert (new["baselineState"], allowed["baselineState"]) == ("new", "unchanged")
    assert "suppressions" not in new
    assert allowed["suppressions"] == [{"kind": "inSource", "justification": "comment on the line"}]
    assert "baselineState" not in log_of(FIRST)["results"][0], "without a baseline nothing is said of one"


def test_what_was_not_scanned_makes_the_run_unsuccessful() -> None:
    invocation = log_of(skipped=(Skipped("big.bin", "too large"),))["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert "big.bin" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_the_code_hosts_limits_keep_the_worst_and_count_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    places = tuple(Occurrence("", f"p{number}", 1) for number in range(500))
    low = [replace(SECOND, fingerprint=f"{number:032x}", severity=Severity.LOW) for number in range(25_010)]
    run = log_of(*low, replace(FIRST, occurrences=places))
    assert len(run["results"]) == 25_000
    assert run["results"][0]["ruleId"] == FIRST.rule and len(run["results"][0]["relatedLocations"]) <= 1000
    assert (
        "11 results of lower severity left out"
        in run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]
    )


def test_the_file_stays_below_ten_megabytes_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_MOST_COMPRESSED", 200_000)
    chance = random.Random(1)
    many = [
        replace(FIRST, fingerprint=f"{chance.getrandbits(128):032x}", path=f"{chance.getrandbits(2000):x}")
        for _ in range(2000)
    ]
    text = written("sarif", result(*many))
    assert len(zlib.compress(text.encode())) < 220_000
    run = json.loads(text)["runs"][0]
    left_out = 2000 - len(run["results"])
    assert (
        left_out > 0
        and f"{left_out:,} results" in run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]
    )


def test_dropped_candidates_are_no_results() -> None:
    assert log_of(replace(FIRST, status="dropped"))["results"] == []
