"""The entries of a JSON list, told by brackets alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.manifest.records import records

values = st.recursive(
    st.none() | st.integers() | st.text('ab"\\{}[],: \n'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('k"}]', max_size=3), inner, max_size=3),
    max_leaves=12,
)
objects = st.dictionaries(st.text("ab", min_size=1, max_size=3), values, max_size=3)


def found(data: bytes) -> list[object]:
    return [json.loads(data[start:end]) for start, end in records(data)]


@given(st.lists(objects, max_size=5), st.sampled_from([None, 1]))
def test_each_object_of_a_list_is_one(entries: list[object], indent: int | None) -> None:
    assert found(json.dumps(entries, indent=indent).encode()) == entries
    assert found(json.dumps({"about": {"a": [1]}, "docs": entries}, indent=indent).encode()) == entries
    assert found(json.dumps([entries, 1], indent=indent).encode()) == entries


@pytest.mark.parametrize("data", [b"", b"{}", b'{"a": {"b": [1, "{}"]}}', b'{"a": {"b": {"c": [{}]}}}', b'"[{}]"'])
def test_what_is_no_list_of_objects_has_none(data: bytes) -> None:
    assert list(records(data)) == []


def test_nothing_is_told_of_what_follows_a_bracket_that_closes_another() -> None:
    assert found(b'[{"a": 1}, {"b": 2}}, {"c": 3}]') == [{"a": 1}, {"b": 2}]
