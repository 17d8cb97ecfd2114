"""Finds one fingerprint again, and since when its value lies open.

The value never leaves this process: history is asked by reading versions of the file and scanning them, not by
handing git something to search for.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scanner.commands.shared import fingerprint_key
from scanner.model.errors import GitError
from scanner.model.finding import Finding, Occurrence, Origin
from scanner.model.span import LineIndex

if TYPE_CHECKING:
    from scanner.git.objects import ObjectReader
    from scanner.model.match import Match
    from scanner.model.text import Text
    from scanner.pipeline.text import TextScanner
    from scanner.rotation.runbook import Exposure

# Versions of a file that are looked at for the first one with the value.
_VERSIONS = 400
_LARGEST = 64 * 1024 * 1024


def find_fingerprint(
    prefix: str, files: Iterable[tuple[str, bytes]], *, rules: Sequence[str], key: bytes
) -> list[Finding]:
    """The findings in ``files`` whose fingerprint begins with ``prefix``, one a fingerprint, with all their places."""
    from scanner.engine.encoding import to_text

    scanner = _scanner(rules, key)
    found: dict[str, Finding] = {}
    for path, data in files:
        text = to_text(data, path)
        for match in scanner.scan(text):
            fingerprint = match.secret.fingerprint(match.rule, key)
            if match.reason or not fingerprint.startswith(prefix):
                continue
            finding = _finding(scanner, text, match, fingerprint)
            known = found.get(fingerprint)
            found[fingerprint] = finding if known is None else _joined(known, finding)
    return list(found.values())


def exposure_of(finding: Finding, root: str) -> Exposure:
    """The window of ``finding``: what its report says, else what the history of its file tells."""
    from scanner.report.plain import named
    from scanner.rotation.runbook import Exposure

    places = dict.fromkeys(
        f"{named(one.path, one.commit)}:{one.line}" + (f" ({one.commit[:10]})" if one.commit and one.path else "")
        for one in finding.occurrences
    )
    now = datetime.now(UTC).isoformat(timespec="seconds")
    origin, in_head = finding.origin, finding.in_head
    if finding.path and (not origin.commit or in_head is None):
        first, here = _history(finding, root)
        origin = origin if origin.commit else first
        in_head = here if in_head is None else in_head
    refs = finding.refs or (_refs(root, origin.commit) if origin.commit else ())
    return Exposure(
        since=origin.date,
        until=now,
        commit=origin.commit,
        author=origin.author,
        refs=refs,
        places=tuple(places) or (f"{finding.path}:{finding.position.line}",),
        in_head=in_head,
    )


def _scanner(rules: Sequence[str], key: bytes) -> TextScanner:
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.options import ScanOptions

    return text_scanner(ScanOptions(rules=tuple(rules), key=key, pack="strict"))


def _finding(scanner: TextScanner, text: Text, match: Match, fingerprint: str) -> Finding:
    rule = scanner.engine.rules.rule_named(match.rule)
    position = LineIndex(text.data).position(match.span)
    return Finding(
        fingerprint=fingerprint,
        rule=match.rule,
        title=rule.title if rule else match.rule,
        severity=match.severity,
        confidence=match.confidence,
        path=text.path,
        position=position,
        redacted=match.secret.redacted(),
        occurrences=(Occurrence("", text.path, position.line),),
        detail=match.detail,
        guide=rule.rotation if rule else "",
    )


def _joined(known: Finding, other: Finding) -> Finding:
    from dataclasses import replace

    detail = known.detail if known.detail.get("name") or not other.detail.get("name") else other.detail
    return replace(known, occurrences=(*known.occurrences, *other.occurrences), detail=detail)


def _history(finding: Finding, root: str) -> tuple[Origin, bool | None]:
    """The oldest version of the file that holds the value, and whether HEAD's does; nothing where git knows neither."""
    from scanner.git.objects import ObjectReader
    from scanner.git.run import Git

    git = Git(root)
    try:
        out = git.succeeds("log", "--format=%H%x00%an%x00%aI", "--no-show-signature", "HEAD", "--", finding.path)
    except GitError:
        return Origin(), None
    if out is None:
        return Origin(), None
    versions = [line.split("\0") for line in os.fsdecode(out).splitlines() if line.count("\0") == 2]
    with ObjectReader(git, limit=_LARGEST) as reader:
        holds = _Holds(finding, reader)
        for commit, author, date in reversed(versions[:_VERSIONS]):
            if holds(commit):
                return Origin(commit, author, date), holds("HEAD")
        return Origin(), holds("HEAD") if versions else None


class _Holds:
    """Whether the file of a finding holds its value in a given commit."""

    def __init__(self, finding: Finding, reader: ObjectReader) -> None:
        self._finding = finding
        self._reader = reader
        self._key = fingerprint_key()
        self._scanner = _scanner((), self._key)

    def __call__(self, commit: str) -> bool:
        from scanner.engine.encoding import to_text

        try:
            data = self._reader.read(f"{commit}:{self._finding.path}").data
        except GitError:
            return False
        matches = self._scanner.scan(to_text(data, self._finding.path))
        return any(one.secret.fingerprint(one.rule, self._key) == self._finding.fingerprint for one in matches)


def _refs(root: str, commit: str) -> tuple[str, ...]:
    from scanner.git.run import Git

    try:
        out = Git(root).succeeds("for-each-ref", "--format=%(refname:short)", f"--contains={commit}")
    except GitError:
        return ()
    return tuple(os.fsdecode(line) for line in (out or b"").splitlines())
