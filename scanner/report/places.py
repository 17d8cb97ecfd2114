"""One finding a secret: the places of equal fingerprints joined, for reports that people read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scanner.model.finding import Finding
from scanner.model.result import ScanResult


def by_secret(result: ScanResult) -> ScanResult:
    """``result`` with one finding for each secret and status: the first of them, the gravest severity, all places."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in result.findings:
        groups.setdefault((finding.fingerprint, finding.status), []).append(finding)
    if len(groups) == len(result.findings):
        return result
    return result._replace(findings=tuple(_joined(group) for group in groups.values()))


def _joined(group: Sequence[Finding]) -> Finding:
    if len(group) == 1:
        return group[0]
    places = dict.fromkeys(place for finding in group for place in finding.occurrences)
    return replace(group[0], severity=max(finding.severity for finding in group), occurrences=tuple(places))
