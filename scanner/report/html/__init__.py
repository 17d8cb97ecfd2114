"""The page a security team opens: one file, no network, nothing in it that a scanned repository could run.

The findings are data in the page, as rows of a table; ``assets/`` holds what shows them. The content security policy
names the hashes of that one style sheet and that one script, so nothing else runs, whatever a path or an author is
called; and nothing may be loaded.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import BinaryIO

from scanner.model.result import ScanResult
from scanner.report.html.rows import Rows
from scanner.report.html.trend import trend_section
from scanner.report.interface import ReportOptions
from scanner.report.jsons import encode
from scanner.report.plain import visible
from scanner.report.words import open_findings, scanned, tally, worst_first

_SCRIPTS = ("data.js", "progress.js", "filters.js", "charts.js", "list.js", "detail.js", "main.js")
_MOST_SKIPPED = 200


class HtmlReporter:
    """Overview with charts, filters, and one view a secret with its timeline and rotation steps to tick off."""

    name = "html"

    def write(self, result: ScanResult, out: BinaryIO, options: ReportOptions) -> None:
        """Writes ASCII HTML; the findings are streamed, one a line."""
        style, script = _asset("page.css"), "".join(_asset(name) for name in _SCRIPTS)
        out.write(_opening(result, style, script, options).encode("ascii", "xmlcharrefreplace"))
        rows = Rows(options)
        out.write(b'<script type="application/json" id="rows">[\n')
        separator = b""
        for finding in worst_first(finding for finding in result.findings if finding.status != "dropped"):
            out.write(separator + data_text(rows.row(finding)))
            separator = b",\n"
        out.write(b'\n]</script>\n<script type="application/json" id="tables">' + data_text(rows.tables(result)))
        out.write(f"</script>\n<script>{script}</script>\n</body>\n</html>\n".encode("ascii"))


def data_text(value: object) -> bytes:
    """JSON that cannot end the script element it stands in, nor open a comment there."""
    return encode(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").encode("ascii")


def _opening(result: ScanResult, style: str, script: str, options: ReportOptions) -> str:
    found = open_findings(result.findings)
    looked_at = _text(scanned(result.summary))
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src {_source(style)}",
            f"script-src {_source(script)}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    values = {
        "policy": policy,
        "style": style,
        "title": _text(f"{tally(found) if found else 'no secrets'} - {result.summary.target or 'unsealed'}"),
        "target": _text(result.summary.target or "this scan"),
        "verdict": _text(tally(found) if found else "no secrets"),
        "scanned": f": looked at {looked_at}" if looked_at else "",
        "missing": _missing(result),
        "trend": trend_section(options.trend),
        "warning": '<p class="raw" role="alert">This page holds raw secrets. Do not share it.</p>'
        if options.show_secrets
        else "",
    }
    # In one pass: a value is never searched for names.
    return re.sub(r"\{\{(\w+)\}\}", lambda name: values[name[1]], _asset("page.html"))


def _missing(result: ScanResult) -> str:
    missing = [skipped for skipped in result.summary.skipped if skipped.blocking]
    if not missing:
        return ""
    items = "".join(f"<li><code>{_text(one.what)}</code>: {_text(one.why)}</li>" for one in missing[:_MOST_SKIPPED])
    more = f"<li>and {len(missing) - _MOST_SKIPPED:,} more</li>" if len(missing) > _MOST_SKIPPED else ""
    return (
        f'<details class="missing"><summary>Incomplete: {len(missing):,} not scanned</summary>'
        f"<ul>{items}{more}</ul></details>"
    )


def _asset(name: str) -> str:
    return files(f"{__package__}.assets").joinpath(name).read_text("utf-8")


def _source(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def _text(text: str) -> str:
    return escape(visible(text))
