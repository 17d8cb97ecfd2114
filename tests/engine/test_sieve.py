"""Places at which matches may begin: none is ever missing, whatever the expression and the text."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import regex

from scanner.engine import allowance, crowded
from scanner.engine import sieve as module
from scanner.engine.allowance import Patience
from scanner.engine.crowded import Crowd, Expressions
from scanner.engine.shelf import Shelf
from scanner.engine.sieve import kept_sieve, sieve
from scanner.model.span import Span
from scanner.ruleset.derive import derive
from scanner.ruleset.examples import fill
from scanner.ruleset.loader import load_rules
from scanner.ruleset.location import rules_folder
from scanner.ruleset.reverse import reverse

SOURCES = [source for source in load_rules([rules_folder()]) if source.rule.pattern]
_PIECES = (
    r"a", r"b+", r"[ab]{1,3}", r"[^a\n]", r"(?:ab|b)", r"(?:a|bb)?", r"\w", r"\s?", r".", r"(?i:A)", r"(?>a+|b)", r"a*?",
    r"(?<!a)", r"(?<![ab](?<!\\a))", r"(?<=b)", r"(?<=a|b)", r"(?=a)", r"(?!b)", r"(?![ab])", r"(?i:(?=A))", r"\b", r"\B",
    r"(?:b(?!a))", r"(?:$|a)", r"(?m:^)", r"(?m:$)", r"^", r"$", r"\Z", r"\A", r"(?:[ab]{2}){1,3}", r"(?:(?=a)|(?!b))",
    r"(?=a$)", r"(?=\n)", r"(?:a(?=b)|b(?![ab]))", r"\n", r"(a|b+)", r"(?i:(a))", r"([^a\n])", r"\1", r"(?=\1)", r"(?i:\1)",
)  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in the user's own folder, whose room expressions by the hundred would take."""
    monkeypatch.setattr(module, "_sieves", lambda: Shelf(""))


def test_expressions_of_any_pieces_lose_no_match() -> None:
    chance = random.Random(5)
    tried = 0
    for _ in range(700):
        text = chance.choice(["", "(?i)", "(?m)", "(?s)"]) + "".join(chance.choices(_PIECES, k=chance.randint(2, 6)))
        places = sieve(text.encode())
        if places is None:
            continue
        pattern = regex.compile(text.encode())
        for _ in range(12):
            data = bytes(
                chance.choices(b"abAB\\ \n.", [6, 6, 1, 1, 1, 1, 1, 1], k=chance.choice([chance.randint(0, 30), 60]))
            )
            cut = chance.randint(0, len(data))
            span = Span(*sorted((chance.choice([0, cut]), chance.choice([len(data), cut]))))
            found = {at for at in range(span.start, span.end) if pattern.match(data, at, span.end)}
            assert found <= set(places.starts(data, span)), (text, data, span)
            tried += len(found)
    assert tried > 100


def test_of_many_spans_none_loses_a_match_in_the_joint() -> None:
    chance = random.Random(7)
    tried = 0
    for _ in range(500):
        text = chance.choice(["", "(?i)", "(?m)"]) + "".join(chance.choices(_PIECES, k=chance.randint(2, 6)))
        places = sieve(text.encode())
        if places is None or not derive(text).joins:
            continue
        pattern = regex.compile(text.encode())
        for _ in range(8):
            data = bytes(chance.choices(b"abAB\\ \n.", [6, 6, 1, 1, 1, 1, 2, 1], k=chance.randint(9, 60)))
            cuts = sorted(chance.sample(range(len(data) + 1), k=chance.choice([2, 4, 6, 8])))
            spans = [Span(*pair) for pair in zip(cuts[::2], cuts[1::2], strict=True)]
            starts = places.starts_of(data, spans)
            for span in spans:
                found = {at for at in range(span.start, span.end) if pattern.match(data, at, span.end)}
                assert found <= set(starts.get(span.end, ())), (text, data, span)
                tried += len(found)
    assert tried > 500


