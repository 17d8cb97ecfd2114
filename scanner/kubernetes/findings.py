"""Where the handlers of the kinds put what they find: leaks, advice, and regions that only look like secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.manifest.documents import Document, Manifest
from scanner.manifest.node import Node
from scanner.model.levels import Confidence, Severity
from scanner.model.match import Inspect, Match
from scanner.model.secret import Secret
from scanner.model.span import Span

# Above the rules for text (3 at most): structure names the object, which they cannot.
STRUCTURE = 4
# A value only its place makes a secret: a vendor's format found in the same place says more.
TYPED = 3
# A value its name makes a secret: any rule that knows its form in this place says more.
ASSIGNED = 2
# Advice gives way to every finding.
ADVICE = 0

_LONGEST_DETAIL = 200
# Bytes of an object that advice points at.
_LONGEST_TIP = 80


@dataclass(slots=True)
class Findings:
    """Collects for one text. ``inspect`` runs the whole scanner over an inner value.

    ``loose`` is True for prose and programs: a stock password there is an example of one. ``custom`` is what the text
    seals other secrets with, where advice is asked for.
    """

    inspect: Inspect
    matches: list[Match] = field(default_factory=list)
    regions: list[Span] = field(default_factory=list)
    advice: bool = False
    loose: bool = False
    custom: str = ""

    def leak(
        self,
        rule: str,
        span: Span,
        secret: bytes,
        *,
        severity: Severity,
        detail: Mapping[str, str],
        confidence: Confidence = Confidence.HIGH,
        specific: int = TYPED,
    ) -> None:
        """A secret at ``span`` of the outermost text. Empty details are left out."""
        told = {key: value[:_LONGEST_DETAIL] for key, value in detail.items() if value}
        self.matches.append(Match(rule, span, Secret(secret), severity, confidence, told, specific=specific))

    def inner(
        self, match: Match, span: Span, *, severity: Severity, detail: Mapping[str, str], specific: int = STRUCTURE
    ) -> None:
        """A credential that another rule knows, found in a value of a manifest."""
        self.leak(
            match.rule,
            span,
            match.secret.reveal(),
            severity=max(severity, match.severity),
            detail={**_renamed(match.detail), **detail},
            confidence=match.confidence,
            specific=specific,
        )

    def tip(self, rule: str, node: Node, document: Document, *, about: str, detail: Mapping[str, str]) -> None:
        """Advice about ``node``. ``about`` is what makes two pieces of advice different; it is no secret."""
        if not self.advice:
            return
        place = document.place(node.span)
        line = Span(place.start, min(place.end, place.start + _LONGEST_TIP))
        self.leak(rule, line, about.encode(), severity=Severity.INFO, detail=detail, specific=ADVICE)

    def safe(self, node: Node | None, document: Document) -> None:
        """Claims a node: what rules for text see in it is no secret."""
        if node is not None and node.span.end > node.span.start:
            self.regions.append(document.place(node.span))


def _renamed(detail: Mapping[str, str]) -> dict[str, str]:
    """A match's own detail; how its layer was encoded goes by a name of ours, as the place is no longer the layer's."""
    return {("encoded" if key == "encoding" else key): value for key, value in detail.items()}


def told_of(manifest: Manifest) -> dict[str, str]:
    """What a finding's detail says of the object it is in."""
    return {"kind": manifest.kind, "namespace": manifest.namespace, "name": manifest.name}
