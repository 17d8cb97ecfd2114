"""The second pass: a rule's exact expression around its hits, then everything that makes it sure."""

from __future__ import annotations

import hashlib
import math
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from scanner.engine import limited, windows
from scanner.engine.allowance import Patience
from scanner.engine.beside import Beside
from scanner.engine.checks.registry import CHECKS
from scanner.engine.checks.verdict import NEUTRAL, CheckContext, Outcome, Verdict
from scanner.engine.crowded import FEW, Crowd, Expressions, outermost
from scanner.engine.judge import Judge
from scanner.engine.larger import within_data
from scanner.engine.lines import is_worth, lines_of
from scanner.engine.pathfilter import wants
from scanner.engine.plausibility import cut_short, doubtful, implausible, public, weak
from scanner.engine.programs import compiled
from scanner.engine.sieve import WORTH_A_SIEVE, is_kept
from scanner.model.filekind import FileKind
from scanner.model.levels import Confidence, Severity
from scanner.model.match import Match
from scanner.model.secret import Secret
from scanner.model.span import Span
from scanner.model.text import Text
from scanner.ruleset.compiled import Expression
from scanner.ruleset.schema import Rule

if TYPE_CHECKING:
    from regex import Match as Found
    from regex import Pattern

_Search = Callable[[bytes, Span], "Iterable[Found[bytes]]"]
# Seconds one expression may take in one window; past it the rule is reported as not tried there.
EXPRESSION_TIMEOUT = 1.0
# Lines up and down in which a password's user is named.
_BESIDE = 2
# What ``specific`` is for a vendor's own format.
_VENDOR = 3
# A window of so many bytes is searched as many are: to look for a name takes a quarter of a microsecond a byte.
_LONG = 1024


