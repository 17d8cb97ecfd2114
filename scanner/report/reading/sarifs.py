"""SARIF 2.1.0 of any tool.

Other tools put raw values into messages and snippets, and nothing in the file says where. So neither is taken from
a run that is not ours: the rule's own words stand for the message.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from scanner.model.finding import Finding, Occurrence
from scanner.model.levels import Confidence, Severity
from scanner.model.result import Skipped
from scanner.model.span import Position
from scanner.report.reading.record import ReadOptions, Record, foreign_value, position

_LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW, "none": Severity.INFO}
_PRECISIONS = {"very-high": Confidence.VERIFIED_FORMAT, "high": Confidence.HIGH, "low": Confidence.LOW}
_STATUSES = {"new": "new", "unchanged": "unchanged", "updated": "unchanged", "absent": "gone"}
_OURS = "unsealed"
# Tools that are known to put the raw value, whole and alone, into the snippet.
_SNIPPET_IS_VALUE = ("gitleaks", "betterleaks")


def is_sarif(top: Record) -> bool:
    """True for a SARIF log."""
    return top.has("runs", "version")


def read_sarif(top: Record, options: ReadOptions) -> list[Finding]:
    """One finding a result, in the order of the file."""
    return [finding for run in top.records("runs") for finding in _run(run, options)]


def unscanned(top: Record) -> Iterator[Skipped]:
    """What the runs say that they did not look at. Of other tools' words none are taken, for they may hold values."""
    for run in top.records("runs"):
        tool = run.record("tool", "driver").text("name")
        failed = [one for one in run.records("invocations") if one.flag("executionSuccessful") is False]
        told = [note for one in failed for note in one.records("toolExecutionNotifications")] if tool == _OURS else []
        texts = [note.record("message").text("text") for note in told if note.text("level") == "error"]
        if failed and not texts:
            yield Skipped(f"a run of {tool or 'another tool'}", "its report says that it did not succeed")
        for text in texts:
            what, _, why = text.removeprefix("Not scanned: ").partition(": ")
            yield Skipped(what, why)


def _run(run: Record, options: ReadOptions) -> Iterator[Finding]:
    driver = run.record("tool", "driver")
    rules = list(driver.records("rules"))
    named = {rule.text("id"): rule for rule in rules}
    for result in run.records("results"):
        index = result.number("ruleIndex", -1)
        rule = rules[index] if 0 <= index < len(rules) else named.get(result.text("ruleId"), Record(None))
        yield _finding(result, rule, driver.text("name"), options)


def _finding(result: Record, rule: Record, tool: str, options: ReadOptions) -> Finding:
    rule_id = result.text("ruleId") or rule.text("id") or "unknown"
    first = next(result.records("locations"), Record(None))
    path, region = _path(first), first.record("physicalLocation", "region")
    place = _position(region)
    prints = result.record("partialFingerprints")
    raw = region.record("snippet").text("text") if tool.lower() in _SNIPPET_IS_VALUE else ""
    value = foreign_value(rule_id, raw, prints.text("primaryLocationLineHash") or f"{path}:{place.line}", options)
    ours = tool == _OURS
    suppressed = any(True for _ in result.records("suppressions"))
    status = "baseline" if suppressed else _STATUSES.get(result.text("baselineState"), "new")
    return Finding(
        fingerprint=prints.text("unsealedSecret/v1") or value.fingerprint,
        rule=rule_id,
        title=rule.record("shortDescription").text("text") or rule.text("name") or rule_id,
        severity=_severity(result, rule),
        confidence=_PRECISIONS.get(_precision(result, rule), Confidence.MEDIUM),
        path=path,
        position=place,
        redacted=(result.record("properties").text("redacted") if ours else "") or value.redacted,
        excerpt=region.record("snippet").text("text") if ours else "",
        secret=value.secret,
        in_head=result.record("properties").flag("inHead"),
        occurrences=tuple(_occurrence(one) for one in (first, *result.records("relatedLocations"))),
        detail=result.record("properties", "detail").strings() if ours else {"reported by": tool or "another tool"},
        status=status,
    )


def _severity(result: Record, rule: Record) -> Severity:
    own = result.record("properties").text("severity").upper()
    if own in Severity.__members__:
        return Severity[own]
    try:
        score = float(rule.record("properties").text("security-severity"))
    except ValueError:
        level = result.text("level") or rule.record("defaultConfiguration").text("level") or "warning"
        return _LEVELS.get(level, Severity.MEDIUM)
    bands = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))
    return next((severity for least, severity in bands if score >= least), Severity.INFO)


def _precision(result: Record, rule: Record) -> str:
    return result.record("properties").text("precision") or rule.record("properties").text("precision")


def _occurrence(location: Record) -> Occurrence:
    return Occurrence("", _path(location), _position(location.record("physicalLocation", "region")).line)


def _path(location: Record) -> str:
    return unquote(location.record("physicalLocation", "artifactLocation").text("uri")).removeprefix("file://")


def _position(region: Record) -> Position:
    start = region.number("startLine")
    return position(start, region.number("startColumn"), region.number("endLine"), region.number("endColumn"))
