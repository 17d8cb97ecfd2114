"""Where hits stand by the hundred, less work finds the same."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import regex

from scanner.engine import allowance, crowded, matcher, windows
from scanner.engine.allowance import Patience
from scanner.engine.crowded import Crowd, Expressions, outermost
from scanner.engine.matcher import Matcher
from scanner.engine.sieve import sieve
from scanner.model.filekind import FileKind
from scanner.model.span import Span
from scanner.model.text import Text
from scanner.ruleset.compiled import Expression
from scanner.ruleset.examples import fill
from scanner.ruleset.loader import load_rules
from scanner.ruleset.location import rules_folder
from scanner.ruleset.schema import RuleSource

SOURCES = [source for source in load_rules([rules_folder()]) if source.rule.backwards]


@pytest.mark.parametrize("seed", range(40))
def test_hits_between_others_of_a_line_add_nothing(seed: int) -> None:
    chance = random.Random(seed)
    size, breaks = chance.choice([300, 3000, 30000]), chance.choice([0, 0.0001, 0.001, 0.05])
    data = bytes(10 if chance.random() < breaks else 97 for _ in range(size))
    expressions = [
        Expression(
            "x",
            False,
            0,
            chance.choice([0, 2]),
            False,
            False,
            *chance.choice([(0, 0), (40, 50), (40, 500), (9, 20000)]),
        )
        for _ in range(2)
    ]
    hits = sorted(
        ((chance.choice(expressions[: 1 + seed % 2]), chance.randint(1, size)) for _ in range(300)), key=lambda h: h[1]
    )

    def around(hits: list[tuple[Expression, int]]) -> list[Span]:
        return windows.merged(
            windows.window(data, end, near=e.near, reach=0, before=e.before, after=e.after) for e, end in hits
        )

    assert around(outermost(data, hits)) == around(hits)


def test_a_value_is_found_from_behind_as_from_before(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(SOURCES) > 250
    # Those are tried on some rules elsewhere: to compile one takes a tenth of a second.
    monkeypatch.setattr(crowded, "sieve", lambda _: None)
    found = []
    for patience in (1.0, 0.0):
        monkeypatch.setattr(matcher, "FEW", -1)
        monkeypatch.setattr(allowance, "_A_BYTE", patience)
        monkeypatch.setattr(allowance, "_PATIENCE", patience)
        found.append([_matches(source) for source in SOURCES])
    assert found[0] == found[1]
    assert sum(map(len, found[0])) > len(SOURCES)


def _matches(source: RuleSource) -> list[tuple[int, int, str]]:
    rule = source.rule
    texts = [fill(one.text, f"{rule.id}/{n}") for n, one in enumerate(source.examples)]
    data = "\n".join(texts).encode()
    kind = FileKind.OTHER if FileKind.OTHER in rule.kinds else min(rule.kinds)
    one = Matcher(rule, {})
    ends = [at + 1 for at in range(len(data))] if rule.inside else []
    expression = Expression("", False, 0, rule.near, False)
    spans = (Span(0, len(data)),)
    crowd = one._crowd([(expression, end) for end in ends], spans)
    return [
        (*match.span, match.reason)
        for match in one._judged(Text(data, "a.txt", kind), spans, crowd.matches, dropped=True)
    ]


def test_names_in_every_place_hide_no_value() -> None:
    source = next(source for source in SOURCES if source.rule.id == "expo-access-token")
    token = fill("<<%A40>>", "crowd")
    head, tail = "expo token " * 3000, " expo token" * 3000
    data = f"{head}\nEXPO_TOKEN={token}\n{tail}".encode()
    expression = Expression("", False, 0, source.rule.near, False)
    hits = [(expression, at + 4) for at in range(len(data)) if data[at : at + 4].lower() == b"expo"]
    one = Matcher(source.rule, {})
    (match,) = one.matches(Text(data, "a.txt", FileKind.OTHER), hits)
    assert data[match.span.start : match.span.end] == token.encode()
    assert not one.timeouts


@pytest.mark.parametrize("before", ['= String::from("', '= Hidden("', ": string = ", '= @"', "= Bearer "])
def test_names_without_values_hide_none_that_something_is_made_of(monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    """What stands between a name and its value is read from behind there."""
    monkeypatch.setattr(crowded, "sieve", lambda _: None)
    monkeypatch.setattr(allowance, "_A_BYTE", 0.0)
    monkeypatch.setattr(allowance, "_PATIENCE", 0.0)
    source = next(source for source in SOURCES if source.rule.id == "expo-access-token")
    token = fill("<<%A40>>", "crowd")
    data = f"{'expo_token == == == == ' * 200}expo_token {before}{token}".encode()
    expression = Expression("", False, 0, source.rule.near, False)
    hits = [(expression, at + 4) for at in range(len(data)) if data[at : at + 4].lower() == b"expo"]
    one = Matcher(source.rule, {})
    (match,) = one.matches(Text(data, "a.txt", FileKind.OTHER), hits)
    assert data[match.span.start : match.span.end] == token.encode()


def test_a_value_whose_expression_does_not_end_is_given_up_and_told() -> None:
    rule = replace(SOURCES[0].rule, pattern=r"(a)\1(?:a|a|aa)+\1b", needs="", backwards="")
    one = Matcher(rule, {})
    data = b"acme " * 40 + b"a" * 60
    hits = [(Expression("", False, 0, rule.near, False), at + 4) for at in range(0, 200, 5)]
    assert list(one.matches(Text(data, "a.txt", min(rule.kinds)), hits)) == []
    assert one.timeouts


@pytest.mark.parametrize("joins", [True, False])
@pytest.mark.parametrize("spare", [0.0, 2e-10, 5e-9, 1.0])
@pytest.mark.parametrize("pace", [0.0, 1.0])
def test_patience_may_end_in_any_of_many_spans(
    monkeypatch: pytest.MonkeyPatch, spare: float, pace: float, *, joins: bool
) -> None:
    monkeypatch.setattr(allowance, "_A_BYTE", spare)
    monkeypatch.setattr(allowance, "_PATIENCE", 0.0)
    monkeypatch.setattr(allowance, "_PACE", pace)
    pattern = regex.compile(rb"(?<![a-z])key[a-z]{0,20}=(?P<secret>[a-z]{8,20})(?=;)")
    chance = random.Random(3)
    words = [b"key", b"keyname=", b"key=abcdefgh", b"key=abcdefgh;", b"keys=abcdefghij;", b"=", b";", b" "]
    data = b"\n".join(b"".join(chance.choices(words, k=30)) for _ in range(400))
    ends = [at for at in range(len(data)) if data[at : at + 1] == b"\n"]
    spans = [Span(start + 1, end) for start, end in zip(ends[:-1:3], ends[1::3], strict=False)]
    crowd = Crowd(Expressions(pattern, None, None), (), spans, lines=0, joins=joins, timeout=1.0, patience=Patience())
    found = [one.span() for span in crowd.worth_a_look() for one in crowd.matches(data, span)]
    wanted = [one.span() for span in spans for one in pattern.finditer(data, span.start, span.end)]
    assert found == wanted
    assert len(wanted) > 500


def test_what_was_found_before_an_attempt_that_does_not_end_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    pattern = regex.compile(rb"key=(?:[b-z]{8};|(a)\1(?:a|a|aa)+\1b)")
    data = b"key=bcdefghi;\n" * 5 + b"key=" + b"a" * 60
    span = Span(0, len(data))
    crowd = Crowd(Expressions(pattern, None, None), (), (span,), lines=0, timeout=0.05, patience=Patience())
    monkeypatch.setattr(crowd, "_starts_in", lambda *_: range(0, 71, 14))
    places = sieve(rb"key=")
    assert places is not None
    found = []
    with pytest.raises(TimeoutError):
        found += (one.span() for one in crowd._from_starts(places, data, span))
    assert found == [(at, at + 13) for at in range(0, 70, 14)]


def test_hits_are_followed_on_where_it_is_the_matches_that_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "_PATIENCE", 0.0)
    pattern = regex.compile(rb"key=[a-z]{8,20};")
    asked: list[bytes] = []
    monkeypatch.setattr(crowded, "sieve", lambda expression: asked.append(expression) or sieve(expression))
    data = b"key=abcdefgh;key=abcdefg;" * 20_000
    span = Span(0, len(data))
    # The other way is one that takes a second a byte, or none at all.
    for pace, other_way in ((1.0, False), (-1.0, True)):
        patience = Patience()
        patience.pace = pace
        crowd = Crowd(Expressions(pattern, None, None), (), (span,), lines=0, timeout=1.0, patience=patience)
        crowd._allowance._left = crowd._allowance._allowed = 1e-3
        assert sum(1 for _ in crowd.matches(data, span)) == 20_000
        assert bool(asked) == other_way


def test_a_few_hits_in_a_long_line_are_asked_from_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    source = next(source for source in load_rules([rules_folder()]) if source.rule.id == "generic-secret")
    line = b"plain words, " * 600
    data = line + fill(source.examples[0].text, "long/1").encode() + line
    end = len(line) + 16
    hits = [(Expression("", False, 0, 0, False), end)]
    text = Text(data, source.examples[0].path or "a.txt", FileKind.OTHER)
    before = [match.span for match in Matcher(source.rule, {}).matches(text, hits)]
    asked = []
    monkeypatch.setattr(allowance, "_PATIENCE", 0.0)
    monkeypatch.setattr(allowance, "_A_BYTE", 0.0)
    monkeypatch.setattr(matcher, "is_kept", lambda _: False)
    monkeypatch.setattr(crowded, "sieve", lambda pattern: asked.append(pattern) or sieve(pattern))
    # To compile it would not pay yet.
    assert [match.span for match in Matcher(source.rule, {}).matches(text, hits)] == before
    assert not asked
    monkeypatch.setattr(matcher, "WORTH_A_SIEVE", 0)
    assert [match.span for match in Matcher(source.rule, {}).matches(text, hits)] == before != []
    assert asked
    # Where it is compiled they are not followed at all: the library's own limit is kept at every tick of a clock alone.
    monkeypatch.setattr(matcher, "is_kept", lambda _: True)
    monkeypatch.setattr(allowance, "_A_BYTE", 1.0)
    asked.clear()
    assert [match.span for match in Matcher(source.rule, {}).matches(text, hits)] == before
    assert asked
