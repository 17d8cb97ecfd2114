"""Rules as the engine runs them: a plain table of expressions that fits a JSON file.

Reading and checking YAML costs more than a whole hook run may, so this form is cached. It holds no code:
a foreign cache file can at worst describe other rules, and its digest tells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scanner.model.errors import ConfigError
from scanner.model.filekind import FileKind
from scanner.model.levels import Confidence, Severity
from scanner.ruleset.derive import derive
from scanner.ruleset.schema import Rule, RuleSource

# A prefilter expression must hold on to at least this many fixed characters; shorter ones hit everywhere.
_SUREST_LITERAL = 3


@dataclass(frozen=True, slots=True)
class Expression:
    """One entry of the prefilter's database. ``rule`` is an index; ``near`` lines around a hit are searched.

    ``crosses`` is true when a match may cross a line break.
    """

    source: str
    caseless: bool
    rule: int
    near: int
    crosses: bool


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """Every rule, the expressions that wake them, and the known public examples (SHA-256 -> what)."""

    rules: tuple[Rule, ...]
    expressions: tuple[Expression, ...]
    examples: Mapping[str, str]

    def rule_named(self, rule_id: str) -> Rule | None:
        """The rule with this id, or None."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)


def compile_rules(sources: Sequence[RuleSource], examples: Mapping[str, str]) -> CompiledRules:
    """The table for ``sources``. ConfigError names the rule whose expression is invalid."""
    rules = tuple(source.rule for source in sources)
    expressions: list[Expression] = []
    for index, source in enumerate(sources):
        if not source.rule.pattern:
            continue
        try:
            expressions += _expressions(source.rule, index)
        except (re.error, OverflowError, RecursionError) as error:
            raise ConfigError(
                f"{source.file}:{source.line}: rule {source.rule.id}: invalid expression: {error}"
            ) from None
    return CompiledRules(rules, tuple(expressions), dict(examples))


def _expressions(rule: Rule, index: int) -> list[Expression]:
    own = derive(rule.pattern, cut=rule.reach > 0)
    crosses = own.crosses_lines
    made: list[Expression] = []
    if rule.prefilter:
        hand = derive(rule.prefilter)
        made.append(Expression(hand.expression, hand.caseless, index, rule.near, crosses))
    elif own.literal >= _SUREST_LITERAL:
        made.append(Expression(own.expression, own.caseless, index, 0, crosses))
    if rule.pair:
        partner = derive(rule.pair)
        made.append(Expression(partner.expression, partner.caseless, index, rule.near, crosses))
    elif not made and rule.keywords:
        words = "|".join(re.escape(word) for word in rule.keywords)
        made.append(Expression(derive(f"(?:{words})").expression, True, index, rule.near, crosses))
    if not made:
        made.append(Expression(own.expression, own.caseless, index, 0, crosses))
    return made


def to_plain(compiled: CompiledRules) -> dict[str, Any]:
    """A form that ``json`` can write."""
    rules = []
    for rule in compiled.rules:
        plain = asdict(rule)
        plain["kinds"] = sorted(rule.kinds)
        rules.append(plain)
    return {
        "rules": rules,
        "expressions": [list(asdict(expression).values()) for expression in compiled.expressions],
        "examples": dict(compiled.examples),
    }


_TUPLES = ("keywords", "checks", "allow", "references")


def from_plain(plain: Mapping[str, Any]) -> CompiledRules:
    """The inverse of ``to_plain``; raises KeyError, TypeError or ValueError for anything else."""
    rules = []
    for entry in plain["rules"]:
        values = dict(entry)
        values["severity"] = Severity(values["severity"])
        values["confidence"] = Confidence(values["confidence"])
        if values["unpaired"] is not None:
            values["unpaired"] = Severity(values["unpaired"])
        values["kinds"] = frozenset(map(FileKind, values["kinds"]))
        for key in _TUPLES:
            values[key] = tuple(values[key])
        rules.append(Rule(**values))
    return CompiledRules(
        tuple(rules),
        tuple(Expression(*entry) for entry in plain["expressions"]),
        dict(plain["examples"]),
    )
