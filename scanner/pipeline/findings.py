"""From matches in a text to findings in a report: placed, titled, redacted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from scanner.model.finding import Finding, Occurrence
from scanner.model.match import Match
from scanner.model.span import LineIndex, Span
from scanner.model.text import Text
from scanner.pipeline.options import ScanOptions
from scanner.ruleset.compiled import CompiledRules

# Characters of a line shown either side of a secret.
_AROUND = 60


def to_findings(
    text: Text,
    matches: Sequence[Match],
    *,
    rules: CompiledRules,
    options: ScanOptions,
    among: Sequence[Match] = (),
) -> list[Finding]:
    """A finding for each match that was not dropped and is grave enough.

    ``among`` are all matches of the text where ``matches`` is a part of them: what stands beside a secret in
    its excerpt is redacted too. With ``show_dropped`` the dropped ones come too, with status ``dropped`` and the reason.
    """
    wanted = [
        match
        for match in matches
        if (not match.reason and match.severity >= options.severity) or (match.reason and options.show_dropped)
    ]
    if not wanted:
        return []
    index = LineIndex(text.data)
    return [_finding(text, match, among or matches, index=index, rules=rules, options=options) for match in wanted]


def _finding(
    text: Text,
    match: Match,
    matches: Sequence[Match],
    *,
    index: LineIndex,
    rules: CompiledRules,
    options: ScanOptions,
) -> Finding:
    rule = rules.rule_named(match.rule)
    position = index.position(match.span)
    return Finding(
        fingerprint=match.secret.fingerprint(match.rule, options.key),
        rule=match.rule,
        title=rule.title if rule else match.rule,
        severity=match.severity,
        confidence=match.confidence,
        path=text.path,
        position=position,
        redacted=match.secret.redacted(),
        excerpt=excerpt(text.data, match, matches, index=index),
        secret=match.secret.reveal().decode("utf-8", "replace") if options.show_secrets else None,
        occurrences=(Occurrence("", text.path, position.line),),
        detail=match.detail,
        status="dropped" if match.reason else "new",
        status_reason=match.reason,
        guide=rule.rotation if rule else "generic",
    )


def excerpt(data: bytes, match: Match, matches: Iterable[Match], *, index: LineIndex) -> str:
    """The first line of ``match`` with every secret on it replaced by its redacted view."""
    line = index.bounds(index.line(match.span.start))
    start = max(line.start, match.span.start - _AROUND)
    end = min(line.end, max(match.span.end, match.span.start) + _AROUND)
    pieces, at = [], start
    for other in sorted(matches, key=lambda other: other.span):
        inside = Span(max(other.span.start, start), min(other.span.end, end))
        if inside.start >= inside.end or inside.start < at:
            continue
        pieces.append(_printable(data[at : inside.start]))
        pieces.append(other.secret.redacted())
        at = inside.end
    pieces.append(_printable(data[at:end]))
    return ("…" if start > line.start else "") + "".join(pieces).strip() + ("…" if end < line.end else "")


def _printable(data: bytes) -> str:
    text = data.decode("utf-8", "replace").replace("\t", " ")
    return "".join(char if char.isprintable() else "�" for char in text)


def grouped(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding a secret: equal fingerprints joined, the first place first, the gravest severity kept."""
    joined: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = (finding.fingerprint, finding.status)
        known = joined.get(key)
        if known is None:
            joined[key] = finding
            continue
        joined[key] = replace(
            known,
            severity=max(known.severity, finding.severity),
            occurrences=known.occurrences + finding.occurrences,
        )
    return tuple(
        sorted(joined.values(), key=lambda f: (-f.severity, f.path, f.position.line, f.position.column, f.rule))
    )
