"""Several results as one, and two results compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from scanner.model.finding import Finding
from scanner.model.result import ScanResult, ScanSummary
from scanner.report.reading.record import earliest

_OPEN = ("new", "unchanged")
# When results disagree about one secret, the first of these counts.
_STATUS_ORDER = ("new", "unchanged", "baseline", "allowed", "gone", "dropped")


def merge(results: Sequence[ScanResult]) -> ScanResult:
    """One result with one finding a secret: places joined, the gravest rating and the oldest commit kept."""
    joined: dict[str, Finding] = {}
    for result in results:
        for finding in result.findings:
            known = joined.get(finding.fingerprint)
            joined[finding.fingerprint] = _join(known, finding) if known else finding
    return ScanResult(tuple(joined.values()), _summary([result.summary for result in results]))


def compare(old: ScanResult, new: ScanResult) -> ScanResult:
    """``new`` with each open finding's status set to ``new`` or ``unchanged``, and what is gone since ``old``.

    What an incomplete scan did not look at is not known to be gone; the summary says so.
    """
    before = {finding.fingerprint for finding in old.findings if finding.status in _OPEN}
    now = {finding.fingerprint for finding in new.findings}
    compared = [
        replace(finding, status="unchanged" if finding.fingerprint in before else "new")
        if finding.status in _OPEN
        else finding
        for finding in new.findings
        if finding.status != "gone"
    ]
    gone = [
        replace(finding, status="gone", status_reason="")
        for finding in old.findings
        if finding.status in _OPEN and finding.fingerprint not in now
    ]
    summary = new.summary._replace(target=f"{old.summary.target} -> {new.summary.target}")
    return ScanResult((*compared, *gone), summary)


def _join(known: Finding, other: Finding) -> Finding:
    first = earliest(known, other)
    heads = [finding.in_head for finding in (known, other) if finding.in_head is not None]
    status = min(known.status, other.status, key=_rank)
    return replace(
        first,
        severity=max(known.severity, other.severity),
        confidence=max(known.confidence, other.confidence),
        in_head=any(heads) if heads else None,
        refs=tuple(dict.fromkeys(known.refs + other.refs)),
        occurrences=tuple(dict.fromkeys(known.occurrences + other.occurrences)),
        status=status,
        status_reason=known.status_reason if status == known.status else other.status_reason,
        guide=known.guide or other.guide,
    )


def _rank(status: str) -> int:
    return _STATUS_ORDER.index(status) if status in _STATUS_ORDER else len(_STATUS_ORDER)


def _summary(summaries: Iterable[ScanSummary]) -> ScanSummary:
    parts = list(summaries)
    if len(parts) == 1:
        return parts[0]
    return ScanSummary(
        target=", ".join(dict.fromkeys(part.target for part in parts if part.target)),
        texts=sum(part.texts for part in parts),
        bytes=sum(part.bytes for part in parts),
        commits=sum(part.commits for part in parts),
        seconds=sum(part.seconds for part in parts),
        skipped=tuple(skipped for part in parts for skipped in part.skipped),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )
