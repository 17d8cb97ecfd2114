"""In long lines a rule looks as far as its expression is wide, and finds there what it finds in all of the line."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from scanner.engine import prefilter
from scanner.engine.engine import Engine
from scanner.engine.prefilter import _LONGEST_LINE, _OVERLAP, _PIECE, Hit, _ends
from scanner.model.filekind import FileKind
from scanner.model.span import Span
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


def matches(engine: Engine, text: Text, hits: Sequence[Hit]) -> set[tuple[str, Span, str]]:
    return {(m.rule, m.span, m.reason) for m in engine.match(text, hits)}


def test_no_match_is_lost_or_won_where_a_line_is_searched_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = text_scanner(ScanOptions()).engine
    line = one_line()
    text = Text(b"first: line\n" + line + b"\n" + line[:30_000] + b"\nlast: line\n", "notes.txt", FileKind.CONFIG)
    hits = engine.prefilter(text.data)
    monkeypatch.setattr(prefilter, "_LONGEST_LINE", len(text.data))
    whole = engine.prefilter(text.data)
    assert len(hits) < len(whole)
    assert set(hits) < set(whole)
    assert [hit.end for hit in hits] == sorted(hit.end for hit in hits)
    assert matches(engine, text, hits) == matches(engine, text, whole)


@pytest.mark.parametrize("lengths", [[], [5], [20_000] * 2, [80] * 500, [16_000] * 3, [90_000], [80] * 300 + [40_000, 9, 70_000, 80]])
def test_pieces_overlap_and_leave_nothing_out(lengths: list[int]) -> None:
    data = b"".join(b"x" * length + b"\n" for length in lengths)
    ends = list(_ends(data))
    assert ends == sorted(set(ends))
    assert (ends[-1:] or [0]) == [len(data)]
    cuts = [(end - _OVERLAP, end) for end in ends[:-1]]
    assert all(b"\n" not in data[start:end] for start, end in cuts)
    longest = max((length for length in lengths), default=0)
    assert bool(cuts) == (longest >= _LONGEST_LINE)
    bounds = [0, *(start for start, _ in cuts)]
    for start, end in zip(bounds, ends, strict=True) if cuts else ():
        assert all(len(line) <= _LONGEST_LINE + _PIECE for line in data[start:end].split(b"\n"))


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
    found, expected = (matches(one, text, hits) for one in (engine, wide))
    assert found == expected
    assert len({rule for rule, _, reason in found if not reason}) > 400
