"""JSON and JSON Lines: the contract that other programs read (``findings.schema.json``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import BinaryIO

from scanner.model.finding import Finding, Occurrence
from scanner.model.result import ScanResult, ScanSummary
from scanner.report.interface import Advice, ReportOptions
from scanner.report.plain import portable
from scanner.report.words import advice_for

# The version of the shape, not of the program: raised when a reader of the old shape would misread the new.
SCHEMA_VERSION = 1


class JsonReporter:
    """One object: what was scanned, and the findings, one a line."""

    name = "json"

    def write(self, result: ScanResult, out: BinaryIO, options: ReportOptions) -> None:
        """Writes the object. ASCII throughout, so that no terminal and no encoding changes it."""
        tool = {"name": "unsealed", "version": options.version}
        scan = encode(scan_record(result.summary))
        head = f'{{"version": {SCHEMA_VERSION},\n"tool": {encode(tool)},\n"scan": {scan},\n'
        out.write(head.encode("ascii") + b'"findings": [')
        separator = b"\n"
        for finding in result.findings:
            out.write(separator + encode(finding_record(finding, options)).encode("ascii"))
            separator = b",\n"
        out.write(b"]}\n" if not result.findings else b"\n]}\n")


class JsonLinesReporter:
    """One finding a line. What was not scanned is not in it: the exit code says that."""

    name = "jsonl"

    def write(self, result: ScanResult, out: BinaryIO, options: ReportOptions) -> None:
        """Writes the lines; nothing at all where there is no finding."""
        out.writelines(encode(finding_record(finding, options)).encode("ascii") + b"\n" for finding in result.findings)


def encode(value: object) -> str:
    """``value`` as one line of ASCII JSON in which every control character is escaped, DEL too.

    Two number signs never stand together: a CI system that copies the report into its log would run ``##vso[…]``.
    """
    return json.dumps(value).replace("\x7f", "\\u007f").replace("##", "#\\u0023")


def finding_record(finding: Finding, options: ReportOptions) -> dict[str, object]:
    """A finding as the schema has it; members that say nothing are left out."""
    position = finding.position
    record: dict[str, object] = {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "title": portable(finding.title),
        "severity": finding.severity.label,
        "confidence": finding.confidence.label,
        "path": portable(finding.path),
        "line": position.line,
        "column": position.column,
        "end_line": position.end_line,
        "end_column": position.end_column,
        "redacted": portable(finding.redacted),
        "excerpt": portable(finding.excerpt),
        "status": finding.status,
    }
    if options.show_secrets and finding.secret is not None:
        record["secret"] = portable(finding.secret)
    if finding.status_reason:
        record["status_reason"] = portable(finding.status_reason)
    if finding.repository:
        record["repository"] = portable(finding.repository)
    if finding.origin.commit:
        record["commit"] = finding.origin.commit
        record["author"] = portable(finding.origin.author)
        record["date"] = finding.origin.date
    if finding.in_head is not None:
        record["in_head"] = finding.in_head
    if finding.refs:
        record["refs"] = [portable(ref) for ref in finding.refs]
    record["occurrences"] = [_place(place) for place in finding.occurrences]
    record["detail"] = {portable(key): portable(value) for key, value in finding.detail.items()}
    rotation = _rotation(finding, options)
    if rotation:
        record["rotation"] = rotation
    return record


def scan_record(summary: ScanSummary) -> dict[str, object]:
    """What was and was not scanned. ``complete`` is false when something is missing that had to be looked at."""
    return {
        "target": portable(summary.target),
        "complete": not any(skipped.blocking for skipped in summary.skipped),
        "texts": summary.texts,
        "bytes": summary.bytes,
        "commits": summary.commits,
        "seconds": round(summary.seconds, 3),
        "skipped": [
            {"what": portable(skipped.what), "why": portable(skipped.why), "blocking": skipped.blocking}
            for skipped in summary.skipped
        ],
        "notes": [portable(note) for note in summary.notes],
    }


def _place(place: Occurrence) -> Mapping[str, object]:
    record: dict[str, object] = {"commit": place.commit, "path": portable(place.path), "line": place.line}
    if place.repository:
        record["repository"] = portable(place.repository)
    if place.date:
        record["date"] = place.date
    return record


def _rotation(finding: Finding, options: ReportOptions) -> Mapping[str, object] | None:
    advice: Advice = advice_for(finding, options)
    if advice["guide"] or advice["steps"]:
        return {**advice, "steps": list(advice["steps"]), "links": list(advice["links"])}
    return {"guide": finding.guide, "summary": "", "steps": [], "links": []} if finding.guide else None
