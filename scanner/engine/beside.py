"""What stands near a match: the lines around it, a word that must be there, a value that goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.engine import limited
from scanner.engine.lines import Around
from scanner.engine.programs import compiled
from scanner.engine.sought import FEW, First, Sought, Words
from scanner.model.span import Span

if TYPE_CHECKING:
    from regex import Match as Found
    from regex import Pattern

    from scanner.ruleset.schema import Rule

_NOTHING = b""


class Beside:
    """Of one rule, and of one text after another; ``timeout`` is in seconds for one search."""

    __slots__ = ("_data", "_pair", "_pairs", "_rule", "_seen", "_timeout", "_words", "lines")

    def __init__(self, rule: Rule, *, timeout: float) -> None:
        self._rule, self._timeout = rule, timeout
        self._pair: Pattern[bytes] | None = None
        self._words = Words(rule.keywords)
        self.begin(_NOTHING)

    def begin(self, data: bytes) -> None:
        """Begin with the text ``data``: what is known of one must not answer for another."""
        self._data = data
        self._seen, self._pairs, self.lines = Sought(self._words), First(), Around(data)

    def end(self) -> None:
        """Keep nothing of the text: there are hundreds of rules, and each would hold megabytes of another one."""
        self.begin(_NOTHING)

    def has_keyword(self, span: Span) -> bool:
        """True when one of the rule's keywords is in the lines around ``span``."""
        near = self._rule.near
        known = self._seen.beside(self._data, span, near=near)
        if known is not None:
            return known
        return self._seen.within(self._data, self.lines(span, near), at=span.start)

    def partner(self, span: Span) -> Found[bytes] | None:
        """What the rule's pair matches in the lines around ``span``, apart from it; raises TimeoutError."""
        if self._pair is None:
            self._pair = compiled(self._rule.pair)
        around = self.lines(span, self._rule.near)
        self._pairs.asked += 1
        if self._pairs.asked > FEW:
            first = self._pairs.within(self._pair, self._data, around, timeout=self._timeout)
            if first is None:
                return None
            if first.end() <= around.end and not Span(*first.span()).overlaps(span):
                return first
        at = around.start
        while (found := limited.search(self._pair, self._data, at, around.end, seconds=self._timeout)) is not None:
            if not Span(*found.span()).overlaps(span):
                return found
            at = max(found.end(), at + 1)
        return None
