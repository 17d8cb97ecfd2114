"""gitleaks' JSON report (betterleaks 1 writes the same): a list of objects with ``RuleID`` and ``Secret``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scanner.model.finding import Finding, Occurrence, Origin
from scanner.model.levels import Confidence, Severity
from scanner.report.reading.record import ReadOptions, Record, foreign_value, position, without


def is_gitleaks(first: Record) -> bool:
    """True for an entry of such a list."""
    return first.has("RuleID", "StartLine", "File")


def read_gitleaks(entries: Iterable[Record], options: ReadOptions) -> list[Finding]:
    """One finding an entry. gitleaks rates nothing: all are high, with medium confidence."""
    listed = [entry for entry in entries if entry.text("RuleID")]
    # What one entry quotes of a line may hold the value of another.
    beside: dict[tuple[str, int], list[str]] = {}
    for entry in listed:
        beside.setdefault((entry.text("File"), entry.number("StartLine")), []).append(entry.text("Secret"))
    return [_finding(entry, beside[entry.text("File"), entry.number("StartLine")], options) for entry in listed]


def _finding(entry: Record, beside: Iterable[str], options: ReadOptions) -> Finding:
    rule, path, line = entry.text("RuleID"), entry.text("File"), entry.number("StartLine")
    raw = entry.text("Secret") or entry.text("Match")
    place = entry.text("Fingerprint") or f"{entry.text('Commit')}:{path}:{line}"
    value = foreign_value(rule, raw, place, options)
    author = entry.text("Author")
    if entry.text("Email"):
        author = f"{author} <{entry.text('Email')}>".strip()
    return Finding(
        fingerprint=value.fingerprint,
        rule=rule,
        # Its description tells what it found and then what that may lead to.
        title=re.split(r"[.,;] ", entry.text("Description"))[0].rstrip(".") or rule,
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        path=path,
        position=position(line, entry.number("StartColumn"), entry.number("EndLine"), entry.number("EndColumn") + 1),
        redacted=value.redacted,
        excerpt=without(entry.text("Match"), raw, value.redacted, beside),
        secret=value.secret,
        origin=Origin(entry.text("Commit"), author, entry.text("Date")),
        occurrences=(Occurrence(entry.text("Commit"), path, max(1, line), "", entry.text("Date")),),
        detail={"reported by": "gitleaks"},
    )
