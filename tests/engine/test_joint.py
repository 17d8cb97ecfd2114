"""Pieces searched as one: none of those that hold a match may be missing."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from scanner.engine.joint import touched
from scanner.ruleset.derive import derive

PATTERNS = (
    rb"ab[ =]{1,3}(?P<secret>[0-9]{3})(?![0-9])",
    rb"(?m)^b+=(?P<secret>a+)$",
    rb"(?<![ab])a\s{0,3}b[^\n]{0,9}?(?:\n[^\n]{0,9}?){0,2}=(?P<secret>[0-9]+)",
    rb"a(?=\s)",
    rb"[^a]{2}=\s*b",
)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(pieces=st.lists(st.text(alphabet="ab =01\n", max_size=20).map(str.encode), max_size=8))
def test_no_piece_with_a_match_is_missing(pattern: bytes, pieces: list[bytes]) -> None:
    assert derive(pattern.decode()).joins
    expression = regex.compile(pattern)
    places = touched(expression, pieces, timeout=5)
    assert list(places) == sorted(set(places))
    alone = {place for place, piece in enumerate(pieces) if expression.search(piece)}
    assert alone <= set(places) <= set(range(len(pieces)))


def test_pieces_without_a_match_are_not_named() -> None:
    pieces = [b"nothing", b"acme=1", b"", b"nothing = 2", b"acme=3"]
    assert touched(regex.compile(rb"acme=\d"), pieces, timeout=5) == [1, 4]
