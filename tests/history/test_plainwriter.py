"""What stands in for mypyc's library writes the same bytes."""

from __future__ import annotations

from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.history import plainwriter


@pytest.fixture(scope="module")
def library() -> ModuleType:
    return pytest.importorskip("librt.strings")


@given(numbers=st.lists(st.integers(-(1 << 63), (1 << 63) - 1), max_size=20), kept=st.integers(0, 20))
def test_numbers_are_written_alike(library: ModuleType, numbers: list[int], kept: int) -> None:
    ours, theirs = plainwriter.BytesWriter(), library.BytesWriter()
    for number in numbers:
        plainwriter.write_i64_le(ours, number)
        library.write_i64_le(theirs, number)
    assert len(ours) == len(theirs) == 8 * len(numbers)
    size = 8 * min(kept, len(numbers))
    ours.truncate(size)
    theirs.truncate(size)
    assert ours.getvalue() == theirs.getvalue()
