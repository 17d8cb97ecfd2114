"""What an expression begins with, told from its form."""

from __future__ import annotations

import random

import pytest
import regex

from scanner.ruleset.beginnings import beginnings
from scanner.ruleset.examples import fill
from scanner.ruleset.loader import load_rules
from scanner.ruleset.location import rules_folder


@pytest.mark.parametrize(
    ("pattern", "heads"),
    [
        ("ab_(?=x)[0-9]{3}", {r"ab\x5f[0-9][0-9][0-9]"}),
        ("ab_(?:cd_)?[a-z]{80}|xyz[0-9]", {r"ab\x5f", "xyz[0-9]"}),
        ("(?:s|r)k(?:live|test)[a-z]+", {"[sr]klive[a-z]", "[sr]ktest[a-z]"}),
        ("(?:abc){2}x", {"abcabcx"}),
        ("(?:ab){2,3}x", {"abab"}),
        ("abcdefghijkl", {"abcdefgh"}),
        ("[0-9a-f]{3}", {"[0-9a-f][0-9a-f][0-9a-f]"}),
        ("[A-Z]{2}x", {"[A-Z][A-Z]x"}),
        ("(?:ab|)c[de]", {"abc[de]", "c[de]"}),
        ("[0-9A-Za-z]{32}", set()),
        ("[^a]bc", {"[^a]bc"}),
        ("[^a][^b]c", set()),
        ("a?bcd", set()),
        ("(?:https?://)?abc", set()),
        ("abc|[xy]", set()),
        ("(?i)abc", set()),
        ("(?i:abc)d", set()),
    ],
)
def test_of_forms(pattern: str, heads: set[str]) -> None:
    assert set(beginnings(pattern)) == heads


def test_every_token_begins_so() -> None:
    chance, begun = random.Random(3), 0
    for source in load_rules([rules_folder()]):
        pattern = source.rule.pattern or ""
        asked, mark, _ = pattern.partition(")(?<!")
        if not (asked.startswith("(?=") and mark and source.examples):
            continue
        without = regex.compile(pattern.removeprefix(f"{asked})").encode())
        text = fill(chance.choice(source.examples).text, source.rule.id).encode()
        # A value that is cut, doubled or written in other letters is one for both or for neither.
        for data in (text, text + text, text[: len(text) * 4 // 5], text.swapcase(), text.replace(b"=", b"")):
            spans = [found.span() for found in regex.finditer(pattern.encode(), data)]
            assert spans == [found.span() for found in without.finditer(data)], source.rule.id
        begun += 1
    assert begun > 200
