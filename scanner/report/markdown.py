"""Markdown: a job summary, a comment, an issue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from scanner.model.finding import Finding
from scanner.model.plural import plural
from scanner.model.result import ScanResult
from scanner.report.interface import ReportOptions
from scanner.report.links import finding_link
from scanner.report.markup import markdown_code, markdown_step, markdown_text
from scanner.report.nextsteps import next_steps
from scanner.report.plain import named
from scanner.report.words import advice_for, open_findings, scanned, severities, tally, worst_first

_DEFAULT_LIMIT = 100
_MOST_SKIPPED = 20
_MOST_GUIDES = 20
# GitHub refuses a job summary of more than 1 MiB; the rest of the page fits in what is left.
_MOST_BYTES = 900_000


class MarkdownReporter:
    """Sums, a table of the worst findings, and how to rotate them."""

    name = "markdown"

    def write(self, result: ScanResult, out: BinaryIO, options: ReportOptions) -> None:
        """Writes UTF-8, at most 1 MiB: the table is cut where it would grow beyond, and says so."""
        out.writelines(f"{line}\n".encode() for line in _lines(result, options))


def _lines(result: ScanResult, options: ReportOptions) -> Iterator[str]:
    found = worst_first(open_findings(result.findings))
    missing = [skipped for skipped in result.summary.skipped if skipped.blocking]
    yield f"## unsealed: {tally(found) if found else 'no secrets'}"
    yield ""
    looked_at = scanned(result.summary)
    yield f"Looked at {looked_at}." if looked_at else f"From {markdown_code(result.summary.target or 'a report')}."
    known = sum(finding.status in ("baseline", "allowed") for finding in result.findings)
    if known:
        yield f"{known:,} more in the baseline or allowed."
    if missing:
        yield from ("", f"**Incomplete: {len(missing):,} not scanned.**", "")
        for skipped in missing[:_MOST_SKIPPED]:
            yield f"- {markdown_code(skipped.what)}: {markdown_text(skipped.why)}"
        if len(missing) > _MOST_SKIPPED:
            yield f"- … and {len(missing) - _MOST_SKIPPED:,} more"
    if found:
        yield ""
        yield from _table(found, options)
        yield from ("", "### What to do", "")
        yield " ".join(markdown_text(sentence) for sentence in next_steps(options.setting))
        yield from _guides(found, options)


def _table(found: Sequence[Finding], options: ReportOptions) -> Iterator[str]:
    if len(found) > 10:
        yield "| severity | secrets |"
        yield "| --- | ---: |"
        for severity, count in severities(found).items():
            yield f"| {severity.label} | {count:,} |"
        yield ""
    limit = _DEFAULT_LIMIT if options.limit is None else options.limit or len(found)
    yield "| severity | what | where | value | since |"
    yield "| --- | --- | --- | --- | --- |"
    written = shown = 0
    for finding in found[:limit]:
        row = _row(finding, options)
        written += len(row.encode()) + 1
        if written > _MOST_BYTES:
            break
        yield row
        shown += 1
    if shown < len(found):
        yield ""
        yield f"… and {plural(len(found) - shown, 'more secret')}."


def _row(finding: Finding, options: ReportOptions) -> str:
    where = markdown_code(f"{named(finding.path, finding.origin.commit)}:{finding.position.line}", in_table=True)
    link = finding_link(finding, options.remote)
    if link:
        where = f"[{where}]({link})"
    if finding.repository:
        where = f"{markdown_code(finding.repository, in_table=True)} {where}"
    if len(finding.occurrences) > 1:
        where += f" (+{len(finding.occurrences) - 1:,})"
    value = finding.secret if options.show_secrets and finding.secret is not None else finding.redacted
    since = ""
    if finding.origin.commit:
        since = " ".join(part for part in (markdown_code(finding.origin.commit[:10]), finding.origin.date[:10]) if part)
    if finding.in_head is not None:
        since += " in HEAD" if finding.in_head else " history only"
    title = markdown_text(finding.title)
    return f"| {finding.severity.label} | {title} | {where} | {markdown_code(value, in_table=True)} | {since.strip()} |"


def _guides(found: Sequence[Finding], options: ReportOptions) -> Iterator[str]:
    first: dict[str, Finding] = {}
    for finding in found:
        first.setdefault(finding.guide or finding.rule, finding)
    for finding in list(first.values())[:_MOST_GUIDES]:
        advice = advice_for(finding, options)
        if not advice["steps"]:
            continue
        yield from ("", "<details>", "")
        # The title stands inside HTML, where Markdown's escapes are shown as they are.
        yield f"<summary>Rotate: {_html(advice['summary'] or finding.title)}</summary>"
        yield ""
        for number, step in enumerate(advice["steps"], 1):
            yield f"{number}. {markdown_step(step)}"
        yield from (f"- <{link}>" for link in advice["links"] if link.startswith("https://") and ">" not in link)
        yield from ("", "</details>")


def _html(text: str) -> str:
    from html import escape

    from scanner.report.plain import visible

    return escape(visible(text))
