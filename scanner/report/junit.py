"""JUnit XML: one failed test a secret, so that any CI system shows it."""

from __future__ import annotations

from html import escape
from typing import BinaryIO

from scanner.model.finding import Finding
from scanner.model.result import ScanResult, Skipped
from scanner.report.interface import ReportOptions
from scanner.report.plain import visible
from scanner.report.text import place
from scanner.report.words import advice_for, scanned

_FAILED = ("new", "unchanged")


class JunitReporter:
    """One suite. Accepted findings are skipped tests; what was not scanned is an error; clean is one test."""

    name = "junit"

    def write(self, result: ScanResult, out: BinaryIO, options: ReportOptions) -> None:
        """Writes UTF-8 XML, one element a line."""
        findings = [finding for finding in result.findings if finding.status not in ("dropped", "gone")]
        missing = [skipped for skipped in result.summary.skipped if skipped.blocking]
        failures = sum(finding.status in _FAILED for finding in findings)
        tests = len(findings) + len(missing) or 1
        counts = f'tests="{tests}" failures="{failures}" errors="{len(missing)}" skipped="{len(findings) - failures}"'
        seconds = f'time="{result.summary.seconds:.3f}"'
        head = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<testsuites name="unsealed" {counts} {seconds}>\n<testsuite name="unsealed" {counts} {seconds}>\n'
        )
        out.write(head.encode())
        out.writelines(_case(finding, options).encode() for finding in findings)
        out.writelines(_error(skipped).encode() for skipped in missing)
        if not findings and not missing:
            looked_at = _text(scanned(result.summary) or result.summary.target)
            out.write(f'<testcase classname="unsealed" name="no secrets in {looked_at}"/>\n'.encode())
        out.write(b"</testsuite>\n</testsuites>\n")


def _case(finding: Finding, options: ReportOptions) -> str:
    where = place(finding)
    name = f"{finding.title} at {where} ({finding.fingerprint[:12]})"
    head = (
        f'<testcase classname="unsealed.{_text(finding.rule)}" name="{_text(name)}" '
        f'file="{_text(finding.path)}" line="{finding.position.line}">'
    )
    if finding.status not in _FAILED:
        why = finding.status_reason or finding.status
        return f'{head}<skipped message="{_text(why)}"/></testcase>\n'
    lines = [f"{where}: {finding.title}", finding.excerpt or finding.redacted]
    if options.show_secrets and finding.secret is not None:
        lines.append(finding.secret)
    if finding.origin.commit:
        lines.append(f"first in commit {finding.origin.commit} {finding.origin.author} {finding.origin.date}")
    lines += [f"{number}. {step}" for number, step in enumerate(advice_for(finding, options)["steps"], 1)]
    body = "\n".join(_text(line) for line in lines)
    message = f"{finding.severity.label}: {finding.title} {finding.redacted}"
    return f'{head}<failure type="{finding.severity.label}" message="{_text(message)}">{body}</failure></testcase>\n'


def _error(skipped: Skipped) -> str:
    message = f'<error type="incomplete" message="{_text(skipped.why)}"/>'
    return f'<testcase classname="unsealed.incomplete" name="not scanned: {_text(skipped.what)}">{message}</testcase>\n'


def _text(text: str) -> str:
    """Escaped; what XML 1.0 cannot hold at all has become an escape of our own before."""
    return escape(visible(text))
