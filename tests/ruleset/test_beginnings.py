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
    ("pattern", "texts"),
    [
        ("ab_(?=x)[0-9]{3}", {"ab_"}),
        ("ab_(?:cd_)?[a-z]{80}|xyz[0-9]", {"ab_", "xyz"}),
        ("(?:s|r)k_(?:live|test)_[a-z]+", {"sk_live_", "sk_test_", "rk_live_", "rk_test_"}),
        ("g[hi]x", {"ghx", "gix"}),
        ("(?:abc){2}x", {"abc"}),
        ("abcdefghijkl", {"abcdefgh"}),
        ("[0-9a-f]{32}", set()),
        ("a?bcd", set()),
        ("(?:https?://)?abc", set()),
        ("abc|[xy]", set()),
        ("(?i)abc", set()),
        ("(?i:abc)d", set()),
        ("[^a]bc", set()),
        ("(?:ab|)c[de]", {"abcd", "abce", "cd", "ce"}),
        ("[abcd][efgh][ijkl]", {f"{a}{b}" for a in "abcd" for b in "efgh"}),
    ],
)
def test_of_forms(pattern: str, texts: set[str]) -> None:
    assert set(beginnings(pattern)) == texts


def test_every_token_begins_so() -> None:
    chance, begun = random.Random(3), 0
    for source in load_rules([rules_folder()]):
        asked = regex.match(r"\(\?=((?:[\w-]|\\.)+(?:\|(?:[\w-]|\\.)+)*)\)\(\?<!", source.rule.pattern or "")
        if not asked or not source.examples:
            continue
        without = regex.compile(source.rule.pattern.removeprefix(f"(?={asked[1]})").encode())
        text = fill(chance.choice(source.examples).text, source.rule.id).encode()
        # A value that is cut, doubled or written in other letters is one for both or for neither.
        for data in (text, text + text, text[: len(text) * 4 // 5], text.swapcase(), text.replace(b"=", b"")):
            spans = [found.span() for found in regex.finditer(source.rule.pattern.encode(), data)]
            assert spans == [found.span() for found in without.finditer(data)], source.rule.id
        begun += 1
    assert begun > 200
