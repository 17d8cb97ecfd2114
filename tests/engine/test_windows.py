"""Windows around hits: whole lines, never the whole of a long one."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scanner.engine.windows import LONGEST_LINE, MARGIN, ends_at_window, in_stretches, merged, window
from scanner.model.span import Span
from scanner.ruleset.loader import load_rules
from scanner.ruleset.location import rules_folder

TEXT = b"one\ntwo\nthree\nfour\nfive"


def around(end: int, near: int = 0, reach: int = 0) -> bytes:
    span = window(TEXT, end, near=near, reach=reach)
    return TEXT[span.start : span.end]


def test_the_line_of_the_hit() -> None:
    assert around(TEXT.index(b"three") + 3) == b"three"
    assert around(1) == b"one"
    assert around(len(TEXT)) == b"five"


def test_lines_near_it() -> None:
    assert around(TEXT.index(b"three") + 3, near=1) == b"two\nthree\nfour"
    assert around(2, near=1) == b"one\ntwo"
    assert around(len(TEXT), near=9) == TEXT


def test_bytes_beyond_it() -> None:
    assert around(TEXT.index(b"three") + 3, reach=2) == b"o\nthree\nf"


def test_a_long_line_is_cut() -> None:
    data = b"x" * 1_000_000
    span = window(data, 500_000, near=0, reach=0)
    assert span.start <= 499_999 - LONGEST_LINE + 1
    assert span.end - span.start <= 2 * LONGEST_LINE + 1


@given(st.binary(max_size=300), st.integers(1, 300), st.integers(0, 3), st.integers(0, 20))
def test_the_hit_is_always_inside(data: bytes, end: int, near: int, reach: int) -> None:
    end = min(end, len(data))
    if end:
        span = window(data, end, near=near, reach=reach)
        assert 0 <= span.start <= end - 1 < max(span.end, end) <= len(data)
        assert span.end >= end


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50))))
def test_merging_covers_the_same_bytes(pairs: list[tuple[int, int]]) -> None:
    spans = [Span(min(pair), max(pair)) for pair in pairs]
    joined = merged(spans)
    covered = {at for span in spans for at in range(span.start, span.end)}
    assert {at for span in joined for at in range(span.start, span.end)} == covered
    assert all(a.end < b.start for a, b in pairwise(joined))


def test_lines_with_hits_that_follow_one_another_are_searched_in_one_go() -> None:
    data = b"one\ntwo\n\nfour\n"
    lines = [Span(0, 3), Span(4, 7), Span(9, 13)]
    assert in_stretches(data, lines) == [Span(0, 7), Span(9, 13)]


def test_a_stretch_ends_before_it_is_long() -> None:
    data = (b"x" * 999 + b"\n") * 200
    lines = [Span(at, at + 999) for at in range(0, len(data), 1000)]
    joined = in_stretches(data, lines)
    assert sum(len(range(span.start, span.end + 1)) for span in joined) == len(data)
    assert 1 < len(joined) < 10


def test_an_expression_that_means_its_window_by_its_end_is_known() -> None:
    assert ends_at_window(r"key=(\S+)$")
    assert ends_at_window(r"key=(\S+)\Z")
    assert not ends_at_window(r"(?im)key=(\S+)$")
    assert not ends_at_window(r"[\w.$-]key=\$\S+")


def test_a_line_that_is_not_long_stays_whole() -> None:
    data = b"x" * (LONGEST_LINE - 1)
    for near in (0, 1):
        assert window(data, 2_000, near=near, reach=0, before=200, after=300) == Span(0, len(data))


def test_of_a_long_line_no_more_than_an_expression_is_wide() -> None:
    data = b"x" * 1_000_000
    for near in (0, 1):
        span = window(data, 500_000, near=near, reach=0, before=200, after=300)
        assert span == Span(500_000 - 200 - MARGIN, 500_000 + 300 + MARGIN)


def test_no_shipped_rule_has_its_lines_searched_one_by_one() -> None:
    """Where ``$`` means the end of its window, each line takes a search: in hostile text five times as long as one."""
    rules = [source.rule for source in load_rules([rules_folder()])]
    assert [rule.id for rule in rules if rule.pattern and not rule.path and ends_at_window(rule.pattern)] == []
