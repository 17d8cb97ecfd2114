"""The second pass: a rule's exact expression around its hits, and what is found there weighed."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from scanner.engine import limited, windows
from scanner.engine.allowance import Patience
from scanner.engine.crowded import FEW, Crowd, Expressions, outermost
from scanner.engine.limited import EXPRESSION_TIMEOUT
from scanner.engine.lines import is_worth, lines_of
from scanner.engine.pathfilter import wants
from scanner.engine.programs import compiled
from scanner.engine.scales import Scales
from scanner.engine.sieve import WORTH_A_SIEVE, is_kept
from scanner.model.filekind import FileKind
from scanner.model.match import Match
from scanner.model.span import Span
from scanner.model.text import Text
from scanner.ruleset.compiled import Expression
from scanner.ruleset.schema import Rule

if TYPE_CHECKING:
    from regex import Match as Found
    from regex import Pattern

_Search = Callable[[bytes, Span], "Iterable[Found[bytes]]"]
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
    _patience: Patience = field(default_factory=Patience)
    _searched: int = 0
    _scales: Scales = field(init=False)

    def __post_init__(self) -> None:
        self._scales = Scales(self.rule, self.examples, self.now)

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

    def is_idle(self, found: Found[bytes], kind: FileKind) -> bool:
        """True when nothing stands where ``found`` is, in whatever text of this kind."""
        return self._scales.is_idle(found, kind)

    def _judged(
        self,
        text: Text,
        spans: Iterable[Span],
        search: _Search,
        *,
        dropped: bool,
    ) -> Iterator[Match]:
        self._scales.begin(text.data)
        try:
            for span in spans:
                try:
                    for found in search(text.data, span):
                        match = self._scales.match(text, found, dropped=dropped)
                        if match is not None and (dropped or not match.reason):
                            yield match
                except TimeoutError:
                    self.timeouts += 1
        finally:
            self._scales.end()

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
            # All expressions of a rule say the same of that.
            joins=not hits or hits[0][0].joins,
            timeout=EXPRESSION_TIMEOUT,
            patience=self._patience,
            from_behind=from_behind,
        )


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
