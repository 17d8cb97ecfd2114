"""Which kind of report a file is, and its findings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from scanner.model.errors import ConfigError
from scanner.model.finding import Finding
from scanner.model.result import ScanResult, ScanSummary
from scanner.model.typed import standard_input
from scanner.report.plain import visible
from scanner.report.reading.gitleaks import is_gitleaks, read_gitleaks
from scanner.report.reading.ours import is_our_line, is_ours, read_lines, read_ours
from scanner.report.reading.record import ReadOptions, Record
from scanner.report.reading.sarifs import is_sarif, read_sarif, unscanned
from scanner.report.reading.stream import OtherLayoutError, lines_of, read_head
from scanner.report.reading.trufflehog import is_trufflehog, read_trufflehog

SOURCES = ("unsealed", "gitleaks", "trufflehog", "sarif")
_KNOWN = "JSON or JSON Lines of unsealed, gitleaks JSON, trufflehog JSON lines, or SARIF"


def read_findings(path: str, options: ReadOptions) -> ScanResult:
    """The findings of the file at ``path`` (``-`` is the standard input), whatever wrote it.

    Raises ConfigError when the file cannot be read or is none of the kinds we know. The message never holds
    what the file holds.
    """
    name = "the standard input" if path == "-" else visible(path)
    ours = _read_ours_by_line(path, options)
    if ours:
        return ours
    try:
        data = standard_input().read() if path == "-" else Path(path).read_bytes()
    except OSError as problem:
        raise ConfigError(f"{name}: {problem.strerror}") from None
    text = data.decode("utf-8-sig", "replace")
    if not text.strip():
        return _result([], path)  # JSON Lines of a clean scan
    try:
        return _of_value(json.loads(text), path, options)
    except json.JSONDecodeError as problem:
        if problem.msg != "Extra data":
            raise ConfigError(f"{name}:{problem.lineno}: not JSON; it should be {_KNOWN}") from None
    except RecursionError:
        raise ConfigError(f"{name}: nested too deeply; it should be {_KNOWN}") from None
    except _UnknownKindError:
        raise ConfigError(f"{name}: no report that can be read; it should be {_KNOWN}") from None
    return _of_lines(text, name, path, options)


def _read_ours_by_line(path: str, options: ReadOptions) -> ScanResult | None:
    """The result, if the file is laid out as we write it; None for every other reason."""
    if path == "-":
        return None
    try:
        with Path(path).open("rb") as file:
            head, records = read_head(lines_of(file))
            findings = read_lines(records, options)
    except (OSError, OtherLayoutError):
        return None
    summary = read_ours(head, options)[1] if head else ScanSummary(target=path)
    return ScanResult(tuple(findings), summary)


class _UnknownKindError(Exception):
    """Well-formed JSON of a kind nobody here knows."""


def _of_value(value: object, path: str, options: ReadOptions) -> ScanResult:
    if isinstance(value, list):
        return _of_records([Record(item) for item in value], path, options)
    top = Record(value)
    if is_ours(top):
        findings, summary = read_ours(top, options)
        return ScanResult(tuple(findings), summary)
    if is_sarif(top):
        summary = ScanSummary(target=path, skipped=tuple(dict.fromkeys(unscanned(top))))
        return ScanResult(tuple(read_sarif(top, options)), summary)
    if top:
        return _of_records([top], path, options)
    raise _UnknownKindError


def _of_lines(text: str, name: str, path: str, options: ReadOptions) -> ScanResult:
    records = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            records.append(Record(json.loads(line)))
        except (json.JSONDecodeError, RecursionError):
            raise ConfigError(f"{name}:{number}: not JSON; it should be {_KNOWN}") from None
    try:
        return _of_records(records, path, options)
    except _UnknownKindError:
        raise ConfigError(f"{name}: no report that can be read; it should be {_KNOWN}") from None


def _of_records(records: Sequence[Record], path: str, options: ReadOptions) -> ScanResult:
    """A list or lines; an empty one is the clean report of any tool. Lines of a log among them are passed over."""
    if not records:
        return _result([], path)
    if any(is_our_line(record) for record in records):
        return _result(read_lines(records, options), path)
    if any(is_gitleaks(record) for record in records):
        return _result(read_gitleaks(records, options), path)
    if any(is_trufflehog(record) for record in records):
        return _result(read_trufflehog(records, options), path)
    raise _UnknownKindError


def _result(findings: Sequence[Finding], path: str) -> ScanResult:
    return ScanResult(tuple(findings), ScanSummary(target=path))
