"""Reports: findings in, bytes out. One module a format; a scan imports only those it writes.

Start with ``interface``. ``output`` writes them to files and the standard output.
"""

from __future__ import annotations

from importlib import import_module

from scanner.model.errors import UsageError
from scanner.report.interface import Reporter, ReportOptions

_FORMATS = {
    "text": ("scanner.report.text", "TextReporter"),
    "json": ("scanner.report.jsons", "JsonReporter"),
    "jsonl": ("scanner.report.jsons", "JsonLinesReporter"),
}

FORMATS = tuple(_FORMATS)

__all__ = ["FORMATS", "ReportOptions", "Reporter", "reporter"]


def reporter(name: str) -> Reporter:
    """The report format called ``name``; raises UsageError for a name that is none."""
    try:
        module, attribute = _FORMATS[name]
    except KeyError:
        raise UsageError(f"no report format {name!r}; there are {', '.join(FORMATS)}") from None
    made: Reporter = getattr(import_module(module), attribute)()
    return made
