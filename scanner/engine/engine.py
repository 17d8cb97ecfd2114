"""The engine: which rules and triggers a text wakes, and what the rules then find."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from scanner.engine import cache
from scanner.engine.matcher import Matcher
from scanner.engine.prefilter import Hit, Prefilter
from scanner.model.match import Match
from scanner.model.text import Text
from scanner.ruleset.compiled import CompiledRules, Expression


class Engine:
    """All rules of a run. One a process; not shared between threads (Hyperscan's scratch space is not)."""

    def __init__(self, compiled: CompiledRules, prefilter: Prefilter, *, now: float | None = None) -> None:
        self.rules = compiled
        self.now = time.time() if now is None else now
        self._prefilter = prefilter
        self._matchers: dict[int, Matcher] = {}
        self._sticky = frozenset(
            index for index, expression in enumerate(compiled.expressions) if self._looks_far(expression)
        )

    @classmethod
    def load(cls, folders: Sequence[Path], triggers: Sequence[bytes] = ()) -> Engine:
        """The engine for the rules below ``folders``; ``triggers`` are literals whose hits are only reported."""
        return cls(*cache.load(folders, triggers))

    def prefilter(self, data: bytes) -> list[Hit]:
        """One fast pass over any buffer. Indices below ``first_trigger`` are expressions, the others triggers."""
        return self._prefilter.hits(data)

    @property
    def first_trigger(self) -> int:
        """The index of the first trigger in hits."""
        return len(self.rules.expressions)

    def is_sticky(self, index: int) -> bool:
        """True when what entry ``index`` wakes looks beyond the lines around its hit.

        A later version of the text must then be scanned whole, even if only other lines changed.
        """
        return index >= self.first_trigger or index in self._sticky

    def match(self, text: Text, hits: Iterable[Hit]) -> list[Match]:
        """What the rules find around ``hits``, dropped matches included with their reason."""
        by_rule: dict[int, list[tuple[Expression, int]]] = {}
        expressions = self.rules.expressions
        for index, end in hits:
            if index < len(expressions):
                expression = expressions[index]
                by_rule.setdefault(expression.rule, []).append((expression, end))
        found: list[Match] = []
        for rule, places in by_rule.items():
            found += self._matcher(rule).matches(text, places)
        return found

    def runaways(self) -> tuple[str, ...]:
        """Rules whose expression ran out of time somewhere: what they would have found there is not known."""
        return tuple(matcher.rule.id for matcher in self._matchers.values() if matcher.timeouts)

    def _matcher(self, rule: int) -> Matcher:
        matcher = self._matchers.get(rule)
        if matcher is None:
            matcher = self._matchers[rule] = Matcher(self.rules.rules[rule], self.rules.examples, self.now)
        return matcher

    def _looks_far(self, expression: Expression) -> bool:
        rule = self.rules.rules[expression.rule]
        return bool(rule.near or rule.reach or rule.pair)
