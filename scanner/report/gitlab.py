"""GitLab's secret detection report, schema 15.x: ``gl-secret-detection-report.json``.

GitLab knows no accepted findings in this report, so those of the baseline and allowed ones are left out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import BinaryIO

from scanner.model.finding import Finding
from scanner.model.levels import Severity
from scanner.model.result import ScanResult
from scanner.report.interface import ReportOptions
from scanner.report.jsons import encode
from scanner.report.plain import clip, portable, visible
from scanner.report.words import advice_for, open_findings, rule_text, worst_first

_VERSION = "15.0.6"
_SEVERITIES = {severity: severity.label.capitalize() for severity in Severity}
_MOST_SOLUTION = 7000
_MOST_NAME = 255
_MOST_PLACES = 100
# What GitLab itself writes where no commit is known.
_NO_COMMIT = "0000000"


class GitlabReporter:
    """One vulnerability a secret, with the rotation guide as its solution."""

    name = "gitlab"

    def write(self, result: ScanResult, out: BinaryIO, options: ReportOptions) -> None:
        """Writes ASCII JSON, one vulnerability a line."""
        scan = encode(_scan(result, options))
        out.write(f'{{"version": "{_VERSION}",\n"scan": {scan},\n"vulnerabilities": ['.encode("ascii"))
        separator = "\n"
        for finding in worst_first(open_findings(result.findings)):
            out.write((separator + encode(_vulnerability(finding, options))).encode("ascii"))
            separator = ",\n"
        out.write(b"]}\n")


def _scan(result: ScanResult, options: ReportOptions) -> dict[str, object]:
    tool = {"id": "unsealed", "name": "unsealed", "version": options.version or "0", "vendor": {"name": "unsealed"}}
    end = options.clock()
    missing = [skipped for skipped in result.summary.skipped if skipped.blocking]
    scan: dict[str, object] = {
        "analyzer": tool,
        "scanner": tool,
        "type": "secret_detection",
        "start_time": _utc(end - result.summary.seconds),
        "end_time": _utc(end),
        "status": "failure" if missing else "success",
    }
    if missing:
        scan["messages"] = [
            {"level": "warn", "value": f"not scanned: {visible(one.what)}: {visible(one.why)}"} for one in missing[:100]
        ]
    return scan


def _vulnerability(finding: Finding, options: ReportOptions) -> dict[str, object]:
    advice = advice_for(finding, options)
    known = rule_text(finding.rule, options)
    rule = visible(finding.rule) or "unknown"
    solution = "\n".join([visible(advice["summary"]), *_numbered(advice["steps"])]).strip()
    record: dict[str, object] = {
        "id": _uuid(finding.fingerprint),
        "name": clip(visible(finding.title), _MOST_NAME),
        "description": visible(str(known.get("description") or finding.title)),
        "severity": _SEVERITIES[finding.severity],
        "identifiers": [
            {"type": "unsealed_rule_id", "name": f"unsealed rule {rule}", "value": rule},
            {
                "type": "cwe",
                "name": "CWE-798",
                "value": "798",
                "url": "https://cwe.mitre.org/data/definitions/798.html",
            },
        ],
        "location": _location(finding),
        "details": _details(finding),
        "raw_source_code_extract": portable(finding.excerpt or finding.redacted),
    }
    if solution:
        record["solution"] = clip(solution, _MOST_SOLUTION)
    links = [{"url": str(link)} for link in advice["links"] if str(link).startswith(("http://", "https://"))]
    if links:
        record["links"] = links
    if options.show_secrets and finding.secret is not None:
        record["raw_source_code_extract"] = portable(finding.secret)
    return record


def _location(finding: Finding) -> dict[str, object]:
    origin, position = finding.origin, finding.position
    commit: dict[str, object] = {"sha": origin.commit or _NO_COMMIT}
    if origin.author:
        commit["author"] = portable(origin.author)
    if origin.date:
        commit["date"] = origin.date
    return {
        "file": portable(finding.path),
        "start_line": max(1, position.line),
        "end_line": max(1, position.line, position.end_line),
        "commit": commit,
    }


def _details(finding: Finding) -> dict[str, object]:
    fields = {"fingerprint": ("Fingerprint", finding.fingerprint), "redacted": ("Value", visible(finding.redacted))}
    fields["confidence"] = ("Confidence", finding.confidence.label)
    if finding.in_head is not None:
        fields["in_head"] = ("Still in HEAD", "yes" if finding.in_head else "no")
    if finding.repository:
        fields["repository"] = ("Repository", visible(finding.repository))
    for key, value in finding.detail.items():
        fields[f"detail_{visible(key)}"] = (visible(key) or "detail", visible(value))
    details: dict[str, object] = {
        key: {"name": name, "type": "text", "value": value} for key, (name, value) in fields.items()
    }
    places = [
        {"type": "file-location", "file_name": portable(place.path), "line_start": max(1, place.line)}
        for place in finding.occurrences[:_MOST_PLACES]
        if place.path
    ]
    if len(places) > 1:
        details["places"] = {"name": "Places", "type": "list", "items": places}
    return details


def _numbered(steps: Sequence[str]) -> list[str]:
    return [f"{number}. {visible(step)}" for number, step in enumerate(steps, 1)]


def _utc(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def _uuid(fingerprint: str) -> str:
    """The fingerprint in the form of a UUID, which GitLab recommends."""
    digits = fingerprint.ljust(32, "0")[:32]
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
