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


@given(parts=st.lists(st.one_of(st.binary(max_size=20), st.integers(0, 255)), max_size=20), at=st.integers(0, 30))
def test_bytes_are_written_and_read_alike(library: ModuleType, parts: list[bytes | int], at: int) -> None:
    ours, theirs = plainwriter.BytesWriter(), library.BytesWriter()
    for writer in (ours, theirs):
        for part in parts:
            writer.append(part) if isinstance(part, int) else writer.write(part)
    data = ours.getvalue()
    assert data == theirs.getvalue()
    if at + 8 <= len(data):
        assert plainwriter.read_i64_le(data, at) == library.read_i64_le(data, at)
