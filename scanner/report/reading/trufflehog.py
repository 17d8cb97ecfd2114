"""trufflehog's JSON lines: objects with ``DetectorName``, ``Raw`` and ``SourceMetadata``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scanner.model.finding import Finding, Occurrence, Origin
from scanner.model.levels import Confidence, Severity
from scanner.report.reading.record import ReadOptions, Record, foreign_value, position

_DATE = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d) ?(Z|[+-]\d\d:?\d\d)?")


def is_trufflehog(first: Record) -> bool:
    """True for a line of such a report."""
    return first.has("DetectorName", "SourceMetadata")


def read_trufflehog(lines: Iterable[Record], options: ReadOptions) -> list[Finding]:
    """One finding a line. What trufflehog has logged in with is critical, the rest high."""
    return [_finding(line, options) for line in lines if line.text("DetectorName")]


def _finding(line: Record, options: ReadOptions) -> Finding:
    detector, where = line.text("DetectorName"), _metadata(line)
    path, number = where.text("file"), where.number("line")
    commit = where.text("commit")
    verified = line.flag("Verified") is True
    value = foreign_value(detector, line.text("Raw"), f"{commit}:{path}:{number}", options)
    date = _date(where.text("timestamp"))
    detail = {"reported by": "trufflehog"}
    if verified:
        detail["verified"] = "it worked when trufflehog tried it"
    return Finding(
        fingerprint=value.fingerprint,
        rule=re.sub(r"(?<=[a-z])(?=[A-Z])", "-", detector).lower(),
        title=f"{detector} secret",
        severity=Severity.CRITICAL if verified else Severity.HIGH,
        confidence=Confidence.HIGH if verified else Confidence.MEDIUM,
        path=path,
        position=position(number),
        redacted=value.redacted,
        secret=value.secret,
        origin=Origin(commit, where.text("email"), date),
        occurrences=(Occurrence(commit, path, max(1, number), where.text("repository"), date),),
        detail=detail,
        repository=where.text("repository"),
    )


def _metadata(line: Record) -> Record:
    """What is under ``SourceMetadata.Data.Git`` (or ``Github``, ``Filesystem``, …: one member, named by the source)."""
    data = line.record("SourceMetadata", "Data")
    return next((data.record(name) for name in data.names() if data.record(name)), data)


def _date(text: str) -> str:
    found = _DATE.match(text)
    if not found:
        return text
    zone = found[3] or ""
    return f"{found[1]}T{found[2]}" + (f"{zone[:3]}:{zone[3:]}" if re.fullmatch(r"[+-]\d{4}", zone) else zone)
