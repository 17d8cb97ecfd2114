"""Scanning a text whose file name is not known yet: the answer for every kind of file at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from scanner.engine.prefilter import Hit
from scanner.model.filekind import FileKind
from scanner.model.match import Match
from scanner.model.text import Text
from scanner.pipeline.text import TextScanner
from scanner.ruleset.schema import Rule

ALL_KINDS = (1 << len(FileKind)) - 1
# What a name can say; BINARY is told by the bytes.
_NAMED = tuple(kind for kind in FileKind if kind is not FileKind.BINARY)
# Where code is read differently from data: in references, and in manifests that stand within other text.
_CODE = frozenset({FileKind.CODE, FileKind.SHELL, FileKind.MINIFIED})
_ISLANDS = _CODE | {FileKind.PROSE}
_JUDGED_BY_KIND = frozenset({"value", "password"})


class _Class(NamedTuple):
    """Kinds that cannot be told apart by the rules at hand: one of them, and the bit set of all."""

    example: FileKind
    kinds: int


class KindScanner:
    """A text scanner that says of each match for which kinds of file it holds."""

    def __init__(self, scanner: TextScanner) -> None:
        self._scanner = scanner
        engine = scanner.engine
        self._rule_of = [expression.rule for expression in engine.rules.expressions]
        self._classes: dict[frozenset[int], tuple[_Class, ...]] = {}
        self._mildest: dict[int, FileKind] = {}

    def examine(self, text: Text, hits: Sequence[Hit]) -> list[tuple[Match, int]]:
        """The matches around ``hits`` that are kept for some kind, each with the bit set of those kinds.

        A match that is dropped for some kinds and kept for others comes twice. ``text.kind`` counts only where it
        was told by content.
        """
        if text.kind is FileKind.BINARY:
            return [(match, ALL_KINDS) for match in self._scanner.examine(text, hits)]
        classes = self._classes_for(hits)
        if len(classes) == 1:
            return [(match, ALL_KINDS) for match in self._as(classes[0].example, text, hits)]
        if not self._possible(text, hits):
            return []
        merged: list[tuple[Match, int]] = []
        for one in classes:
            for match in self._as(one.example, text, hits):
                _merge(merged, match, one.kinds)
        merged.sort(key=lambda item: item[0].span)
        return merged

    def _as(self, kind: FileKind, text: Text, hits: Sequence[Hit]) -> list[Match]:
        return self._scanner.examine(Text(text.data, text.path, kind), hits)

    def _possible(self, text: Text, hits: Sequence[Hit]) -> bool:
        """False when no rule finds anything even in the kind of file that it judges most mildly.

        Nine in ten hits end here, at the cost of one look instead of one for each class.
        """
        engine = self._scanner.engine
        by_kind: dict[FileKind, list[Hit]] = {}
        for hit in hits:
            if hit.entry >= len(self._rule_of):
                return True
            by_kind.setdefault(self._mildest_for(self._rule_of[hit.entry]), []).append(hit)
        return any(
            not match.reason
            for kind, some in by_kind.items()
            for match in engine.match(Text(text.data, text.path, kind), some)
        )

    def _mildest_for(self, rule: int) -> FileKind:
        known = self._mildest.get(rule)
        if known is None:
            kinds = self._scanner.engine.rules.rule(rule).kinds
            order = sorted(kinds - {FileKind.BINARY}, key=lambda kind: (kind in _CODE, kind))
            known = self._mildest[rule] = order[0] if order else FileKind.OTHER
        return known

    def _classes_for(self, hits: Iterable[Hit]) -> tuple[_Class, ...]:
        rules = frozenset(self._rule_of[hit.entry] if hit.entry < len(self._rule_of) else -1 for hit in hits)
        known = self._classes.get(rules)
        if known is None:
            hit = [self._scanner.engine.rules.rule(at) for at in rules if at >= 0]
            known = self._classes[rules] = _classes(hit, rules)
        return known


def _classes(rules: Sequence[Rule], places: frozenset[int]) -> tuple[_Class, ...]:
    """The kinds, grouped by all that these rules (and detectors, -1) make of them."""
    groups: dict[tuple[object, ...], list[FileKind]] = {}
    weighs = any(rule.plausible in _JUDGED_BY_KIND for rule in rules)
    for kind in _NAMED:
        tried = tuple(kind in rule.kinds for rule in rules)
        groups.setdefault((tried, weighs and kind in _CODE, -1 in places and kind in _ISLANDS), []).append(kind)
    return tuple(_Class(kinds[0], sum(1 << kind for kind in kinds)) for kinds in groups.values())


def _merge(merged: list[tuple[Match, int]], match: Match, kinds: int) -> None:
    for at, (other, known) in enumerate(merged):
        if other == match:
            merged[at] = (other, known | kinds)
            return
    merged.append((match, kinds))