@dataclass(slots=True)
class Matcher:
    """Runs one rule. Expressions are compiled on first use; ``timeouts`` names rules that ran away.

    ``now`` (seconds since the epoch) decides what has expired. Each search gives dropped matches too, with their
    reason, unless ``dropped`` is false: that spares most of what a candidate costs.
    """

    rule: Rule
    examples: Mapping[str, str]
    now: float = field(default_factory=time.time)
    timeouts: int = 0
    _pattern: Pattern[bytes] | None = None
    _needs: Pattern[bytes] | None = None
    _expressions: Expressions | None = None
    _allow: tuple[Pattern[bytes], ...] | None = None
    _beside: Beside = field(init=False)
    _patience: Patience = field(default_factory=Patience)
    _searched: int = 0
    _judges: Judge | None = None
    _names: _Names | None = None

    def __post_init__(self) -> None:
        self._beside = Beside(self.rule, timeout=EXPRESSION_TIMEOUT)

    def matches(self, text: Text, hits: Sequence[tuple[Expression, int]], *, dropped: bool = True) -> Iterator[Match]:
        """Matches around ``hits`` (expression, end offset)."""
        # Asked before anything is done: in a program's bytes most rules wake for nothing, and so do those for files of
        # one name in all others.
        if not self.is_for(text):
            return iter(())
        outer = self.outer(text, hits)
        spans = self.spans(text, outer)
        # Hits outside of what matches do not say how many names there are, or where.
        many = len(hits) > FEW or (self.rule.backwards != "" and not self.rule.inside)
        if many or self._is_long(spans):
            # All of them are wanted only where matches are asked from behind, back to a hit.
            from_behind = not many and is_kept(self.rule.pattern.encode())
            crowd = self._crowd(hits if self.rule.backwards else outer, spans, from_behind=from_behind)
            return self._judged(text, crowd.worth_a_look(), self._own(hits, crowd.matches), dropped=dropped)
        return self._judged(text, spans, self._own(hits, self._near), dropped=dropped)

    def _is_long(self, spans: Sequence[Span]) -> bool:
        """True when a few windows are so long that they are better asked from behind: if that was compiled, or pays."""
        size = sum(size for start, end in spans if (size := end - start) >= _LONG)
        self._searched += size
        return size > 0 and (self._searched > WORTH_A_SIEVE or is_kept(self.rule.pattern.encode()))

    def outer(self, text: Text, hits: Sequence[tuple[Expression, int]]) -> Sequence[tuple[Expression, int]]:
        """Those of ``hits`` whose lines are all that is looked at."""
        return outermost(text.data, hits) if len(hits) > FEW else hits

    def spans(self, text: Text, hits: Sequence[tuple[Expression, int]]) -> list[Span]:
        """Where the expression looks for ``hits`` (expression, end offset), in order and apart from each other."""
        reach = self.rule.reach
        if is_worth(len(hits), text.data):
            lines = lines_of(text.data)
            found = [
                lines.windows(ends, near=_lines(one), reach=reach, before=one.before, after=one.after)
                for one, ends in _ends(hits)
            ]
            spans = found[0] if len(found) == 1 else windows.merged(chain.from_iterable(found))
        else:
            spans = windows.merged(
                windows.window(text.data, end, near=_lines(one), reach=reach, before=one.before, after=one.after)
                for one, end in hits
            )
        if len(spans) < 2 or windows.ends_at_window(self.rule.pattern):
            return spans
        return windows.in_stretches(text.data, spans)

    def matches_whole(self, text: Text, *, dropped: bool = True) -> Iterator[Match]:
        """Matches anywhere in ``text``."""
        if not self.is_for(text):
            return iter(())
        return self.matches_in(text, (Span(0, len(text.data)),), dropped=dropped)

    def ready(self) -> tuple[Pattern[bytes], Pattern[bytes] | None]:
        """The rule's expression and the one that it needs, compiled."""
        if self._pattern is None:
            self._pattern = compiled(self.rule.pattern)
            self._needs = compiled(self.rule.needs) if self.rule.needs else None
        return self._pattern, self._needs

    def is_for(self, text: Text) -> bool:
        """True when the rule is for texts of this kind and path."""
        return text.kind in self.rule.kinds and wants(self.rule.path, text.path)

    def matches_in(self, text: Text, spans: Iterable[Span], *, dropped: bool = True) -> Iterator[Match]:
        """Matches within ``spans`` of ``text``."""
        return self._judged(text, spans, self._near, dropped=dropped)

    def _judged(
        self,
        text: Text,
        spans: Iterable[Span],
        search: _Search,
        *,
        dropped: bool,
    ) -> Iterator[Match]:
        self._beside.begin(text.data)
        try:
            for span in spans:
                try:
                    for found in search(text.data, span):
                        match = self._judge(text, found, dropped=dropped)
                        if match is not None and (dropped or not match.reason):
                            yield match
                except TimeoutError:
                    self.timeouts += 1
        finally:
            self._beside.end()

    def _own(self, hits: Sequence[tuple[Expression, int]], search: _Search) -> _Search:
        """``search`` for what holds one of ``hits``, where a rule reaches so far that others may stand at its end.

        Those are cut off there. They have hits of their own, or are known from a version of the text before.
        """
        rule = self.rule
        if not rule.reach or not rule.inside or rule.keywords or rule.pair:
            return search
        ends = sorted(end for _, end in hits)

        def own(data: bytes, span: Span) -> Iterator[Found[bytes]]:
            for found in search(data, span):
                at = bisect_right(ends, found.start())
                if at < len(ends) and ends[at] <= found.end():
                    yield found

        return own

    def _near(self, data: bytes, span: Span) -> Iterator[Found[bytes]]:
        pattern, needs = self.ready()
        start, end = span
        if needs and limited.search(needs, data, start, end, seconds=EXPRESSION_TIMEOUT) is None:
            return
        yield from limited.each(pattern, data, start, end, seconds=EXPRESSION_TIMEOUT)

    def _crowd(
        self, hits: Sequence[tuple[Expression, int]], spans: Sequence[Span], *, from_behind: bool = False
    ) -> Crowd:
        rule = self.rule
        if self._expressions is None:
            pattern, needs = self.ready()
            self._expressions = Expressions(pattern, needs, compiled(rule.backwards) if rule.backwards else None)
        return Crowd(
            self._expressions,
            [end for _, end in hits] if rule.inside else [],
            spans,
            lines=rule.near,
            joins=all(expression.joins for expression, _ in hits),
            timeout=EXPRESSION_TIMEOUT,
            patience=self._patience,
            from_behind=from_behind,
        )

    def _judge(self, text: Text, found: Found[bytes], *, dropped: bool) -> Match | None:
        rule = self.rule
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
            verdict = self._checked(secret, CheckContext(groups, self.now))
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
        return not secret or bool(self.rule.entropy and shannon(secret) < self.rule.entropy)

    def _hopeless(self, secret: bytes, key: bytes, kind: FileKind) -> bool:
        """True when ``secret`` would be dropped for being implausible, whatever stands around it."""
        if self.rule.checks or self._vendors_form:
            return False
        return self._judge_of_values.hopeless(secret, key, kind) != "" and self._example(secret) is None

    @property
    def _judge_of_values(self) -> Judge:
        if self._judges is None:
            self._judges = Judge(self.rule.plausible)
        return self._judges

    def _example(self, value: bytes) -> str | None:
        """Where ``value`` is a known example of, if it is one."""
        return self.examples.get(hashlib.sha256(value).hexdigest()) if self.examples else None

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
        doubt = public(value) if self.rule.specific < _VENDOR else ""
        if not doubt and self._judge_of_values.is_password(key):
            beside = self._beside.lines(match.span, _BESIDE)
            doubt = weak(value, text.data[beside.start : beside.end])
        return replace(match, severity=Severity.LOW, detail={**match.detail, "doubt": doubt}) if doubt else match

    @property
    def _vendors_form(self) -> bool:
        """True when the rule says exactly what a vendor's value looks like: then a made-up one is worth a line."""
        return self.rule.plausible == "token" or (self.rule.plausible == "value" and self.rule.specific >= _VENDOR)

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
        for name in self.rule.checks:
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
        return self.rule.confidence

    def _allowed(self, value: bytes) -> bool:
        if self._allow is None:
            self._allow = tuple(compiled(item) for item in self.rule.allow)
        return any(pattern.fullmatch(value, timeout=EXPRESSION_TIMEOUT) for pattern in self._allow)


class _Names(NamedTuple):
    """The names of an expression's groups: those of secrets, those of all else but a ``key``, and if there is one."""

    secrets: tuple[str, ...]
    others: tuple[str, ...]
    key: bool


def _lines(expression: Expression) -> int:
    """How many lines either side of a hit are searched."""
    return max(expression.near, int(expression.crosses))


def _ends(hits: Iterable[tuple[Expression, int]]) -> list[tuple[Expression, list[int]]]:
    """The ends of ``hits`` by their expression."""
    found: dict[int, tuple[Expression, list[int]]] = {}
    for expression, end in hits:
        # By what it is, not what it is like: thousands of long texts would be hashed.
        found.setdefault(id(expression), (expression, []))[1].append(end)
    return list(found.values())


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
