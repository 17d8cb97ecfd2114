"""The first pass must wake for whatever the exact expression matches."""

from __future__ import annotations

import random
import re

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.engine.prefilter import Prefilter
from scanner.ruleset.compiled import Expression
from scanner.ruleset.derive import derive
from scanner.ruleset.loader import load_rules
from scanner.ruleset.location import rules_dir
from scanner.ruleset.schema import parse_rule

PATTERNS = [
    r"(?<![0-9A-Za-z_])(?P<secret>acme_[0-9A-Za-z]{36,255})(?![0-9A-Za-z_])",
    r'(?i)[a-z_]{0,20}(?:pass(?:word|wd)?|secret)["\']?\s*[:=]\s*["\'](?P<secret>[^"\']{6,})["\']',
    r"-----BEGIN (?:RSA |EC )?PRIVATE KEY-----[\s\S]{10,400}?-----END",
    r"\b(?:abc|bcd)\d{3,5}\b",
    r"(?m)^key: (?P<secret>\S+)$",
    r"x(?i:AbC)[^\n]+?end|other\.thing",
    r"(?m)^[ \t]*(?:export )?(?P<name>[\w.-]*(?:password|secret))[ \t]*=[ \t]*(?P<secret>\S{4})",
    r"(?m)(?:^|\|)[ \t]*[\w.-]* ?token\|(?P<secret>[a-z]{4})",
    r"tok(?>en)[=:]{1,2}(?P<secret>(?:[a-f0-9]{2}){4,})",
]


def wakes(expression: str, caseless: bool, text: bytes) -> bool:
    prefilter = Prefilter.compile([Expression(expression, caseless, 0, 0, False)], ())
    return bool(prefilter.hits(text))


@pytest.mark.parametrize("pattern", PATTERNS)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_whatever_matches_wakes(pattern: str, data: st.DataObject) -> None:
    drawn = data.draw(st.from_regex(re.compile(pattern.replace("(?>", "(?:").encode()), fullmatch=False))
    assert regex.search(pattern.encode(), drawn)
    derived = derive(pattern)
    assert wakes(derived.expression, derived.caseless, drawn)


@pytest.mark.parametrize("most", [10, 12, 13, 15, 16, 17, 24, 40, 60, 200])
@pytest.mark.parametrize(("head", "before"), [("(?m)^", "\n"), ("[ab]", "a"), (";", ";"), ("(?m)^[a-z]", "\nq")])
@pytest.mark.parametrize("name", ["option key", "(?:xyz|abc)="])
@pytest.mark.parametrize("least", [0, 1, 2])
def test_no_number_of_blanks_before_a_name_is_passed_over(
    most: int, head: str, before: str, name: str, least: int
) -> None:
    derived = derive(f"{head}[ \\t]{{{least},{most}}}{name}")
    prefilter = Prefilter.compile([Expression(derived.expression, derived.caseless, 0, 0, False)], ())
    word = "option key" if "option" in name else "abc="
    missed = [
        count
        for count in range(least, most + 1)
        if not prefilter.hits(f"{'x' * 40}{before}{' ' * count}{word} and so on".encode())
    ]
    assert not missed


def test_an_open_end_gives_one_hit_and_not_one_a_byte() -> None:
    derived = derive(r"acme_(?P<secret>[a-z]{10,})")
    prefilter = Prefilter.compile([Expression(derived.expression, derived.caseless, 0, 0, False)], ())
    assert len(prefilter.hits(b"acme_" + b"x" * 500)) == 1


@pytest.mark.parametrize(
    ("pattern", "expression"),
    [
        (r"(?m)^[ \t]*[\w.-]*password=x", "password\\x3dx"),
        (r"(?m)^[ \t]{0,4}password=x", "(?m:^)[\\x20\\x09]{0,4}password\\x3dx"),
        (r"[a-z]+(?:[\w.-]*(?:password|secret))=x", "(?:password|secret)\\x3dx"),
        (r"acme[\w.-]*password=x", "acme[\\w\\x2e\\x2d]*password\\x3dx"),
        (r"x-[a-z]*token=x", "x\\x2d[a-z]*token\\x3dx"),
    ],
)
def test_an_open_beginning_goes_where_it_tells_less_than_what_follows(pattern: str, expression: str) -> None:
    assert derive(pattern).expression == expression


def test_a_reaching_expression_is_cut_where_it_opens() -> None:
    derived = derive(PATTERNS[2], cut=True)
    assert wakes(derived.expression, False, b"-----BEGIN RSA PRIVATE KEY-----")


def test_lines_and_literals_are_told() -> None:
    assert derive(r"abc[^x]def").crosses_lines
    assert not derive(r"abc[a-z]def").crosses_lines
    assert derive(r"[A-Z]{40}").literal == 0
    assert derive(r"(?:prefix|pre)_\d").literal == 3


def test_a_dot_that_takes_line_breaks_keeps_doing_so() -> None:
    derived = derive("(?s)BEGIN ACME.{1,80}END ACME")
    assert derived.crosses_lines
    assert wakes(derived.expression, derived.caseless, b"BEGIN ACME\nx\nEND ACME")


@pytest.mark.parametrize(
    ("pattern", "joins"),
    [
        (r"acme[ =]+(?P<secret>[a-z]{8})(?![a-z])", True),
        (r"(?m)^acme=(?P<secret>[a-z]+)$", True),
        (r"acme=(?P<secret>[a-z]+)(?=\s)", True),
        (r"^acme=(?P<secret>[a-z]+)", False),
        (r"acme=(?P<secret>[a-z]+)(?!\s)", False),
        (r"(?<![^ ])acme=(?P<secret>[a-z]+)", False),
        (r"(?:acme=(?P<secret>[a-z]+)$|b)", False),
        (r"(?s)acme.(?P<secret>[a-z]+)", False),
    ],
)
def test_lines_of_several_texts_are_joined_only_where_no_expression_can_tell(pattern: str, joins: bool) -> None:
    assert derive(pattern).joins is joins


