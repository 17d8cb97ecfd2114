"""GitHub annotations: workflow commands that mark lines in a pull request.

GitHub shows 10 errors, 10 warnings and 10 notices a step and drops the rest without a word, so the worst are
written and the rest is counted. The whole list goes into the job summary, see ``summary``.
"""

from __future__ import annotations

import os
from contextlib import suppress
from io import BytesIO
from typing import BinaryIO

from scanner.model.finding import Finding
from scanner.model.levels import Severity
from scanner.model.plural import plural
from scanner.model.result import ScanResult
from scanner.report.interface import ReportOptions
from scanner.report.plain import visible
from scanner.report.words import advice_for, open_findings, worst_first

_COMMANDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}
_MOST_OF_EACH = 10
_STEPS = 3


class GithubReporter:
    """Annotations, the worst first."""

    name = "github"

    def write(self, result: ScanResult, out: BinaryIO, options: ReportOptions) -> None:
        """Writes one command a line, and a plain line about what GitHub would not show."""
        found = worst_first(open_findings(result.findings))
        missing = [skipped for skipped in result.summary.skipped if skipped.blocking]
        used = {"error": 1 if missing else 0, "warning": 0, "notice": 0}
        if missing:
            text = "; ".join(f"{one.what}: {one.why}" for one in missing[:5])
            out.write(
                f"::error title=Secret scan incomplete::{_data(f'{len(missing):,} not scanned: {text}')}\n".encode()
            )
        left_out = 0
        for finding in found:
            command = _COMMANDS[finding.severity]
            used[command] += 1
            if used[command] > _MOST_OF_EACH:
                left_out += 1
                continue
            out.write(_annotation(command, finding, options).encode())
        if left_out:
            out.write(
                f"{plural(left_out, 'more secret')} without an annotation; the job summary lists them.\n".encode()
            )


def write_summary(result: ScanResult, options: ReportOptions) -> None:
    """Appends the Markdown report to the job summary, where the runner offers one (GITHUB_STEP_SUMMARY).

    A summary that cannot be written is no reason to fail: the annotations and the exit code have said it all.
    """
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    from scanner.report.markdown import MarkdownReporter

    page = BytesIO()
    MarkdownReporter().write(result, page, options)
    with suppress(OSError), open(path, "ab") as out:
        out.write(page.getvalue())


def _annotation(command: str, finding: Finding, options: ReportOptions) -> str:
    position = finding.position
    properties = [f"file={_property(finding.path)}"] if finding.path else []
    properties.append(f"line={max(1, position.line)}")
    properties.append(f"endLine={max(1, position.line, position.end_line)}")
    if position.line == position.end_line:
        properties += [f"col={max(1, position.column)}", f"endColumn={max(1, position.end_column)}"]
    properties.append(f"title={_property(f'{finding.severity.label}: {finding.title}')}")
    value = finding.secret if options.show_secrets and finding.secret is not None else finding.redacted
    lines = [f"{visible(finding.title)}: {visible(value)}"]
    if finding.origin.commit:
        lines.append(f"First in commit {finding.origin.commit[:12]}.")
    steps = advice_for(finding, options)["steps"]
    lines += [f"{number}. {visible(step)}" for number, step in enumerate(steps[:_STEPS], 1)]
    message = _escape_data("\n".join(lines))
    return f"::{command} {','.join(properties)}::{message}\n"


def _data(text: str) -> str:
    return _escape_data(visible(text))


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
