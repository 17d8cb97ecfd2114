"""RE2's syntax, read as RE2 reads it."""

from __future__ import annotations

import re

import pytest

from scanner.ruleset.re2 import Untranslatable, translate


@pytest.mark.parametrize(
    ("expression", "matches", "misses"),
    [
        (r"(?i)abc", b"aBc", b"abd"),
        (r"abc(?i)def", b"abcDEF", b"ABCdef"),
        (r"a(?i)b|c", b"C", b"Ab"),
        (r"x(a(?i)b|c)d", b"xCd", b"xCD"),
        (r"key\z", b"the key", b"key\n"),
        (r"[[:alnum:]_]{3}", b"a1_", b"a-_"),
        (r"^\pL+$", "clé".encode(), b"a1"),
        (r"[\p{L}-]{2}", b"a-", b"1-"),
        (r"(?<name>a)b", b"ab", b"b"),
        (r"\Qa.b\E+", b"a.bb", b"axb"),
        (r"\x{41}", b"A", b"B"),
        (r"é", "é".encode(), b"e"),
        (r"[a[]b", b"[b", b"cb"),
        (r"(?s:a.b)", b"a\nb", b"ab"),
        (r"(?i:x)y", b"Xy", b"XY"),
        (r"[]a]", b"]", b"b"),
        (r"[[:^digit:]]{2}", b"a-", b"a1"),
        (r"[[:^alnum:]1]{2}", b"-1", b"-2"),
        (r"[\P{L}b]{2}", b"1b", b"1a"),
        (r"^[[:^ascii:]]+$", "é".encode(), b"e"),
    ],
)
def test_translated(expression: str, matches: bytes, misses: bytes) -> None:
    pattern = re.compile(translate(expression).encode("latin-1"))
    assert pattern.search(matches)
    assert not pattern.search(misses)


@pytest.mark.parametrize(
    "expression",
    [
        r"(?U)a+", r"\p{Cherokee}", r"[a", r"(a", r"[[:nonsense:]]", r"[[:^nonsense:]]", r"(?=a)b", r"\x{0,L)", r"[\x{}]", r"\x{110000}",
        r"\x{d800}", r"\x{" + "f" * 30 + "}",
    ],
)  # fmt: skip
def test_named_when_it_cannot_be(expression: str) -> None:
    with pytest.raises(Untranslatable):
        translate(expression)