@pytest.mark.parametrize(
    ("before", "heads"),
    [
        (r"(?<![\w.](?<!\\n))", [b"", b"-", b"\\n", b"n"]),
        (r"(?<=[\w.](?<=\\n))", [b"\\n"]),
        (r"(?<=<(?:u|b)>)", [b"<u>"]),
        (r"(?=[a-z]{2})(?<![\w.](?<!\\n))", [b"", b"-", b"\\n", b"n"]),
    ],
)
def test_the_character_before_a_long_expression_is_asked_for(before: str, heads: list[bytes]) -> None:
    """In one copy, whatever else the lookbehind says: otherwise each letter of a name would be a place to try."""
    long = "(?:" + "|".join(f"name{number}x{{12}}" for number in range(160)) + ")"
    places = sieve(f"{before}[a-z]{{0,9}}{long}".encode())
    assert places
    for head in (b"a", *heads):
        data = head + b"rename7" + b"x" * 40
        assert places.starts(data, Span(0, len(data))).count(len(head)) == (head in heads), head
        assert len(places.starts(data, Span(0, len(data)))) <= 2


def test_every_rule_finds_the_same_when_only_these_places_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "_A_BYTE", 0.0)
    monkeypatch.setattr(allowance, "_PATIENCE", 0.0)
    # A handful at a time: to compile one takes a tenth of a second.
    chance = random.Random(7)
    found = 0
    for source in chance.sample(SOURCES, 60):
        rule = source.rule
        texts = [fill(one.text, f"{rule.id}/{n}") for n, one in enumerate(source.examples)]
        data = "\n".join([*texts, *(text[: len(text) * 4 // 5] for text in texts), *texts]).encode()
        pattern = regex.compile(rule.pattern.encode())
        span = Span(0, len(data))
        named = (
            [regex.compile(one.encode()) for one in (rule.needs, rule.backwards)] if rule.backwards else [None, None]
        )
        crowd = Crowd(Expressions(pattern, *named), (), [span], lines=rule.near, timeout=1.0, patience=Patience())
        # Every other one has no patience for the places either, where there is yet another way.
        crowd._tries = 1.0 if found % 2 else 0.0
        spans = [_secret(one) for one in crowd.matches(data, span)]
        assert spans == [_secret(one) for one in pattern.finditer(data)], rule.id
        found += len(spans)
    assert found > 60


def _secret(found: regex.Match[bytes]) -> tuple[int, int]:
    """Where the value is: backwards from it a nearer name may do."""
    return next(
        (found.span(name) for name in found.groupdict() if name.startswith("secret") and found[name]), found.span()
    )


def test_what_cannot_be_written_backwards_has_none() -> None:
    # Twice, for it could double itself without end.
    assert sieve(rb"(a)\1\1") is None
    assert sieve(b"a*") is None
    assert sieve(b"(?:" + b"|".join(b"%d" % number for number in range(10000)) + b")") is None


def test_what_must_follow_within_is_asked_for() -> None:
    # By one of two ways alone: the other one goes on as before.
    places = sieve(rb"key(?:=|:(?=[^\n]{4,20};))(?=[a-z]{1,9}[0-9])(?P<secret>[a-z0-9]{4})")
    assert places
    for data, begins in (
        (b"key=abc1", True),
        (b"key=abcd", False),
        (b"key:abc1 ;", True),
        (b"key:abc1 .", False),
        (b"key:abcd ;", False),
    ):
        assert (0 in places.starts(data, Span(0, len(data)))) == begins, data


def test_what_grows_when_it_is_unrolled_is_compiled_in_its_rough_form_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository's own rule took seven seconds to be refused."""
    from scanner.engine import sieve as module

    pattern = "key" + "(?:[a-z0-9]{1,30}|[^x]{1,30}y){1,8}" * 20
    weights: list[int] = []
    compiled = module._compiled
    monkeypatch.setattr(module, "_compiled", lambda made: (weights.append(made.weight), compiled(made))[1])
    places = module.sieve.__wrapped__(pattern.encode())
    assert places
    assert reverse(pattern).weight > 8_000
    assert weights == [reverse(pattern, rough=True).weight]
    data = b"-- key" + b"a" * 30
    assert 3 in places.starts(data, Span(0, len(data)))


@pytest.mark.parametrize(
    "damage", [lambda body: body, lambda body: body[:-9], lambda body: b"\0\0\0\x09[[1, [2]]" + body]
)
def test_what_is_kept_is_what_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[bytes], bytes]
) -> None:
    path = str(tmp_path / "some.sieves")
    monkeypatch.setattr(module, "_sieves", lambda: Shelf(path))
    # One that asks for what must follow, and one that there is no sieve for.
    texts = [rb"key=(?=[a-z]{1,9}[0-9])[a-z0-9]{4}(?!x)", rb"(b)\1\1"]
    data = b"key=abc1 key=abcd key=a1bcx " * 3

    def answers() -> list[list[int] | None]:
        for cached in (sieve, kept_sieve):
            cached.cache_clear()
        return [places and places.starts(data, Span(0, len(data))) for places in map(sieve, texts)]

    made = answers()
    assert made[0] and made[1] is None
    monkeypatch.setattr(Shelf, "get", lambda self, key, get=Shelf.get: damage(get(self, key)))
    whole = damage(b"....") == b"...."
    assert (kept_sieve(texts[0]) is not None) == whole
    if whole:
        monkeypatch.setattr(module, "made", None)
    assert answers() == made


@pytest.mark.parametrize("is_kept", [False, True])
def test_what_is_kept_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, is_kept: bool) -> None:
    """Patience is for the time that compiling takes."""
    monkeypatch.setattr(allowance, "_A_BYTE", 0.0)
    monkeypatch.setattr(allowance, "is_kept", lambda _: is_kept)
    patience, span = Patience(), Span(0, 12)
    crowd = Crowd(Expressions(regex.compile(b"ab"), None, None), (), [span], lines=0, timeout=1.0, patience=patience)
    assert [found.span() for found in crowd.matches(b"ab ab abab a", span)] == [(0, 2), (3, 5), (6, 8), (8, 10)]
    assert (patience._lost, crowd._allowance.spare > 0) == (is_kept, not is_kept)


def test_so_many_and_no_more_are_counted_in_the_rough_form_too() -> None:
    places = module._compiled(reverse(r"(?<![a-z])key[^\n]{0,300}=[a-z0-9]{32}(?![a-z0-9])", rough=True))
    for length in (31, 32, 33):
        data = b"key" + b" " * 20 + b"=" + b"a" * length
        assert places.starts(data, Span(0, len(data))) == ([0] if length == 32 else [])


def test_one_character_many_times_over_is_taken_for_that_and_more() -> None:
    pattern = r"(?<![0-9A-Za-z])[0-9a-z]{3}AAAAAAAA[0-9A-Z]{4}(?![0-9A-Za-z])"
    assert "A{8,}" in reverse(pattern).expressions[0][0]
    places = module._compiled(reverse(pattern))
    data = b" abcAAAAAAAA12AB abcAAAAAAA12AB abcAAAAAAAAAAAA "
    assert places.starts(data, Span(0, len(data))) == [1, 32]


def test_what_can_be_searched_in_one_way_alone_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is won by giving up early what is begun again in the same way."""
    monkeypatch.setattr(allowance, "_A_BYTE", 1e-9)
    monkeypatch.setattr(allowance, "_PATIENCE", 0.0)
    pattern = regex.compile(rb"(a)?x(?(1)y{9}|[a-z]{1,200}!)")
    data, asked = b"x" * 100_000, []
    for is_known in (True, False):
        monkeypatch.setattr(crowded, "has_none", lambda _, is_known=is_known: is_known)
        monkeypatch.setattr(Crowd, "_otherwise", lambda *_, known=is_known: asked.append(known) or iter(()))
        span, expressions = Span(0, len(data)), Expressions(pattern, None, None)
        crowd = Crowd(expressions, (), [span], lines=0, timeout=30.0, patience=Patience())
        assert not list(crowd.matches(data, span))
    assert asked == [False]


def test_a_search_in_the_one_way_there_is_may_not_take_longer_than_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowded, "has_none", lambda _: True)
    span = Span(0, 60)
    crowd = Crowd(
        Expressions(regex.compile(rb"(?:a|aa)+b"), None, None), (), [span], lines=0, timeout=0.05, patience=Patience()
    )
    with pytest.raises(TimeoutError):
        list(crowd.matches(b"a" * 60, span))
