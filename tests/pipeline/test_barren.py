"""Lines that lead to nothing are remembered, and only those that were asked about."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.engine import jointsearch
from scanner.engine.engine import Engine
from scanner.engine.prefilter import Hit, Prefilter
from scanner.model.filekind import FileKind
from scanner.model.span import Span
from scanner.model.text import Text
from scanner.pipeline.barren import Asked, Barren, _Piece
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.ruleset.compiled import compile_rules
from scanner.ruleset.examples import fill
from scanner.ruleset.gitleaks import read_gitleaks
from tests.conftest import token
from tests.pipeline.families import code, planted

HOLDS = f'password = "{token("<<%A20>>")}"\n'.encode()
BARREN = b"password = get_password()\n"


@cache
def engine() -> Engine:
    return text_scanner(ScanOptions()).engine


def asked(data: bytes) -> Asked:
    return Asked(Text(data, "app.py", FileKind.CODE), 0, engine().prefilter(data))


def test_hits_that_lead_to_a_match_are_kept_and_others_not() -> None:
    holding, nothing, both = (asked(data) for data in (HOLDS, BARREN, BARREN * 5 + HOLDS))
    assert holding.hits
    assert nothing.hits
    barren = Barren(engine())
    for _ in range(2):
        first, second, third = barren.fertile([holding, nothing, both])
        assert first
        assert not [hit for hit in second if hit.entry < engine().first_trigger]
        assert all(hit.end > 5 * len(BARREN) for hit in third if hit.entry < engine().first_trigger)
        assert engine().match(both.text, third)


# Lines of one rule's examples, doubled, left away and apart: names by the dozen, some of them too far from a value.
_LAYOUTS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 4)), min_size=1, max_size=9)


@pytest.fixture
def sieved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Expressions are compiled from behind at once."""
    monkeypatch.setattr(jointsearch, "WORTH_A_SIEVE", 0)
    engine()._searches.clear()


def test_what_is_implausible_is_sorted_out_by_itself(sieved: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that is no secret on any line costs no search of its own."""
    every = asked(b'x_token = "your-token-here"\n\n\n' + b"secret_" + HOLDS)
    rules = engine().rules
    generic = [one for one in every.hits if one.entry < engine().first_trigger]
    generic = [one for one in generic if rules.rule(rules.expressions[one.entry].rule).id == "generic-secret"]
    assert len(generic) > 1
    barren = Barren(engine())
    searched: list[bytes] = []
    finds = barren._finds_something

    def counted(text: Text, around: Span, hits: Sequence[Hit]) -> bool:
        searched.append(text.data[around.start : around.end])
        return finds(text, around, hits)

    monkeypatch.setattr(barren, "_finds_something", counted)
    (kept,) = barren.fertile([every._replace(hits=generic)])
    assert kept == generic[1:]
    assert [b"token-here" in lines for lines in searched] == [False] * len(kept)


@given(st.integers(0, 10_000), _LAYOUTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_stands_is_sorted_out_when_matches_are_weighed(
    sieved: None, seed: int, layout: list[tuple[int, int]]
) -> None:
    test_nothing_that_stands_is_sorted_out.hypothesis.inner_test(seed, layout)  # type: ignore[attr-defined]


@given(st.integers(0, 10_000), _LAYOUTS)
@settings(max_examples=150, deadline=None)
def test_nothing_that_stands_is_sorted_out(seed: int, layout: list[tuple[int, int]]) -> None:
    lines = planted(8 * seed + 4)
    text = "\n".join("\n".join([lines[line % len(lines)], *code(seed, apart)]) for line, apart in layout)
    one = asked(text.encode())
    (kept,) = Barren(engine()).fertile([one])
    found = [(match.rule, match.span) for match in engine().match(one.text, one.hits, dropped=False)]
    assert [(match.rule, match.span) for match in engine().match(one.text, kept, dropped=False)] == found


def test_which_line_of_a_short_text_was_hit_counts() -> None:
    """Each of the names sees all of the text, but only the last is near enough to its value."""
    far = ["salesforce = 1", "a = 1", "b = 2", "c = 3"]
    value = fill('salesforce_secret = "<<%X64>>"', "near")
    one = asked("\n".join([*far, value]).encode())
    (kept,) = Barren(engine()).fertile([one])
    assert "salesforce-consumer-secret" in {match.rule for match in engine().match(one.text, kept)}


def test_lines_are_remembered_for_what_they_say_themselves(tmp_path: Path) -> None:
    """Among the rows of a picture the line holds no token of this rule; the same line by itself does."""
    (tmp_path / "rules.toml").write_text("[[rules]]\nid = 'own'\nregex = 'tok([0-9A-Za-z]{20})'\n")
    rules = compile_rules(read_gitleaks(tmp_path / "rules.toml").rules, {})
    own = Engine(rules, Prefilter.compile(rules.expressions, ()))
    line = fill("QkFS+tok<<%A20>>+aGlq", "line")
    rows = [fill("<<%B76>>", f"row{number}") for number in range(8)]
    texts = [Text("\n".join(lines).encode()) for lines in ([*rows[:4], line, *rows[4:]], ["", line, ""])]
    picture, alone = (Asked(text, 0, own.prefilter(text.data)) for text in texts)
    assert not own.match(picture.text, picture.hits, dropped=False)
    barren = Barren(own)
    barren.fertile([picture])
    (kept,) = barren.fertile([alone])
    assert [match.rule for match in own.match(alone.text, kept, dropped=False)] == ["own"]


def test_a_line_that_fails_is_neither_barren_nor_in_the_way_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    barren = Barren(engine())
    search = barren._search

    def fails_on_the_secret(rule: int, pieces: list[_Piece]) -> None:
        if HOLDS.strip() in [piece.lines for piece in pieces]:
            raise MemoryError
        search(rule, pieces)

    with monkeypatch.context() as broken:
        broken.setattr(barren, "_search", fails_on_the_secret)
        with pytest.raises(MemoryError):
            barren.fertile([asked(HOLDS)])
        barren.fertile([asked(BARREN)])
    (kept,) = barren.fertile([asked(HOLDS)])
    assert engine().match(asked(HOLDS).text, kept)