def test_shipped_rules_have_something_to_hold_on_to() -> None:
    """An expression without any fixed part would run everywhere; such rules lean on a partner or keywords."""
    for source in load_rules([rules_dir()]):
        rule = source.rule
        if rule.pattern and not (rule.prefilter or rule.pair or rule.keywords or rule.path):
            assert derive(rule.pattern, cut=rule.reach > 0).literal >= 1, rule.id


def test_every_shipped_expression_is_read_alike_by_both_parsers() -> None:
    chance = random.Random(1)
    read = 0
    for source in chance.sample(load_rules([rules_dir()]), 24):
        pattern = source.rule.pattern.encode()
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            # Only ``regex`` looks back over what may be of several lengths.
            assert "look-behind" in str(error)
            continue
        assert groups == regex.compile(pattern).groups
        read += bool(pattern)
    assert read > 5


@pytest.mark.parametrize(
    ("more", "inside"),
    [
        ({"pattern": "acme_[a-z]{9}"}, True),
        ({"pattern": "acme_[a-z]{9}", "prefilter": "acme"}, False),
        ({"pattern": "acme_[a-z]{9}", "needs": "[a-z]{9}"}, False),
        ({"pattern": "acme_[a-z]{9}", "prefilter": "acme", "inside": True}, True),
        ({"names": "acme", "value": "[a-z]{9}"}, True),
    ],
)
def test_what_is_given_by_hand_is_taken_for_part_of_a_match_only_where_that_is_said(
    more: dict[str, object], inside: bool
) -> None:
    rule, _, _ = parse_rule({"id": "acme", "title": "t", "description": "d", "severity": "high", **more})
    assert rule.inside is inside


@pytest.mark.parametrize(
    ("pattern", "sizes"),
    [
        ("ab{2,5}", (6, 6)),
        ("a(?=b{9})b", (2, 10)),
        ("(?:a(?=b{9})){3}", (3, 12)),
        ("(?:a(?=b{9}c)|bb)c{4}(?!d{3})", (6, 11)),
        ("(?<=a{30})b", (1, 30)),
        ("(?<=a(?=b{40}))b", (1, 41)),
        (r"(a{1,3})(?=\1b)c", (4, 7)),
        ("a+b", (0, 0)),
        ("ab(?=c*d)", (0, 0)),
    ],
)
def test_how_far_a_match_goes_and_looks(pattern: str, sizes: tuple[int, int]) -> None:
    assert derive(pattern).sizes == sizes


@pytest.mark.parametrize("end", [r"(?:,|$)", r"(?:[,;]|[ \t]*$)", r"(?:,|x(?:;|$))", r"[ \t]*(?:,|\]|\r?$)"])
def test_an_end_that_may_be_that_of_a_line_is_meant_where_it_is_written_by_hand(end: str) -> None:
    text = rf"list:[a-z]{{1,9}}{end}"
    by_hand = derive(text, by_hand=True)
    assert wakes(derive(text).expression, False, b"list:abx+")
    assert not wakes(by_hand.expression, False, b"list:abx+")
    for ends in (b"list:ab,", b"list:abx", b"list:abx\n", b"list:ab,x\n"):
        assert wakes(by_hand.expression, False, ends) == bool(re.search(text.encode(), ends, re.MULTILINE)), ends


@pytest.mark.parametrize(
    ("pattern", "breaks"),
    [(r"abc", 0), (r"a\nb", 1), (r"a\s{0,3}(?:b|\n\n)", 5), (r"(?:a\n?){4}[^b]", 5), (r"a(?>\n|b)(?=\n)", 1)],
)
def test_line_breaks_in_a_match_are_counted(pattern: str, breaks: int) -> None:
    assert derive(pattern).breaks == breaks


@pytest.mark.parametrize(
    ("pattern", "begins"),
    [
        (r"(?P<secret>nb[ps]_[0-9A-Za-z]{36})", ["nbp", "nbs"]),
        (r"(?P<secret>sq(?:[pu]_[0-9A-Za-z]{40}|co_[0-9A-Za-z]{59}))", ["sqp", "squ", "sqco"]),
        (r"(?:xaat|xapt)-[0-9a-f]{8}", ["xaat", "xapt"]),
        (r"acme[ab]_[0-9a-z]{20}", ["acme[ab]"]),
        (r"ab[0-9]_[0-9a-z]{20}", ["ab[0-9]"]),
        (r"[ab]c[de]f[gh]_[0-9a-z]{20}", ["[ab]c"]),
        (r"a[b-k][b-k]c_[0-9a-z]{20}", ["a[b-k]"]),
    ],
)
def test_a_short_beginning_is_written_out_with_each_way_to_go_on(pattern: str, begins: list[str]) -> None:
    ways = derive(pattern).expression.split("|")
    assert [way[: len(begin)] for way, begin in zip(ways, begins, strict=True)] == begins


@pytest.mark.parametrize(
    "pattern", [r"nb[ps]_[0-9a-f]{4}", r"sq(?:[pu]_[0-9a-f]{4}|co_[0-9a-f]{5})", r"(?i)x[yz](?:a|bc|)d{2,3}"]
)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_written_out_it_wakes_for_the_same(pattern: str, data: st.DataObject) -> None:
    drawn = data.draw(st.from_regex(re.compile(pattern.encode()), fullmatch=True))
    derived = derive(pattern)
    assert wakes(derived.expression, derived.caseless, drawn)
