"""What one version of a file holds, found there or inherited from the version that it was made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from scanner.engine.windows import lines_around
from scanner.model.match import Match
from scanner.model.span import Span, SpanSet
from scanner.model.text import Text
from scanner.pipeline import extent
from scanner.pipeline.ledger import Blob, Sighted
from scanner.ruleset.compiled import CompiledRules


class Held(NamedTuple):
    """A sighting that versions can inherit: the lines around it, and which bytes of them it is.

    Holds raw lines: for one process, and never handed out.
    """

    lines: bytes
    within: Span
    structural: bool
    sighted: Sighted


class _Here(NamedTuple):
    """A sighting at its place in this version."""

    held: Held
    span: Span


class Holdings:
    """The sightings in one version, one a secret and line."""

    def __init__(self, rules: CompiledRules) -> None:
        self._rules = rules
        self._here: dict[tuple[int, int], _Here] = {}

    def note(self, text: Text, noted: Iterable[tuple[Match, Sighted, int]]) -> None:
        """What was found in ``text``: each match with its sighting and line."""
        apart = SpanSet(extent.entries(text))
        for match, sighted, line in noted:
            self._here[id(sighted), line] = _Here(self._hold(text.data, match, sighted, apart), match.span)

    def inherit(
        self,
        inherited: Iterable[Held],
        text: Text,
        name: Callable[[], bytes],
        *,
        name_class: int,
        anew: Sequence[Span],
    ) -> None:
        """Take over what of ``inherited`` stands in ``text`` as well, but in the spans that were read ``anew``: all in
        them was found. ``name`` is asked once, and only where it matters: it is a hash of all the text.
        """
        data = text.data
        known = b""
        for one in inherited:
            if one.sighted.name_class != name_class:
                continue
            at = data.find(one.lines)
            if at < 0 or _lies_in(anew, at, at + (0 if one.structural else len(one.lines))):
                continue
            here = _Here(one, Span(at + one.within.start, at + one.within.end))
            line = data.count(b"\n", 0, here.span.start) + 1
            known = known or name()
            if (id(one.sighted), line) not in self._here and self._outdoes(here, known):
                self._here[id(one.sighted), line] = here
                one.sighted.blobs[Blob(known, line)] = None

    def held(self) -> tuple[Held, ...] | None:
        """What versions made from this one can inherit; None where there is nothing."""
        return tuple(here.held for here in self._here.values()) or None

    def _hold(self, data: bytes, match: Match, sighted: Sighted, apart: SpanSet) -> Held:
        """``match`` with every line its rule looked at, in its own entry of a list: while they stand, so does the
        match."""
        rule = self._rules.rule_named(match.rule)
        start = lines_around(data, match.span, extent.above(rule)).start
        end = lines_around(data, match.span, extent.below(rule)).end
        for place in apart.touching(match.span):
            start, end = max(start, apart.spans[place].start), min(end, apart.spans[place].end)
        structural = rule is None or bool(rule.detector)
        within = Span(match.span.start - start, match.span.end - start)
        return Held(data[start:end], within, structural, sighted)

    def _outdoes(self, inherited: _Here, name: bytes) -> bool:
        """True when ``inherited`` stays beside what was found here: near fresh lines only some rules read.

        What says less of the same characters is taken back. What its own rule says now counts, whatever it said before.
        """
        mine = inherited.held.sighted
        rivals = [
            (key, here.held.sighted)
            for key, here in self._here.items()
            if here.span.overlaps(inherited.span) and here.held.sighted.name_class == mine.name_class
        ]
        rule = mine.finding.rule
        if any(other.weight > mine.weight or other.finding.rule == rule for _, other in rivals):
            return False
        for key, other in rivals:
            other.blobs.pop(Blob(name, key[1]), None)
            del self._here[key]
        return True


def _lies_in(spans: Sequence[Span], start: int, end: int) -> bool:
    return any(first <= start < last and end <= last for first, last in spans)
