"""Which trees lead to what, by modules that run interpreted and compiled alike."""

from __future__ import annotations

from types import ModuleType

from hypothesis import given
from hypothesis import strategies as st

from scanner.history.entries import EntryBook
from scanner.history.vectors import vector

NAMES = [bytes([number]) * 20 for number in range(1, 5)]
LABELS = {b"a": 10, b"b": 11, b"c": 12}


def entry(label: bytes, child: bytes) -> bytes:
    return b"100644 %s\0%s" % (label, child)


def test_entries_are_found_by_what_they_hold(links: ModuleType, vectors: ModuleType) -> None:
    starts = [sum(name[0] < byte for name in NAMES[:3]) for byte in range(257)]
    book = EntryBook(b"".join(NAMES[:3]), starts, 20, lambda _: 1)
    whole = [0, 1000]
    first = entry(b"a", NAMES[0]) + entry(b"b", NAMES[3])
    book.read(first, vector(whole), 7)
    book.read(entry(b"c", NAMES[0]), vector(whole), 5)
    table, ends = book.table(), book.ends()
    labels = [LABELS[label] for label in book.labels]
    fresh = links.Fresh(9)
    links.select(table, ends, labels, vectors.vector([0, 3]), vectors.vector([100, 103]), fresh)
    found = {}
    for position in fresh.starts:
        row = fresh.latest[position]
        while row:
            place, link, row = fresh.rows[3 * row - 3 : 3 * row]
            found[position, place >> 32, place & 0xFFFFFFFF] = (link >> 32, link & 0xFFFFFFFF)
    assert found == {(7, 9, 9): (10, 100), (5, 9, 9): (12, 100), (7, 38, 9): (11, 103)}
    number = {label: at for at, label in enumerate(book.labels)}
    assert sorted(links.named(table, {number[b"a"], number[b"b"]})) == [0, 3]


def test_what_was_noted_is_gone_once_it_is_cleared(links: ModuleType) -> None:
    fresh = links.Fresh(4)
    fresh.add(2, 5, 6)
    fresh.add(2, 7, 8)
    fresh.add(3, 9, 10)
    fresh.clear()
    assert (list(fresh.starts), list(fresh.latest), list(fresh.rows)) == ([], [0, 0, 0, 0], [])
    fresh.add(3, 1, 2)
    assert (list(fresh.starts), list(fresh.rows)) == ([3], [1, 2, 0])


def test_links_of_trees(links: ModuleType, vectors: ModuleType) -> None:
    some = links.Links(7)
    some.note(vectors.vector([0, 7, 0, 8, 1, 7]), vectors.vector([5, 6]), None)
    some.note(vectors.vector([1, 9]), vectors.vector([5, 6]), {6: 4}.__getitem__)
    some.add(12, 1)
    assert list(some.trees) == [5, 6, 4, 12]
    assert [some.of(tree) for tree in (4, 5, 6, 11, 12, 13)] == [[9], [8, 7], [7], [], [1], []]
    assert [tree for tree in range(20) if some.has(tree)] == [4, 5, 6, 12]


@given(numbers=st.lists(st.integers(0, 30), max_size=10), start=st.integers(0, 30), end=st.integers(0, 30))
def test_those_within(links: ModuleType, vectors: ModuleType, numbers: list[int], start: int, end: int) -> None:
    found = links.within(vectors.vector(numbers), start, end)
    assert list(found) == [number for number in numbers if start <= number < end]


@given(keys=st.lists(st.one_of(st.integers(0, 40), st.integers(0, 1 << 62)), max_size=300))
def test_keys_have_numbers_in_their_order(descent: ModuleType, keys: list[int]) -> None:
    some = descent.Keys()
    order = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    assert [some.of(key) for key in keys] == [order[key] for key in keys]
    assert list(some.keys) == list(order)
