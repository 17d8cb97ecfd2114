"""From matches in a text to findings in a report: placed, titled, redacted, and judged by what silences them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scanner.model.finding import Finding, Occurrence
from scanner.model.match import Match
from scanner.model.span import LineIndex, Span, SpanSet
from scanner.model.text import Text
from scanner.pipeline.context import Context
from scanner.pipeline.options import ScanOptions
from scanner.pipeline.places import example_at, severity_at
from scanner.ruleset.compiled import CompiledRules

if TYPE_CHECKING:
    from scanner.ruleset.schema import Rule
    from scanner.suppress import Sighting

# Characters of a line shown either side of a secret.
_AROUND = 60
# The private parts of a JSON web key, and of an RSA key in XML: one of them is told, and the others stand beside it.
# It begins with a character, which is looked for; what must stand before that, or not, is asked there.
_KEY_PART = re.compile(
    rb"""[dpqk<&](?:(?<=\b[dpqk])(?:(?<=d)[pq]|(?<=q)i)?\\{0,7}["']\s{0,4}:\s{0,4}\\{0,7}["']
        |(?:(?<=<)|(?<=&)lt;)(?:D|P|Q|DP|DQ|InverseQ)(?:>|&gt;)\s{0,4})([0-9A-Za-z_+/=-]{16,2000})""",
    re.VERBOSE,
)
_LONGEST_PART = 2100


@dataclass(frozen=True, slots=True)
class Placed:
    """One match as a finding at one place, with what may silence it there. Holds no raw secret unless asked."""

    finding: Finding
    sighting: Sighting | None


def placed(text: Text, matches: Sequence[Match], *, context: Context, rules: CompiledRules) -> list[Placed]:
    """Each match that was not dropped and is grave enough, at its place in ``text``.

    With ``show_dropped`` the dropped ones come too, with status ``dropped`` and the reason.
    """
    return placed_among(text, matches, matches, context=context, rules=rules)


def placed_among(
    text: Text, matches: Sequence[Match], among: Sequence[Match], *, context: Context, rules: CompiledRules
) -> list[Placed]:
    """Like ``placed`` where ``matches`` is a part of the text's: what stands beside a secret is redacted too."""
    options = context.options
    told = [match for match in matches if not match.reason or options.show_dropped]
    if not told:
        return []
    where = context.inside(text.path)
    standing = [_standing(match, where, rules.rule_named(match.rule)) for match in told]
    wanted = [match for match in standing if match.reason or match.severity >= options.severity]
    if not wanted:
        return []
    index = LineIndex(text.data)
    beside = Beside(among)
    made = []
    for match in wanted:
        finding = _finding(text, match, beside, index=index, rules=rules, options=options)
        made.append(Placed(finding, None if match.reason else _sighting(text, match, finding, context)))
    return made


def _standing(match: Match, where: str, rule: Rule | None) -> Match:
    """``match`` as grave as it is at the path ``where``."""
    example = "" if match.reason else example_at(where, rule)
    detail = {**match.detail, "example": example} if example else match.detail
    return replace(match, severity=severity_at(where, match.severity, match.specific, rule), detail=detail)


def _sighting(text: Text, match: Match, finding: Finding, context: Context) -> Sighting:
    from scanner.suppress import Place, Sighting

    place = Place(path=context.inside(text.path), line=finding.position.line)
    return Sighting(context.suppressor.claims(match, text), place)


def _finding(
    text: Text,
    match: Match,
    beside: Beside,
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
        excerpt=excerpt(text.data, match, beside, index=index),
        secret=match.secret.reveal().decode("utf-8", "replace") if options.show_secrets else None,
        occurrences=(Occurrence("", text.path, position.line),),
        detail=match.detail,
        status="dropped" if match.reason else "new",
        status_reason=match.reason,
        guide=rule.rotation if rule else "generic",
    )


class Beside:
    """All matches of a text, to be asked for those in one part of it."""

    def __init__(self, matches: Iterable[Match]) -> None:
        self._matches = sorted(matches, key=lambda match: match.span)
        self._spans = SpanSet(match.span for match in self._matches)

    def within(self, part: Span) -> Iterator[Match]:
        """The matches that share a byte with ``part``, in order."""
        return (self._matches[at] for at in self._spans.touching(part))


def excerpt(data: bytes, match: Match, beside: Beside, *, index: LineIndex) -> str:
    """The first line of ``match`` with every secret on it replaced by its redacted view."""
    line = index.line_around(match.span.start)
    start = max(line.start, match.span.start - _AROUND)
    end = min(line.end, max(match.span.end, match.span.start) + _AROUND)
    standing = sorted(beside.within(Span(start, end)), key=lambda other: bool(other.reason))
    hidden = [(other.span, other.secret.redacted()) for other in standing]
    parts = _KEY_PART.finditer(data, max(line.start, start - _LONGEST_PART), min(line.end, end + _AROUND))
    hidden += [(Span(*part.span(1)), "***") for part in parts]
    pieces, at = [], start
    # Where two begin, what stands comes before what was dropped, and both before a part of a key: its view says more.
    for span, view in sorted(hidden, key=lambda one: one[0].start):
        inside = Span(max(span.start, start), min(span.end, end))
        if inside.start >= inside.end:
            continue
        if inside.start >= at:
            pieces.append(_printable(data[at : inside.start]))
            pieces.append(view)
        # What begins within another may end behind it: nothing of it is shown either.
        at = max(at, inside.end)
    pieces.append(_printable(data[at:end]))
    return ("…" if start > line.start else "") + "".join(pieces).strip() + ("…" if end < line.end else "")


def _printable(data: bytes) -> str:
    text = data.decode("utf-8", "replace").replace("\t", " ")
    return text if text.isprintable() else "".join(char if char.isprintable() else "�" for char in text)


def settled(found: Iterable[Placed], context: Context) -> tuple[Finding, ...]:
    """One finding a place, in order, each with what silences it there.

    The same secret in two files is two findings with one fingerprint: whoever reads a list of findings in
    files wants every line. Reports for people join them again.
    """
    return tuple(sorted((_settled(one, context) for one in found), key=order))


def order(finding: Finding) -> tuple[object, ...]:
    """The order of findings in every report: the gravest first, then by place."""
    return -finding.severity, finding.path, finding.position.line, finding.position.column, finding.rule


def _settled(one: Placed, context: Context) -> Finding:
    if one.sighting is None:
        return one.finding
    verdict = context.suppressor.judge(one.finding.rule, [one.sighting])
    context.tally.add(verdict, one.finding.fingerprint)
    if verdict is None:
        return one.finding
    return replace(one.finding, status=verdict.status, status_reason=verdict.told)
