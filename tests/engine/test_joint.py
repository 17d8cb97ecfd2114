"""Pieces searched as one: none of those that hold a match may be missing."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from scanner.engine.joint import touched, tried, weighed
from scanner.engine.sieve import sieve
from scanner.model.span import Span
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
    assert places == sorted(set(places))
    alone = {place for place, piece in enumerate(pieces) if expression.search(piece)}
    assert alone <= set(places) <= set(range(len(pieces)))


def test_pieces_without_a_match_are_not_named() -> None:
    pieces = [b"nothing", b"acme=1", b"", b"nothing = 2", b"acme=3"]
    assert touched(regex.compile(rb"acme=\d"), pieces, timeout=5) == [1, 4]


@pytest.mark.parametrize("pattern", PATTERNS)
@given(pieces=st.lists(st.text(alphabet="ab =01\n", max_size=20).map(str.encode), max_size=8))
def test_matches_are_weighed_as_those_of_each_piece_alone(pattern: bytes, pieces: list[bytes]) -> None:
    places = sieve(pattern)
    assert places
    expression = regex.compile(pattern)

    def is_idle(found: regex.Match[bytes], place: int) -> bool:
        """Worth something is what holds a nought, in pieces at even places."""
        asked.append(place)
        return place % 2 > 0 or b"0" not in found[0]

    asked: list[int] = []
    begins = lambda text: places.starts(text, Span(0, len(text)))  # noqa: E731
    found = weighed(expression, pieces, begins, is_idle, timeout=5)
    assert tried(expression, pieces, is_idle, timeout=5) == found
    alone = [[match[0] for match in expression.finditer(piece)] for piece in pieces]
    assert found.places == [place for place, matches in enumerate(alone) if matches]
    worthy = {
        place for place, matches in enumerate(alone) if place % 2 == 0 and any(b"0" in match for match in matches)
    }
    assert found.idle == [place for place in found.places if place not in worthy]
    assert set(asked) == set(found.places)


def test_pieces_that_take_too_long_are_given_up() -> None:
    slow = regex.compile(rb"(?:a|aa)+b")
    pieces = [b"a" * 200] * 40
    with pytest.raises(TimeoutError):
        touched(slow, pieces, timeout=0.01)
    with pytest.raises(TimeoutError):
        tried(slow, pieces, lambda found, place: True, timeout=0.01)
    with pytest.raises(TimeoutError):
        weighed(slow, pieces, lambda text: range(len(text)), lambda found, place: True, timeout=0.01)
