"""Rules that wake by a file's path alone."""

from __future__ import annotations

import pytest

from scanner.engine.engine import Engine
from scanner.engine.prefilter import Prefilter
from scanner.model.text import Text
from scanner.ruleset.compiled import compile_rules
from scanner.ruleset.schema import RuleSource, RuleSyntaxError, parse_rule

ENTRY = {
    "id": "acme-file",
    "title": "Acme",
    "description": "A password.",
    "severity": "low",
    "path": r"(?:^|/)\.acmerc$",
    "pattern": r"password = (?P<secret>\w{8})",
    "plausible": "none",
}


def engine_of(**more: object) -> Engine:
    rule, examples, counter_examples = parse_rule({**ENTRY, **more})
    rules = compile_rules([RuleSource(rule, examples, counter_examples, "acme.yml", 1)], {})
    paths = Prefilter.compile(rules.names, ()) if rules.names else None
    return Engine(rules, Prefilter.compile(rules.expressions or (), [b"never"]), paths=paths)


def test_it_asks_nothing_of_the_first_pass_and_reads_the_whole_file() -> None:
    waking, by_path = engine_of(), engine_of(by_path=True)
    assert len(waking.rules.expressions) == 1 and not waking.rules.names
    assert not by_path.rules.expressions
    assert by_path.rules_for_path("home/.acmerc") == {0}
    assert by_path.rules_for_path("home/acme.txt") == set()
    text = Text.named(b"# none\npassword = quNx7Kfa\n", ".acmerc")
    assert [match.secret.reveal() for match in by_path.match_whole(text, {0})] == [b"quNx7Kfa"]


@pytest.mark.parametrize("more", [{"path": ""}, {"prefilter": "password"}])
def test_it_needs_a_path_and_no_prefilter(more: dict[str, object]) -> None:
    with pytest.raises(RuleSyntaxError, match="'by_path' goes with 'path'"):
        parse_rule({**ENTRY, **more, "by_path": True})
    with pytest.raises(RuleSyntaxError, match="must be true or false"):
        parse_rule({**ENTRY, "by_path": "yes"})
