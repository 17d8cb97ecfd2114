"""The engine: which rules and triggers a text wakes, and what the rules then find."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from scanner.engine import cache
from scanner.engine.prefilter import Hit, Prefilter
from scanner.engine.stored import NO_TRIGGERS, Triggers
from scanner.model.text import Text
from scanner.ruleset.compiled import CompiledRules, Expression

if TYPE_CHECKING:
    from scanner.engine.joint import Touched
    from scanner.engine.jointsearch import JointSearch
    from scanner.engine.matcher import Matcher
    from scanner.model.filekind import FileKind
    from scanner.model.match import Match
    from scanner.ruleset.lastpart import LastPart


class Engine:
    """All rules of a run. One a process; not shared between threads (Hyperscan's scratch space is not)."""

    def __init__(
        self,
        rules: CompiledRules,
        prefilter: Prefilter,
        triggers: Triggers = NO_TRIGGERS,
        paths: Prefilter | None = None,
        *,
        now: float | None = None,
        undecided: Mapping[int, LastPart] | None = None,
    ) -> None:
        self.rules = rules
        self.triggers = triggers
        self.now = time.time() if now is None else now
        self._prefilter = prefilter
        self._paths = paths
        self._undecided = undecided or {}
        # The rules that are matched in texts of any path.
        self.undecided = frozenset(rules.rule(number).id for number in self._undecided)
        self._matchers: dict[int, Matcher] = {}
        self._searches: dict[int, JointSearch] = {}

    @classmethod
    def load(
        cls,
        folders: Sequence[str],
        triggers: Callable[[], Triggers] = lambda: NO_TRIGGERS,
        code: Sequence[str] = (),
    ) -> Engine:
        """The engine for the rules below ``folders``; the arguments are those of ``cache.load``."""
        return cls(*cache.load(folders, triggers, code))

    def without_folders(self) -> Engine:
        """The same for files of which the name is known and the folder is not.

        Rules whose path that leaves open are matched in every file that they may want; whoever learns where it lies
        sorts out. Where no rule asks for a folder it is this engine itself.
        """
        from scanner.ruleset.lastpart import last_part

        asking = [(number, rule.path) for number, rule in enumerate(self.rules) if rule.path]
        parts = {number: last_part(path) for number, path in asking}
        open_to = {number: part for number, part in parts.items() if not part.decides}
        if not open_to:
            return self
        return Engine(self.rules, self._prefilter, self.triggers, self._paths, now=self.now, undecided=open_to)

    def prefilter(self, data: bytes) -> list[Hit]:
        """One fast pass over any buffer.

        Entries below ``first_trigger`` are expressions, below ``first_gate`` triggers, the others places where
        something encoded may be.
        """
        return self._prefilter.hits(data)

    def prefilter_each(self, pieces: Sequence[bytes]) -> list[list[Hit]]:
        """The hits in each of many short ``pieces``, in one pass: beginning one takes as long as reading kilobytes.

        What lies across two pieces may hit in the second: a rule that is then asked finds nothing there.
        """
        found: list[list[Hit]] = [[] for _ in pieces]
        starts = list(accumulate((len(piece) + 1 for piece in pieces), initial=0))
        for entry, end in self._prefilter.hits(b"\n".join(pieces)):
            at = bisect_right(starts, end - 1) - 1
            found[at].append(Hit(entry, end - starts[at]))
        return found

    @property
    def first_trigger(self) -> int:
        """The entry of the first trigger in hits."""
        return len(self.rules.expressions)

    @property
    def first_gate(self) -> int:
        """The entry of the decoders' first gate in hits."""
        return len(self.rules.expressions) + len(self.triggers.literals)

    def is_sticky(self, entry: int) -> bool:
        """True when what ``entry`` wakes looks beyond the lines around its hit.

        A later version of the text must then be scanned whole, even if only other lines changed.
        """
        if entry < self.first_trigger:
            return self.rules.expressions[entry].far
        return entry < self.first_gate

    def match(self, text: Text, hits: Iterable[Hit], *, dropped: bool = True) -> list[Match]:
        """What the rules find around ``hits``; with ``dropped`` also what they dropped, with its reason."""
        by_rule: dict[int, list[tuple[Expression, int]]] = {}
        expressions = self.rules.expressions
        for entry, end in hits:
            if entry < len(expressions):
                expression = expressions[entry]
                by_rule.setdefault(expression.rule, []).append((expression, end))
        found: list[Match] = []
        # In the order of the rules: which of equal matches stays must not depend on what woke first.
        for rule, places in sorted(by_rule.items()):
            found += self._matcher(rule).matches(text, places, dropped=dropped)
        return found

    def touched(
        self, rule: int, pieces: Sequence[bytes], kinds: Sequence[FileKind], *, dropped: bool = True
    ) -> Touched:
        """The places of those of ``pieces``, whole lines of texts of these ``kinds``, in which ``rule`` may match.

        Idle are those in which it finds nothing but what is ``dropped``. The rule must join.
        """
        return self._search(rule).touched(pieces, kinds, dropped=dropped)

    def barren(self, rule: int, asked: Sequence[tuple[int, Text, Sequence[tuple[Expression, int]]]]) -> set[int]:
        """The numbers of those of ``asked`` (number, text, hits) in which ``rule`` finds nothing that stands.

        All of the hits' expressions must join.
        """
        return self._search(rule).barren(asked)

    def rules_for_path(self, path: str) -> set[int]:
        """The rules that want every text of this path, whatever is in it."""
        if self._paths is None or not path:
            return set()
        hits = self._paths.hits(path.encode("utf-8", "surrogateescape"))
        wanting = {self.rules.names[hit.entry].rule for hit in hits}
        if self._undecided:
            name = path.rpartition("/")[2]
            undecided = self._undecided.keys() & {expression.rule for expression in self.rules.names}
            wanting |= {number for number in undecided if self._undecided[number].may_be(name)}
        return wanting

    def match_whole(self, text: Text, rules: Iterable[int], *, dropped: bool = True) -> list[Match]:
        """What ``rules`` find anywhere in ``text``, like ``match``."""
        found: list[Match] = []
        for rule in sorted(rules):
            found += self._matcher(rule).matches_whole(text, dropped=dropped)
        return found

    def runaways(self) -> tuple[str, ...]:
        """Rules whose expression ran out of time somewhere: what they would have found there is not known."""
        return tuple(matcher.rule.id for matcher in self._matchers.values() if matcher.timeouts)

    def timeouts(self) -> int:
        """How many searches ran out of time so far."""
        return sum(matcher.timeouts for matcher in self._matchers.values())

    def _search(self, rule: int) -> JointSearch:
        search = self._searches.get(rule)
        if search is None:
            from scanner.engine.jointsearch import JointSearch

            search = self._searches[rule] = JointSearch(self._matcher(rule))
        return search

    def _matcher(self, rule: int) -> Matcher:
        matcher = self._matchers.get(rule)
        if matcher is None:
            # Imported on the first hit: a commit without one does not pay for exact matching.
            from dataclasses import replace

            from scanner.engine.matcher import Matcher

            one = self.rules.rule(rule)
            if rule in self._undecided:
                one = replace(one, path="")
            matcher = self._matchers[rule] = Matcher(one, self.rules.examples, self.now)
        return matcher
