"""SARIF's description of a rule: what it finds, how bad that is, and how to rotate."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scanner.model.finding import Finding
from scanner.model.levels import Confidence, Severity
from scanner.report.interface import ReportOptions
from scanner.report.markup import markdown_step, markdown_text
from scanner.report.plain import visible
from scanner.report.words import advice_for, rule_text

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
# GitHub's bands: critical from 9.0, high from 7.0, medium from 4.0, low below.
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.5",
}
_CONFIDENCES = {one.label: one for one in Confidence}
_SEVERITIES = {one.label: one for one in Severity}


def rule_record(rule: str, finding: Finding, options: ReportOptions) -> dict[str, object]:
    """The ``reportingDescriptor`` of ``rule``; ``finding`` is its worst one and stands in for what is not known."""
    known = rule_text(rule, options)
    title = visible(str(known.get("title") or finding.title))
    description = visible(str(known.get("description") or title))
    severity = _SEVERITIES.get(str(known.get("severity")), finding.severity)
    confidence = _CONFIDENCES.get(str(known.get("confidence")), finding.confidence)
    references = _links(known.get("references")) + _links(advice_for(finding, options)["links"])
    plain, marked = _help(finding, options)
    record: dict[str, object] = {
        "id": visible(rule),
        "name": _pascal(rule),
        "shortDescription": {"text": title},
        "fullDescription": {"text": description},
        "help": {"text": plain, "markdown": marked},
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": {
            "tags": ["security", "secret", "external/cwe/cwe-798"],
            "precision": "very-high" if confidence is Confidence.VERIFIED_FORMAT else confidence.label,
            "security-severity": _SCORES[severity],
            "problem.severity": {"note": "recommendation"}.get(LEVELS[severity], LEVELS[severity]),
        },
    }
    if references:
        record["helpUri"] = references[0]
    return record


def _help(finding: Finding, options: ReportOptions) -> tuple[str, str]:
    advice = advice_for(finding, options)
    steps = [visible(step) for step in advice["steps"]]
    if not steps:
        plain = "Rotate the value where it was issued, replace it by a reference to a secret store, then clean up."
        return plain, plain
    summary = visible(advice["summary"]) or "How to rotate"
    plain = "\n".join([summary, *(f"{number}. {step}" for number, step in enumerate(steps, 1))])
    marked = [f"## {markdown_text(summary)}", ""]
    marked += [f"{number}. {markdown_step(step)}" for number, step in enumerate(steps, 1)]
    links = _links(advice["links"])
    if links:
        marked += ["", *(f"- <{link}>" for link in links)]
    return plain, "\n".join(marked)


def _links(given: object) -> list[str]:
    if not isinstance(given, Sequence) or isinstance(given, str):
        return []
    return [str(link) for link in given if re.fullmatch(r"https?://[^\s<>\"]+", str(link))]


def _pascal(rule: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^0-9A-Za-z]+", rule)) or "Rule"
