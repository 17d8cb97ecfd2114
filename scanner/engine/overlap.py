"""Several rules, one secret: of matches that overlap, the one that says most stays."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from scanner.model.match import Match


def resolve(matches: Iterable[Match]) -> list[Match]:
    """One match a secret, in the order of the text.

    Plausible matches win over dropped ones, then the more specific, the surer, the graver, the one in the text as it
    stands over one in a decoded layer of it, the longer, the one that read more before it, at last the first given.
    """
    ranked = sorted(
        matches,
        key=lambda match: (
            match.reason != "",
            -match.specific,
            -match.confidence,
            -match.severity,
            "encoding" in match.detail,
            match.span.start - match.span.end,
            match.span.start,
            -match.lead,
        ),
    )
    kept: list[Match] = []  # never overlapping, in order of their place
    for match in ranked:
        at = bisect_left(kept, match.span, key=lambda other: other.span)
        beside = kept[max(0, at - 1) : at + 1]
        if not any(match.span.overlaps(other.span) for other in beside):
            kept.insert(at, match)
    return kept
