"""The short ways to write a pattern: a token on its own, and a value that goes by a name."""

from __future__ import annotations

import random
import re
import string
from itertools import product

import pytest
import regex

from scanner.ruleset import shorthand
from scanner.ruleset.schema import RuleSyntaxError, parse_rule
from scanner.ruleset.shorthand import called, expand, standing_alone

TOKEN = "acme_" + "k3" * 12


def alone(text: str) -> bool:
    return regex.search(standing_alone("acme_[0-9a-z]{24}", "0-9A-Za-z_-").encode(), text.encode()) is not None


@pytest.mark.parametrize(
    "text",
    [
        "{}", '"{}"', "x={};", r'"line\n{}\nline"', r"\t{}", "q%3D{}%26", r'"a\u003d{}"', "\x1b[0m{}\x1b[1m", "\x1b[1;31m{}",
        r"\x1b[32m{}", "/{}/part", "-{}", "x\n-{}\n", "q%253D{}",
    ],
)  # fmt: skip
def test_escapes_may_touch_a_token(text: str) -> None:
    assert alone(text.replace("{}", TOKEN))


@pytest.mark.parametrize("text", ["x{}", "{}x", "{}-more", "_{}", "{}" + "acme_k3"])
def test_a_part_of_a_longer_run_is_no_token(text: str) -> None:
    assert not alone(text.replace("{}", TOKEN))


@pytest.mark.parametrize(("text", "found"), [("It is {}.", True), ("{}.\n", True), ("{}.more", False), ("x.{}", False)])
def test_a_sentence_may_end_behind_a_token_that_may_hold_dots(text: str, found: bool) -> None:
    pattern = standing_alone("acme_[0-9a-z]{24}", "0-9A-Za-z_.-")
    assert (regex.search(pattern.encode(), text.replace("{}", TOKEN).encode()) is not None) is found


def test_a_token_may_stand_back_to_back_with_another() -> None:
    assert alone(TOKEN * 2)


@pytest.mark.parametrize("token", ["[0-9a-f]{40}", "(?=[^a]{0,39}a)[0-9a-f]{40}", "a?c?d?[0-9a-f]{40}"])
def test_a_form_without_a_beginning_is_not_found_at_the_beginning_of_a_longer_run(token: str) -> None:
    pattern = standing_alone(token, "0-9a-f").encode()
    assert regex.search(pattern, b"'" + b"0a" * 20 + b"'") is not None
    assert regex.search(pattern, b"'" + b"0a" * 40 + b"'") is None


@pytest.mark.parametrize(("text", "found"), [("x={}", True), ("={}", True), ("{}=", False), ("a/{}", False)])
def test_padding_touches_a_token_on_its_right_only(text: str, found: bool) -> None:
    pattern = standing_alone("acme_[0-9a-z]{24}", "0-9A-Za-z+/=")
    assert (regex.search(pattern.encode(), text.replace("{}", TOKEN).encode()) is not None) is found


VALUE = "0" + "f3b9" * 7 + "abc"


def named(text: str, lines: int = 2) -> str:
    pattern = called("acme", "[0-9a-f]{32}", "0-9A-Za-z_-", lines)
    found = regex.search(pattern.encode(), text.replace("{}", VALUE).encode())
    return found.group("secret").decode() if found else ""


@pytest.mark.parametrize(
    "text",
    [
        "ACME_API_KEY={}", 'acmeToken = "{}"', "acme_token: '{}'", 'var acmeToken string = "{}"', 'val acmeKey: String = "{}"',
        "acme_TOKEN ::= {}", "acme_TOKEN ?= {}", "$acmeToken .= '{}'", 'System.setProperty("ACME_TOKEN", "{}")',
        "<acmeToken>\n    {}\n</acmeToken>", '{"acme": {"api_key": "{}"}}'.replace('"{}"', '"{}"'), "acme:\n  api_key: {}",
        'variable "acme_token" {\n  default = "{}"\n}', "acme token - '{}'", 'Acme("{}")', "X-Acme-Key: {}",
        'https://api.acme.dev/v1?apikey={}', r'{\"acmeKey\": \"{}\"}', "acme | token | {} |", "# acme\n\nTOKEN={}",
    ],
)  # fmt: skip
def test_forms_in_which_a_value_goes_by_a_name(text: str) -> None:
    assert named(text) == VALUE


@pytest.mark.parametrize(
    "text",
    [
        "acme_sha256 = {}", "acme commit: {}", "acme_digest: {}", "ACME_CLIENT_ID={}", "acmeAppId: '{}'", "acme-1.0.tar.gz {}0",
        "other_token = {}", "acme\n\n\n\n\nkey = {}", "acme {} of a file that is not followed by a word of a key".replace("{}", "x {}"),
    ],
)  # fmt: skip
def test_published_values_and_strangers_are_left_alone(text: str) -> None:
    assert named(text) == ""


@pytest.mark.parametrize(
    "text", ["[acme]\nkey = {}", "acme:\n  key: {}", '"acme": {\n  "key": "{}"', "acme => {\n key => '{}'"]
)
def test_a_section_names_what_is_in_it(text: str) -> None:
    assert named(text, lines=0) == VALUE


@pytest.mark.parametrize(
    "text",
    [
        "- name: ACME_TOKEN\n  value: {}", '{"name": "ACME_TOKEN",\n  "value": "{}"}', "<key>AcmeKey</key>\n  <string>{}</string>",
        "<name>acme.key</name>\n<value>{}</value>", 'variable "acme_token" {\n  type    = string\n  default = "{}"\n}',
        "os.environ.get('ACME_KEY') or '{}'", 'acme_key = (\n    "{}"\n)', "The acme token: **{}**",
    ],
)  # fmt: skip
def test_a_name_and_a_value_may_both_be_told(text: str) -> None:
    assert named(text, lines=0) == VALUE


