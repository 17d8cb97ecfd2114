"""Matches made by hand, for tests that need no engine."""

from __future__ import annotations

from scanner.model.levels import Confidence, Severity
from scanner.model.match import Match
from scanner.model.secret import Secret
from scanner.model.span import Span
from scanner.model.text import Text
from scanner.suppress import Place, Sighting, Suppressor, Verdict
from scanner.suppress.case import Case

TODAY = "2026-06-15"


def match_in(text: Text, secret: bytes, *, rule: str = "generic-password", specific: int = 3) -> Match:
    """A match of ``secret`` where it first stands in ``text``."""
    at = text.data.index(secret)
    return Match(
        rule=rule,
        span=Span(at, at + len(secret)),
        secret=Secret(secret),
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        specific=specific,
    )


def case_of(
    data: bytes, secret: bytes, *, path: str = "app.py", rule: str = "generic-password", specific: int = 3
) -> Case:
    """The case of ``secret`` in a file with this content."""
    text = Text.named(data, path)
    return Case(match_in(text, secret, rule=rule, specific=specific), text)


def verdict_of(suppressor: Suppressor, case: Case, *, commit: str = "", in_head: bool | None = None) -> Verdict | None:
    """What becomes of one case at its own path and line."""
    place = Place(case.text.path, case.line_number, commit, in_head)
    return suppressor.judge(case.match.rule, [Sighting(suppressor.claims(case.match, case.text), place)])


def status_of(suppressor: Suppressor, case: Case, *, commit: str = "") -> str:
    """The status alone: ``new`` when nothing speaks of the case."""
    verdict = verdict_of(suppressor, case, commit=commit)
    return verdict.status if verdict else "new"
