"""Our own JSON and JSON Lines, read back."""

from __future__ import annotations

from collections.abc import Iterable
from sys import intern

from scanner.model.finding import Finding, Occurrence, Origin
from scanner.model.levels import Confidence, Severity
from scanner.model.result import ScanSummary, Skipped
from scanner.report.reading.record import ReadOptions, Record, position

_SEVERITIES = {one.label: one for one in Severity}
_CONFIDENCES = {one.label: one for one in Confidence}
_STATUSES = ("new", "baseline", "allowed", "dropped", "unchanged", "gone")


def is_ours(top: Record) -> bool:
    """True for the object that ``-f json`` writes."""
    return top.has("findings", "tool") and top.record("tool").text("name") == "unsealed"


def is_our_line(line: Record) -> bool:
    """True for a line that ``-f jsonl`` writes."""
    return line.has("fingerprint", "rule", "redacted")


def read_ours(top: Record, options: ReadOptions) -> tuple[list[Finding], ScanSummary]:
    """The findings, and what the scan said of itself."""
    scan = top.record("scan")
    summary = ScanSummary(
        target=scan.text("target"),
        texts=scan.number("texts"),
        bytes=scan.number("bytes"),
        commits=scan.number("commits"),
        seconds=scan.amount("seconds"),
        skipped=tuple(
            Skipped(one.text("what"), one.text("why"), one.flag("blocking") is not False)
            for one in scan.records("skipped")
        ),
        notes=scan.texts("notes"),
    )
    return read_lines(top.records("findings"), options), summary


def read_lines(lines: Iterable[Record], options: ReadOptions) -> list[Finding]:
    """One finding a record; records without a fingerprint are none."""
    return [_finding(line, options) for line in lines if line.text("fingerprint")]


def _finding(line: Record, options: ReadOptions) -> Finding:
    status = line.text("status", "new")
    return Finding(
        fingerprint=line.text("fingerprint"),
        rule=intern(line.text("rule")),
        title=intern(line.text("title") or line.text("rule")),
        severity=_SEVERITIES.get(line.text("severity"), Severity.HIGH),
        confidence=_CONFIDENCES.get(line.text("confidence"), Confidence.MEDIUM),
        path=line.text("path"),
        position=position(
            line.number("line"), line.number("column"), line.number("end_line"), line.number("end_column")
        ),
        redacted=line.text("redacted"),
        excerpt=line.text("excerpt"),
        secret=line.text("secret") or None if options.show_secrets else None,
        origin=Origin(line.text("commit"), intern(line.text("author")), line.text("date")),
        in_head=line.flag("in_head"),
        refs=line.texts("refs"),
        occurrences=tuple(
            Occurrence(
                one.text("commit"), one.text("path"), one.number("line"), one.text("repository"), one.text("date")
            )
            for one in line.records("occurrences")
        ),
        detail=line.record("detail").strings(),
        status=status if status in _STATUSES else "new",
        status_reason=line.text("status_reason"),
        guide=intern(line.record("rotation").text("guide")),
        repository=intern(line.text("repository")),
    )
