"""Rules as the engine runs them: a plain table of expressions that fits a JSON file.

Reading and checking YAML costs more than a whole hook run may, so this form is cached. It holds no code:
a foreign cache file can at worst describe other rules.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from scanner.model.errors import ConfigError

if TYPE_CHECKING:
    from scanner.ruleset.schema import Rule, RuleSource

# A prefilter expression must hold on to at least this many fixed characters; shorter ones hit everywhere.
_SUREST_LITERAL = 3


class Expression(NamedTuple):
    """One entry of the prefilter's database. ``rule`` is an index; ``near`` lines around a hit are searched.

    ``crosses`` is true when a match may cross a line break, ``far`` when the rule looks beyond the lines of
    its hit at all. No match begins more than ``before`` bytes before its hit's end, or looks more than ``after``
    bytes further than that; both are 0 when that is not known.
    ``joins`` is true when windows of several texts may be searched as one, to learn which hold a match.
    """

    source: str
    caseless: bool
    rule: int
    near: int
    crosses: bool
    far: bool = False
    before: int = 0
    after: int = 0
    joins: bool = False


class Head(NamedTuple):
    """What is asked of rules that nothing woke."""

    id: str
    pack: str


class CompiledRules:
    """Every rule, the expressions that wake them, and the known public examples (SHA-256 -> what).

    ``expressions`` run over texts, ``names`` over paths: a rule for one kind of file that has nothing fixed
    to look for (a file that *is* a password) wakes by the file's path and reads the whole text.

    Rules are made from the plain table when they are asked for: most runs wake a handful. ``entry`` gives the
    mapping of one by its place in ``heads``.
    """

    def __init__(
        self,
        heads: Sequence[Head],
        entry: Callable[[int], Mapping[str, Any]],
        expressions: Sequence[Expression],
        examples: Mapping[str, str],
        names: Sequence[Expression] = (),
    ) -> None:
        self.expressions = tuple(expressions)
        self.names = tuple(names)
        self.examples = examples
        self._heads = heads
        self._entry = entry
        self._made: dict[int, Rule] = {}
        self._named: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._heads)

    def rule(self, index: int) -> Rule:
        """The rule with this index."""
        made = self._made.get(index)
        if made is None:
            from scanner.ruleset.schema import rule_from_plain

            made = self._made[index] = rule_from_plain(self._entry(index))
        return made

    def rule_named(self, rule_id: str) -> Rule | None:
        """The rule with this id, or None."""
        if not self._named:
            self._named = {head.id: index for index, head in enumerate(self._heads)}
        index = self._named.get(rule_id)
        return None if index is None else self.rule(index)

    def __iter__(self) -> Iterator[Rule]:
        return (self.rule(index) for index in range(len(self)))

    def ids_in_pack(self, pack: str) -> frozenset[str]:
        """The ids of the rules of one pack."""
        return frozenset(head.id for head in self._heads if head.pack == pack)

    def to_plain(self) -> dict[str, Any]:
        """A form that ``json`` can write."""
        return {
            "rules": [self._entry(index) for index in range(len(self))],
            "expressions": self.expressions,
            "examples": dict(self.examples),
            "paths": self.names,
        }

    def to_table(self) -> tuple[dict[str, Any], bytes]:
        """``to_plain`` in two parts: what every run reads, and the rules, one JSON text behind the other."""
        plain = self.to_plain()
        bodies = [json.dumps(entry).encode() for entry in plain["rules"]]
        plain["rules"] = [(*head, len(body)) for head, body in zip(self._heads, bodies, strict=True)]
        return plain, b"".join(bodies)

    @classmethod
    def from_table(cls, table: Mapping[str, Any], bodies: memoryview) -> CompiledRules:
        """The inverse of ``to_table``; raises KeyError, TypeError or ValueError for anything else.

        Each rule is read when it is asked for: reading all takes a fifth of the time that a hook has.
        """
        expressions, names = ([Expression(*entry) for entry in table[key]] for key in ("expressions", "paths"))
        heads = [Head(str(name), str(pack)) for name, pack, _ in table["rules"]]
        ends = list(accumulate((int(size) for _, _, size in table["rules"]), initial=0))
        if ends[-1] != len(bodies):
            raise ValueError("rules are missing")

        def entry(index: int) -> Mapping[str, Any]:
            made: Mapping[str, Any] = json.loads(bytes(bodies[ends[index] : ends[index + 1]]))
            return made

        return cls(heads, entry, expressions, dict(table["examples"]), names)


def compile_rules(sources: Sequence[RuleSource], examples: Mapping[str, str]) -> CompiledRules:
    """The table for ``sources``. ConfigError names the rule whose expression is invalid."""
    from scanner.ruleset.derive import derive
    from scanner.ruleset.schema import rule_to_plain

    expressions: list[Expression] = []
    names: list[Expression] = []
    for index, source in enumerate(sources):
        rule = source.rule
        if not rule.pattern:
            continue
        try:
            if rule.by_path or (rule.path and derive(rule.prefilter or rule.pattern).literal < _SUREST_LITERAL):
                path = derive(rule.path)
                names.append(Expression(path.expression, path.caseless, index, 0, False))
            else:
                expressions += _expressions(rule, index)
        except (re.error, OverflowError, RecursionError) as error:
            raise ConfigError(
                f"{source.file}:{source.line}: rule {source.rule.id}: invalid expression: {error}"
            ) from None
    plain = [rule_to_plain(source.rule) for source in sources]
    heads = [Head(source.rule.id, source.rule.pack) for source in sources]
    return CompiledRules(heads, plain.__getitem__, expressions, examples, names)


def _expressions(rule: Rule, index: int) -> list[Expression]:
    # Imported here: only compiling reads expressions, and a warm run compiles nothing.
    from scanner.ruleset.derive import Derived, derive

    own = derive(rule.pattern, cut=rule.reach > 0)
    far = bool(rule.near or rule.reach or rule.pair)
    # What a short way to write a rule needs is a part of its pattern.
    joins = own.joins and not rule.reach and (not rule.needs or bool(rule.backwards) or derive(rule.needs).joins)

    def made(derived: Derived, near: int, *, caseless: bool = False, inside: bool = False) -> Expression:
        caseless = derived.caseless or caseless
        sizes = own.sizes if inside else (0, 0)
        return Expression(derived.expression, caseless, index, near, own.crosses_lines, far, *sizes, joins)

    found: list[Expression] = []
    # A hit may stand in any line of a match, and how many of them there are is for the rule to say: where every comma
    # may be followed by blank lines, hardly any match holds more than two breaks.
    lines = min(own.breaks, rule.near)
    if rule.prefilter:
        found.append(made(derive(rule.prefilter, by_hand=True), rule.near, inside=rule.inside))
    elif own.literal >= _SUREST_LITERAL:
        found.append(made(own, lines, inside=True))
    if rule.pair:
        found.append(made(derive(rule.pair), rule.near))
    elif not found and rule.keywords:
        words = "|".join(re.escape(word) for word in rule.keywords)
        found.append(made(derive(f"(?:{words})"), rule.near, caseless=True))
    return found or [made(own, lines, inside=True)]
