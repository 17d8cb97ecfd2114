"""CSV for spreadsheets (RFC 4180), safe to open in one."""

from __future__ import annotations

import csv
from io import TextIOWrapper
from typing import BinaryIO

from scanner.model.finding import Finding
from scanner.model.result import ScanResult
from scanner.report.interface import ReportOptions
from scanner.report.plain import visible

_COLUMNS = (
    "severity", "confidence", "status", "title", "rule", "repository", "path", "line", "column", "redacted",
    "commit", "author", "date", "in_head", "places", "detail", "guide", "fingerprint",
)  # fmt: skip
# A spreadsheet runs a cell that starts with one of these as a formula; the wide forms are read as their narrow ones.
_FORMULA = tuple("=+-@\t\r\n|%＝＋－＠")


class CsvReporter:
    """A header and one row a secret."""

    name = "csv"

    def write(self, result: ScanResult, out: BinaryIO, options: ReportOptions) -> None:
        """Writes UTF-8; every cell is quoted, so that other separators split nothing."""
        text = TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
        try:
            writer = csv.writer(text, quoting=csv.QUOTE_ALL)
            writer.writerow((*_COLUMNS, "secret") if options.show_secrets else _COLUMNS)
            writer.writerows(_row(finding, options) for finding in result.findings)
            text.flush()
        finally:
            text.detach()


def _row(finding: Finding, options: ReportOptions) -> list[str]:
    origin, position = finding.origin, finding.position
    cells = [
        finding.severity.label,
        finding.confidence.label,
        finding.status,
        finding.title,
        finding.rule,
        finding.repository,
        finding.path,
        str(position.line),
        str(position.column),
        finding.redacted,
        origin.commit,
        origin.author,
        origin.date,
        {True: "yes", False: "no", None: ""}[finding.in_head],
        str(max(1, len(finding.occurrences))),
        "; ".join(f"{key}={value}" for key, value in finding.detail.items()),
        finding.guide,
        finding.fingerprint,
    ]
    if options.show_secrets:
        cells.append(finding.secret or "")
    return [cell_text(cell) for cell in cells]


def cell_text(value: str) -> str:
    """``value`` as a cell that no spreadsheet takes for a formula: an apostrophe goes before what looks like one."""
    shown = visible(value)
    return f"'{shown}" if value.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA) else shown
