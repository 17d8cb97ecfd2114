"""Finds one fingerprint again, and since when its value lies open.

The value never leaves this process: history is asked by reading versions of the file and scanning them, not by
handing git something to search for.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scanner.model.finding import Finding, Occurrence
from scanner.model.span import LineIndex

if TYPE_CHECKING:
    from scanner.model.match import Match
    from scanner.model.text import Text
    from scanner.pipeline.text import TextScanner
    from scanner.rotation.runbook import Exposure

# Versions of a file that are looked at for the first one with the value.
_VERSIONS = 400


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
    from scanner.rotation.runbook import Exposure

    places = dict.fromkeys(
        f"{one.path}:{one.line}" + (f" ({one.commit[:10]})" if one.commit else "") for one in finding.occurrences
    )
    now = datetime.now(UTC).isoformat(timespec="seconds")
    commit, author, date = finding.origin.commit, finding.origin.author, finding.origin.date
    refs, in_head = finding.refs, finding.in_head
    if not commit and finding.path:
        commit, author, date = _first_commit(finding, root)
    if commit and not refs:
        refs = _refs(root, commit)
    return Exposure(
        date, now, commit, author, refs, tuple(places) or (f"{finding.path}:{finding.position.line}",), in_head
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


def _first_commit(finding: Finding, root: str) -> tuple[str, str, str]:
    """Commit, author and date of the oldest version of the file that holds the value; empty where git knows none."""
    from scanner.commands.shared import fingerprint_key
    from scanner.engine.encoding import to_text
    from scanner.git.objects import ObjectReader
    from scanner.git.run import Git
    from scanner.model.errors import GitError

    git = Git(root)
    try:
        out = git.succeeds("log", "--format=%H%x00%an%x00%aI", "--no-show-signature", "HEAD", "--", finding.path)
    except GitError:
        return "", "", ""
    versions = [line.split("\0") for line in os.fsdecode(out or b"").splitlines() if line.count("\0") == 2]
    scanner, key = _scanner((), fingerprint_key()), fingerprint_key()
    with ObjectReader(git, limit=64 * 1024 * 1024) as reader:
        for commit, author, date in reversed(versions[:_VERSIONS]):
            try:
                data = reader.read(f"{commit}:{finding.path}").data
            except GitError:
                continue
            matches = scanner.scan(to_text(data, finding.path))
            if any(one.secret.fingerprint(one.rule, key) == finding.fingerprint for one in matches):
                return commit, author, date
    return "", "", ""


def _refs(root: str, commit: str) -> tuple[str, ...]:
    from scanner.git.run import Git
    from scanner.model.errors import GitError

    try:
        out = Git(root).succeeds("for-each-ref", "--format=%(refname:short)", f"--contains={commit}")
    except GitError:
        return ()
    return tuple(os.fsdecode(line) for line in (out or b"").splitlines())
