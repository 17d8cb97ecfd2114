"""Rows of numbers, by modules that run interpreted and compiled alike."""

from __future__ import annotations

from bisect import bisect_left
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.history import vecs

NUMBERS = st.lists(st.one_of(st.integers(0, 9), st.integers(0, 1 << 20), st.integers(0, (1 << 62))), max_size=40)


@given(numbers=NUMBERS)
def test_in_order(vectors: ModuleType, numbers: list[int]) -> None:
    places = list(vectors.order(vectors.vector(numbers)))
    assert places == sorted(range(len(numbers)), key=numbers.__getitem__)


@given(numbers=NUMBERS, end=st.integers(0, 1 << 21))
def test_those_below_an_end_and_where_they_stood(vectors: ModuleType, numbers: list[int], end: int) -> None:
    found, places = vectors.sorted_places(vectors.vector(numbers), end)
    assert list(found) == [*sorted(number for number in numbers if number < end), end]
    assert [numbers[at] for at in places] == list(found)[:-1]


@given(numbers=NUMBERS.map(sorted), wanted=st.integers(0, 1 << 21))
def test_the_place_of_a_number(vectors: ModuleType, numbers: list[int], wanted: int) -> None:
    assert vectors.place(vectors.vector(numbers), wanted) == bisect_left(numbers, wanted)


def test_numbers_are_put_within_and_at_the_end(vectors: ModuleType) -> None:
    some = vectors.filled(2, -7)
    assert list(vectors.put(vectors.put(some, 1, 5), 2, 6)) == [-7, 5, 6]


def test_what_stands_in_for_the_library_does_the_same() -> None:
    library = pytest.importorskip("librt.vecs")
    wide = pytest.importorskip("mypy_extensions").i64
    ours, theirs = vecs.vec[int](), library.vec[wide]()
    assert not ours and not theirs
    for number in (3, -1, 1 << 62):
        ours, theirs = vecs.append(ours, number), library.append(theirs, number)
    apart = ours[1:], theirs[1:]
    ours[1] = theirs[1] = 4
    assert list(ours) == list(theirs) == [3, 4, 1 << 62]
    assert list(apart[0]) == list(apart[1]) == [-1, 1 << 62]
    assert list(vecs.append(apart[0], 5)) == list(library.append(apart[1], 5)) == [-1, 1 << 62, 5]
    assert len(ours) == len(theirs)
