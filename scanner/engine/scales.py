"""What a rule's expression matched, weighed: with what stands beside it, checks, and plausibility."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from scanner.engine.beside import Beside
from scanner.engine.checks.registry import CHECKS
from scanner.engine.checks.verdict import NEUTRAL, CheckContext, Outcome, Verdict
from scanner.engine.judge import Judge
from scanner.engine.larger import within_data
from scanner.engine.limited import EXPRESSION_TIMEOUT
from scanner.engine.plausibility import cut_short, doubtful, implausible, public, weak
from scanner.engine.programs import compiled
from scanner.model.filekind import FileKind
from scanner.model.levels import Confidence, Severity
from scanner.model.match import Match
from scanner.model.secret import Secret
from scanner.model.span import Span
from scanner.model.text import Text
from scanner.ruleset.schema import Rule

if TYPE_CHECKING:
    from regex import Match as Found
    from regex import Pattern

# Lines up and down in which a password's user is named.
_BESIDE = 2
# What ``specific`` is for a vendor's own format.
_VENDOR = 3


class Scales:
    """Weighs what one rule's expression matches, in one text after another.

    ``examples`` says where a value that is known for one is from, by its SHA-256; ``now`` (seconds since the epoch)
    decides what has expired.
    """

    __slots__ = ("_allow", "_beside", "_examples", "_judges", "_names", "_now", "_rule")

    def __init__(self, rule: Rule, examples: Mapping[str, str], now: float) -> None:
        self._rule, self._examples, self._now = rule, examples, now
        self._beside = Beside(rule, timeout=EXPRESSION_TIMEOUT)
        self._allow: tuple[Pattern[bytes], ...] | None = None
        self._judges: Judge | None = None
        self._names: _Names | None = None

    def begin(self, data: bytes) -> None:
        """Begin with the text ``data``."""
        self._beside.begin(data)

    def end(self) -> None:
        """Keep nothing of it."""
        self._beside.end()

    def match(self, text: Text, found: Found[bytes], *, dropped: bool) -> Match | None:
        """What ``found`` in ``text`` is; None for nothing, or unless ``dropped`` for what would be dropped anywhere."""
        rule = self._rule
        span, secret, key = self._value(text.data, found)
        if self._is_empty(secret) or (not dropped and self._hopeless(secret, key, text.kind)):
            return None
        groups = {name: value for name in self._names_of(found).others if (value := found[name]) is not None}
        detail = {name: _shown(value) for name, value in groups.items()}
        if key:
            groups["key"] = key
        severity = rule.severity
        if rule.keywords and not self._beside.has_keyword(span):
            return None
        if rule.pair:
            partner = self._beside.partner(span)
            if partner is None:
                if rule.unpaired is None:
                    return None
                severity = rule.unpaired
            else:
                detail |= _details(partner)
        verdict = NEUTRAL
        if rule.checks:
            verdict = self._checked(secret, CheckContext(groups, self._now))
            detail |= verdict.detail
        match = Match(
            rule=rule.id,
            span=span,
            secret=Secret(secret),
            severity=self._severity(severity, verdict),
            confidence=self._confidence(verdict),
            detail=detail,
            reason=verdict.reason if verdict.outcome is Outcome.DROP else "",
            specific=rule.specific,
            lead=span.start - found.start(),
        )
        return self._weighed(text, match, verdict, key)

    def is_idle(self, found: Found[bytes], kind: FileKind) -> bool:
        """True when nothing stands where ``found`` is, in whatever text of this kind."""
        _, secret, key = self._value(found.string, found)
        return self._is_empty(secret) or self._hopeless(secret, key, kind)

    def _value(self, data: bytes, found: Found[bytes]) -> tuple[Span, bytes, bytes]:
        """Where the secret is in ``data``, the secret, and the name that it goes by."""
        names = self._names_of(found)
        span = _secret(found, names)
        return span, data[span.start : span.end], (found["key"] or b"") if names.key else b""

    def _names_of(self, found: Found[bytes]) -> _Names:
        if self._names is None:
            self._names = _names(found.re.groupindex)
        return self._names

    def _is_empty(self, secret: bytes) -> bool:
        return not secret or bool(self._rule.entropy and shannon(secret) < self._rule.entropy)

    def _hopeless(self, secret: bytes, key: bytes, kind: FileKind) -> bool:
        """True when ``secret`` would be dropped for being implausible, whatever stands around it."""
        if self._rule.checks or self._vendors_form:
            return False
        return self._judge_of_values.hopeless(secret, key, kind) != "" and self._example(secret) is None

    @property
    def _judge_of_values(self) -> Judge:
        if self._judges is None:
            self._judges = Judge(self._rule.plausible)
        return self._judges

    def _example(self, value: bytes) -> str | None:
        """Where ``value`` is a known example of, if it is one."""
        return self._examples.get(hashlib.sha256(value).hexdigest()) if self._examples else None

    def _weighed(self, text: Text, match: Match, verdict: Verdict, key: bytes) -> Match:
        """``match`` after the known examples, the rule's own allowances and plausibility."""
        value = match.secret.reveal()
        known = self._example(value)
        if known is not None:
            return replace(match, severity=Severity.INFO, detail={**match.detail, "example": known})
        if match.reason or verdict.outcome is Outcome.PASS:
            return match
        if self._allowed(value):
            return replace(match, reason="allowed by the rule")
        if within_data(text.data, match.span):
            return replace(match, reason="within encoded data")
        doubt = doubtful(value) or cut_short(text.data, match.span.end) if self._vendors_form else ""
        if doubt and not implausible(value, mode="token"):
            return self._doubted(match, doubt)
        line = self._beside.lines(match.span, 0)
        reason = self._judge_of_values.implausible(value, key, text.kind, text.data[line.start : line.end])
        if reason:
            return replace(match, reason=reason)
        if match.severity <= Severity.LOW:
            return match
        doubt = public(value) if self._rule.specific < _VENDOR else ""
        if not doubt and self._judge_of_values.is_password(key):
            beside = self._beside.lines(match.span, _BESIDE)
            doubt = weak(value, text.data[beside.start : beside.end])
        return replace(match, severity=Severity.LOW, detail={**match.detail, "doubt": doubt}) if doubt else match

    @property
    def _vendors_form(self) -> bool:
        """True when the rule says exactly what a vendor's value looks like: then a made-up one is worth a line."""
        return self._rule.plausible == "token" or (self._rule.plausible == "value" and self._rule.specific >= _VENDOR)

    def _doubted(self, match: Match, doubt: str) -> Match:
        """``match`` as a low finding with the reason for the doubt; an identifier is worth no doubt."""
        if match.severity <= Severity.LOW and match.confidence <= Confidence.LOW:
            return replace(match, reason=f"looks like a {doubt}")
        severity, detail = min(match.severity, Severity.LOW), {**match.detail, "doubt": f"looks like a {doubt}"}
        return replace(match, severity=severity, confidence=Confidence.LOW, detail=detail)

    def _checked(self, secret: bytes, context: CheckContext) -> Verdict:
        """The verdicts of all checks as one: a drop ends it, a failure outweighs a pass, details add up."""
        outcome, reason, severity = Outcome.NEUTRAL, "", None
        detail: dict[str, str] = {}
        for name in self._rule.checks:
            verdict = CHECKS[name](secret, context)
            detail |= verdict.detail
            severity = verdict.severity if verdict.severity is not None else severity
            if verdict.outcome is Outcome.DROP:
                return Verdict(Outcome.DROP, verdict.reason, severity, detail)
            if verdict.outcome is Outcome.FAIL or (verdict.outcome is Outcome.PASS and outcome is Outcome.NEUTRAL):
                outcome, reason = verdict.outcome, verdict.reason
        return Verdict(outcome, reason, severity, detail)

    def _severity(self, base: Severity, verdict: Verdict) -> Severity:
        if verdict.severity is not None:
            return verdict.severity
        if verdict.outcome is Outcome.FAIL:
            return Severity(max(Severity.LOW, base - 1))
        return base

    def _confidence(self, verdict: Verdict) -> Confidence:
        if verdict.outcome is Outcome.PASS:
            return Confidence.VERIFIED_FORMAT
        if verdict.outcome is Outcome.FAIL:
            return Confidence.LOW
        return self._rule.confidence

    def _allowed(self, value: bytes) -> bool:
        if self._allow is None:
            self._allow = tuple(compiled(item) for item in self._rule.allow)
        return any(pattern.fullmatch(value, timeout=EXPRESSION_TIMEOUT) for pattern in self._allow)


class _Names(NamedTuple):
    """The names of an expression's groups: those of secrets, those of all else but a ``key``, and if there is one."""

    secrets: tuple[str, ...]
    others: tuple[str, ...]
    key: bool


def _names(names: Iterable[str]) -> _Names:
    secrets = tuple(name for name in names if name.startswith("secret"))
    return _Names(secrets, tuple(name for name in names if name not in (*secrets, "key")), "key" in names)


def _secret(found: Found[bytes], names: _Names) -> Span:
    """Where the secret is: the first of its groups that holds something, or all that matched."""
    for name in names.secrets:
        start, end = found.span(name)
        if end > start:
            return Span(start, end)
    return Span(*found.span())


def shannon(value: bytes) -> float:
    """Shannon entropy in bits a byte."""
    counts = Counter(value)
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())


def _details(found: Found[bytes]) -> dict[str, str]:
    return {name: _shown(value) for name, value in found.groupdict().items() if value is not None}


def _shown(value: bytes) -> str:
    return value.decode("utf-8", "replace")
