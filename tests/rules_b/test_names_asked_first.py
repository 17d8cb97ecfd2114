"""What rules for assignments ask of a name before the names themselves leaves none of them out."""

from __future__ import annotations

import re
from functools import cache

import pytest
import regex

from scanner.ruleset.loader import load_rules
from scanner.ruleset.location import rules_folder

ASKED = re.compile(r"(?<=\(\?<!\[\\w\.\$-\]\))\(\?=\[\\w\.\$-\]\{0,\d\d\}\?[a-z\[].*?\)(?=\(\?<!|\n)")
RULES = ("generic-password", "generic-password-bare", "generic-secret", "generic-secret-bare", "generic-key")
VALUE = "k7Qz" + "Lm3Xp9Rt5Vw8"


@cache
def pattern(rule: str) -> str:
    return next(source.rule.pattern for source in load_rules([rules_folder()]) if source.rule.id == rule)


@pytest.mark.parametrize("rule", RULES)
def test_every_name_is_among_them(rule: str) -> None:
    asking = pattern(rule)
    plain, removed = ASKED.subn("", asking, count=1)
    assert removed == 1
    names = asking[asking.index("(?P<key>") :]
    words = set(re.findall("[a-z]{2,}", names[: names.index("(?!")]))
    assert len(words) > 5
    found = 0
    for word in sorted(words):
        for name in (
            word,
            f"{word}_key",
            f"{word} key",
            f"{word}Pat",
            f"{word}-shared.key",
            f"x.{'a' * 58}{word}",
            f"pass{word}",
        ):
            line = f"{name.upper()} = {VALUE}\n'{name}': '{VALUE}'\n{name}={VALUE}\n".encode()
            with_it, without = (
                [match.span("key") for match in regex.finditer(one.encode(), line)] for one in (asking, plain)
            )
            assert with_it == without, name
            found += len(without)
    assert found > 30
