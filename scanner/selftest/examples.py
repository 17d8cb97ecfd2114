"""Runs every example and counter-example of a rule and says which do not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.engine.encoding import to_text
from scanner.model.match import Match
from scanner.model.span import LineIndex
from scanner.pipeline.text import TextScanner
from scanner.ruleset.examples import fill
from scanner.ruleset.schema import Example, RuleSource


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing wrong with a rule, and where the rule is."""

    where: str
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}: {self.text}"


def check_examples(sources: Iterable[RuleSource], scanner: TextScanner) -> Iterator[Complaint]:
    """A complaint for each example without its finding and each counter-example with one."""
    for source in sources:
        where, rule = f"{source.file}:{source.line}", source.rule.id
        if not source.examples:
            yield Complaint(where, rule, "has no examples")
        if not source.counter_examples:
            yield Complaint(where, rule, "has no counter_examples")
        for number, example in enumerate(source.examples, 1):
            wrong = _wrong(example, rule, scanner, seed=f"{rule}/{number}")
            if wrong:
                yield Complaint(where, rule, f"example {number}: {wrong}")
        for number, example in enumerate(source.counter_examples, 1):
            try:
                found = _found(example, rule, scanner, seed=f"{rule}/-{number}")
            except ValueError as error:
                yield Complaint(where, rule, f"counter-example {number}: {error}")
                continue
            if found:
                yield Complaint(where, rule, f"counter-example {number} gives a finding on line {found[0][1]}")


def _wrong(example: Example, rule: str, scanner: TextScanner, *, seed: str) -> str:
    try:
        found = _found(example, rule, scanner, seed=seed)
    except ValueError as error:
        return str(error)
    if not found:
        return "gives no finding" + _instead(example, scanner, seed=seed)
    if example.expect is not None and len(found) != example.expect:
        return f"gives {len(found)} findings, not {example.expect}"
    match, line = found[0]
    if example.severity is not None and match.severity is not example.severity:
        return f"is {match.severity.label}, not {example.severity.label}"
    if example.line is not None and line != example.line:
        return f"is found on line {line}, not {example.line}"
    return ""


def _instead(example: Example, scanner: TextScanner, *, seed: str) -> str:
    """What came instead, as a hint: other rules' findings, and dropped ones with the reason."""
    others = sorted(
        {f"{match.rule} ({match.reason})" if match.reason else match.rule for match in _all(example, scanner, seed)}
    )
    return f" (but: {', '.join(others)})" if others else ""


def _found(example: Example, rule: str, scanner: TextScanner, *, seed: str) -> list[tuple[Match, int]]:
    """Plausible matches of ``rule`` with their lines."""
    data = fill(example.text, seed).encode()
    index = LineIndex(data)
    return [
        (match, index.line(match.span.start))
        for match in _all(example, scanner, seed)
        if match.rule == rule and not match.reason
    ]


def _all(example: Example, scanner: TextScanner, seed: str) -> list[Match]:
    data = fill(example.text, seed).encode()
    return scanner.scan(to_text(data, example.path))
