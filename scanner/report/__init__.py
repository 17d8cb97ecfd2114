"""Reports: findings in, bytes out. One module a format; a scan imports only those it writes.

Start with ``interface``. ``output`` writes them to files and the standard output.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from scanner.model.errors import UsageError

if TYPE_CHECKING:
    from scanner.report.interface import Reporter

_FORMATS = {
    "text": ("scanner.report.text", "TextReporter"),
    "json": ("scanner.report.jsons", "JsonReporter"),
    "jsonl": ("scanner.report.jsons", "JsonLinesReporter"),
    "sarif": ("scanner.report.sarif", "SarifReporter"),
    "gitlab": ("scanner.report.gitlab", "GitlabReporter"),
    "junit": ("scanner.report.junit", "JunitReporter"),
    "csv": ("scanner.report.csvs", "CsvReporter"),
    "github": ("scanner.report.github", "GithubReporter"),
    "markdown": ("scanner.report.markdown", "MarkdownReporter"),
    "html": ("scanner.report.html", "HtmlReporter"),
}

FORMATS = tuple(_FORMATS)
# By what a long list on a terminal can be summed up.
GROUPINGS = ("secret", "rule", "path", "author", "repository")

__all__ = ["FORMATS", "GROUPINGS", "known_format", "reporter"]


def known_format(name: str) -> str:
    """``name``, if a format is called that; raises UsageError otherwise."""
    if name not in _FORMATS:
        raise UsageError(f"no report format {name!a}; there are {', '.join(FORMATS)}")
    return name


def reporter(name: str) -> Reporter:
    """The report format called ``name``; raises UsageError for a name that is none."""
    module, attribute = _FORMATS[known_format(name)]
    made: Reporter = getattr(import_module(module), attribute)()
    return made
