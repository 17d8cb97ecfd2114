"""In long lines a rule looks as far as its expression is wide, and finds there what it finds in all of the line."""

from __future__ import annotations

import random

from scanner.engine.engine import Engine
from scanner.model.filekind import FileKind
from scanner.model.text import Text
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.ruleset.compiled import CompiledRules
from scanner.ruleset.examples import fill
from scanner.ruleset.loader import load_rules
from scanner.ruleset.location import rules_folder

WORDS = "the quick value of a name in some text: {} [] () = , ; true null 17 x-y z_w".split()


def one_line() -> bytes:
    """Every rule's examples with words between them, some far apart, on one line."""
    chance = random.Random(5)
    parts = []
    for source in load_rules([rules_folder()]):
        for example in source.examples[:1]:
            parts.append(fill(example.text, source.rule.id).replace("\n", "\\n"))
            parts.append(" ".join(chance.choices(WORDS, k=chance.choice((0, 3, 40, 1200)))))
    return " ".join(parts).encode()


def test_no_match_is_lost_or_won() -> None:
    engine = text_scanner(ScanOptions()).engine
    rules = engine.rules
    table, bodies = rules.to_table()
    table["expressions"] = [expression._replace(before=0, after=0) for expression in rules.expressions]
    wide = Engine(
        CompiledRules.from_table(table, memoryview(bodies)), engine._prefilter, engine.triggers, now=engine.now
    )
    text = Text(one_line(), "notes.txt", FileKind.CONFIG)
    hits = engine.prefilter(text.data)
    found, expected = ({(m.rule, m.span, m.reason) for m in one.match(text, hits)} for one in (engine, wide))
    assert found == expected
    assert len({rule for rule, _, reason in found if not reason}) > 400