def rule(**keys: object) -> dict[str, object]:
    return {"id": "acme", "title": "Acme", "description": "A key.", "severity": "high", **keys}


def test_a_short_rule_becomes_an_ordinary_one() -> None:
    parsed, _, _ = parse_rule(rule(names="(?<![a-z])acme", value="[0-9a-f]{32}", near=2))
    assert parsed.near == 3
    assert "acme" in parsed.prefilter
    assert "(?<!" not in parsed.prefilter
    assert "(?P<secret>[0-9a-f]{32})" in parsed.pattern


def test_an_ordinary_rule_stays_as_it_is() -> None:
    entry = rule(pattern="acme")
    assert expand(entry) is entry


@pytest.mark.parametrize(
    "keys",
    [
        {"token": "a", "pattern": "b"}, {"token": "a", "names": "b", "value": "c"}, {"names": "a"}, {"value": "a"},
        {"token": 3}, {"edge": "a-z"},
    ],
)  # fmt: skip
def test_mixtures_are_refused(keys: dict[str, object]) -> None:
    with pytest.raises(RuleSyntaxError):
        parse_rule(rule(**keys))


def test_what_is_asked_first_passes_every_word_that_a_name_may_end_with() -> None:
    words = regex.compile(f"(?i:{shorthand._WORDS})")
    begin = regex.compile(shorthand._WORDS_BEGIN)
    first = ["".join(letters) for letters in product(string.ascii_lowercase, repeat=3)]
    found = [letters for letters in first if words.fullmatch(letters, partial=True)]
    assert len(found) > 15
    assert [letters for letters in found if not (begin.match(letters) and begin.match(letters.upper()))] == []


@pytest.mark.parametrize("token", ["(?!A{6})[0-9A-Za-z]{11}AA[0-9a-z]{9}", "(?!sk-)[a-z-]{12}", "(?!a|b)[a-z]{6}|c"])
def test_what_a_token_must_not_begin_with_is_asked_first_and_says_the_same(token: str) -> None:
    pattern = standing_alone(token, "0-9A-Za-z_-")
    assert pattern.startswith("(?!") == ("|" not in token)
    last = (
        pattern.replace("(?P<secret>", "(?P<secret>" + token[: token.index(")") + 1]) if "|" not in token else pattern
    )
    for text in (
        "AAAAAAAAAAAAAabcdefghi",
        "AAAAAaaaaaaAAabcdefghi",
        "sk-abcdefghi",
        "abc-defghijk",
        "cdefgh",
        "c",
        "-c",
    ):
        for before in ("", " ", "A", "\\n", "a"):
            data = (before + text).encode()
            spans = [[found.span() for found in regex.finditer(one.encode(), data)] for one in (pattern, last)]
            assert spans[0] == spans[1], data


@pytest.mark.parametrize("edge", ["0-9A-Za-z_-", "0-9A-Za-z+/=", "0-9a-f", "0-9A-Za-z%"])
def test_what_is_asked_of_a_run_first_says_the_same(edge: str) -> None:
    pattern = standing_alone("[0-9A-Za-z]{3}", edge)
    guard = re.match(r"\(\?<!\[[^]]+\]\{6\}\(\?<!\[0-9\]\{2\}m\)\)", pattern)
    assert bool(guard) == ("%" not in edge)
    plain = regex.compile(pattern[guard.end() if guard else 0 :].encode())
    quick, chance, found = regex.compile(pattern.encode()), random.Random(5), 0
    pieces = [
        b"\\",
        b"%",
        b"25",
        b"%3D",
        b"\\x3d",
        b"\\u003d",
        b"a1",
        b"f",
        b"1m",
        b"31m",
        b"[",
        b":/",
        b"/",
        b"\n",
        b"-",
        b"+",
    ]
    for _ in range(5000):
        data = b"".join(chance.choices(pieces, k=chance.randrange(1, 9))) + b"a" * chance.choice((0, 0, 3)) + b"kz9"
        spans = [one.span() for one in quick.finditer(data)]
        assert spans == [one.span() for one in plain.finditer(data)], data
        found += len(spans)
    assert found > 500


def test_a_choice_of_many_names_is_asked_letter_by_letter_and_says_the_same() -> None:
    words = [first + rest for first, rest in product("abcxyz", ("cme", "cmes?-dev", "cm", "ther", ""))]
    value = "[0-9a-f]{32}"
    one, other = (
        regex.compile(called(names, value, "0-9a-z", 1).encode())
        for names in (f"(?<![a-z])(?:{'|'.join(words)})", f"(?<![a-z])(?:{'|'.join(words)}|(?:never))")
    )
    assert rb"a(?:cme|cmes?-dev|cm|ther|)" in one.pattern and rb"a(?:" not in other.pattern
    chance = random.Random(11)
    names, signs = [*words, "cmes", "acmes-dev", "Q"], ["_key=", " = ", ": '", "\n", " token: ", "x"]
    texts = [
        "".join(chance.choice(some) for some in (names, names, signs, signs, [VALUE, "no"], ["'\n", " "]) * 3).encode()
        for _ in range(1000)
    ]
    found = [[match.span(name) for name in (0, "secret") for match in one.finditer(text)] for text in texts]
    assert found == [[match.span(name) for name in (0, "secret") for match in other.finditer(text)] for text in texts]
    assert sum(map(bool, found)) > 300
