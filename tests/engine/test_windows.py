"""Windows around hits: whole lines, never the whole of a long one."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scanner.engine.windows import LONGEST_LINE, merged, window
from scanner.model.span import Span

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
