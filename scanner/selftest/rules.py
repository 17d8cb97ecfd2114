"""What can be wrong with a rule apart from its examples: names that lead nowhere, expressions that are dear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import regex

from scanner.engine.checks.registry import CHECKS
from scanner.model.levels import Severity
from scanner.pipeline.build import detector_names
from scanner.ruleset.derive import derive
from scanner.ruleset.schema import RuleSource
from scanner.selftest.examples import Complaint


def check_rules(sources: Iterable[RuleSource], guides: frozenset[str]) -> Iterator[Complaint]:
    """A complaint for each dangling check, detector or guide, and each expression that is not valid."""
    detectors = detector_names()
    for source in sources:
        rule = source.rule
        where = f"{Path(source.file)}:{source.line}"
        for text in (*_dangling(source, guides, detectors), *_invalid(source)):
            yield Complaint(where, rule.id, text)
        if rule.severity >= Severity.HIGH and rule.rotation == "generic" and rule.specific > 1:
            yield Complaint(where, rule.id, f"is {rule.severity.label} and has no rotation guide of its own")


def _dangling(source: RuleSource, guides: frozenset[str], detectors: frozenset[str]) -> Iterator[str]:
    rule = source.rule
    for check in rule.checks:
        if check not in CHECKS:
            yield f"names the check {check!r}, which does not exist ({', '.join(sorted(CHECKS))})"
    if rule.detector and rule.detector not in detectors:
        yield f"names the detector {rule.detector!r}, which does not exist"
    if guides and rule.rotation not in guides:
        yield f"names the rotation guide {rule.rotation!r}, which does not exist"


def _invalid(source: RuleSource) -> Iterator[str]:
    rule = source.rule
    for key in ("pattern", "prefilter", "pair"):
        expression = getattr(rule, key)
        if not expression:
            continue
        try:
            regex.compile(expression.encode())
            derived = derive(expression)
            if key != "pattern" or not rule.prefilter:
                derived.expression  # noqa: B018 - raises for what the first pass cannot have
        except Exception as error:  # both parsers have several kinds of complaint; all mean the same here
            yield f"{key} is not a valid expression: {error}"
    others = ("needs", rule.needs), ("backwards", rule.backwards)
    for key, expression in (*(("allow", one) for one in rule.allow), *others):
        try:
            regex.compile(expression.encode())
        except regex.error as error:
            yield f"{key} holds an invalid expression: {error}"
