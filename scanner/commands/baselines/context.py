"""The lines around a finding with every secret in them redacted, whatever rule would have found it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache

from scanner.engine.encoding import to_text
from scanner.git.run import Git
from scanner.model.finding import Finding
from scanner.model.match import Match
from scanner.model.regular import read_regular
from scanner.model.span import LineIndex, Span
from scanner.model.text import Text
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.pipeline.text import TextScanner

_AROUND = 3
_WIDTH = 110
_LARGEST = 4 * 1024 * 1024


def context_lines(root: str, finding: Finding) -> Iterator[str]:
    """Some lines either side, with numbers; the finding's own excerpt where the text cannot be read."""
    text = _text(root, finding)
    matches = scanner().scan(text) if text is not None else []
    index = LineIndex(text.data) if text is not None else None
    line = finding.position.line
    # The file may have changed since: without the secret in its place the lines around would be the wrong ones.
    if text is None or index is None or not any(index.line(match.span.start) == line for match in matches):
        yield f"  {line:>5} > {finding.excerpt}"
        return
    last = min(len(index) - text.data.endswith(b"\n"), line + _AROUND)
    for number in range(max(1, line - _AROUND), last + 1):
        yield f"  {number:>5} {'>' if number == line else '|'} {redacted_line(text, matches, index.bounds(number))}"


def redacted_line(text: Text, matches: list[Match], bounds: Span) -> str:
    """The bytes of one line, printable, with what any match covers replaced; dropped matches count too."""
    made, at = "", bounds.start
    for match in sorted(matches, key=lambda match: match.span):
        start, end = max(match.span.start, at), min(match.span.end, bounds.end)
        if start >= end and not (match.span.start < at < match.span.end):
            continue
        made += _printable(text.data[at:start]) if start > at else ""
        made += match.secret.redacted() if match.span.start >= bounds.start else "***"
        at = max(at, end)
    made += _printable(text.data[at : bounds.end])
    return made if len(made) <= _WIDTH else made[: _WIDTH - 1] + "…"


def _text(root: str, finding: Finding) -> Text | None:
    """The text as it was scanned: from the commit where there is one, else from the index or the file."""
    path = finding.path
    commit = next((place.commit for place in finding.occurrences if place.path == path and place.commit), "")
    data = _blob(root, f"{commit}:{path}")
    if data is None:
        try:
            data = read_regular(os.path.join(root, path), _LARGEST)
        except OSError:
            return None
    return to_text(data, path) if len(data) <= _LARGEST else None


def _blob(root: str, name: str) -> bytes | None:
    if not os.path.lexists(os.path.join(root, ".git")) or "\n" in name:
        return None
    return Git(root).succeeds("cat-file", "blob", name)


@lru_cache(maxsize=1)
def scanner() -> TextScanner:
    """What knows most secrets."""
    return text_scanner(ScanOptions(pack="strict"))


def _printable(data: bytes) -> str:
    text = data.decode("utf-8", "replace").replace("\t", "    ")
    return "".join(char if char.isprintable() else "?" for char in text)
