"""Headers, deltas, fresh ranges and their lines, by a module that runs interpreted and compiled alike."""

from __future__ import annotations

import random
from types import ModuleType

import pytest

from tests.history.packs import back, delta_of, header, number

BASE = b"".join(b"line %d of the base\n" % at for at in range(40))


@pytest.mark.parametrize("size", [0, 15, 16, 127, 2047, 2048, 1 << 31, 1 << 40])
@pytest.mark.parametrize("kind", [1, 2, 3, 4])
def test_a_whole_object(delta: ModuleType, kind: int, size: int) -> None:
    raw = header(kind, size)
    read = delta.read_header(raw + b"data", 100, 20)
    assert (read.kind, read.size, read.data) == (kind, size, 100 + len(raw))


@pytest.mark.parametrize("distance", [1, 127, 128, 16511, 16512, 1 << 33])
def test_a_base_some_way_back(delta: ModuleType, distance: int) -> None:
    offset = distance + 12
    read = delta.read_header(header(6, 5) + back(distance), offset, 20)
    assert (read.kind, read.base, read.data) == (6, 12, offset + 1 + len(back(distance)))


@pytest.mark.parametrize("name_size", [20, 32])
def test_a_base_by_name(delta: ModuleType, name_size: int) -> None:
    name = bytes(range(name_size))
    read = delta.read_header(header(7, 300) + name + b"rest", 50, name_size)
    assert (read.kind, read.name, read.data) == (7, name, 50 + 2 + name_size)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xb0",
        b"\xb0" + b"\xff" * 20,
        header(0, 1),
        header(5, 1),
        header(6, 1),
        header(6, 1) + b"\x00",
        header(6, 1) + back(1000),
        header(6, 1) + b"\xff" * 30,
        header(6, 1) + b"\xff",
        header(7, 1) + bytes(19),
    ],
    ids=["empty", "cut size", "endless size", "type 0", "type 5", "no base", "itself", "before the pack",
         "endless distance", "cut distance", "cut name"],
)  # fmt: skip
def test_a_malformed_header(delta: ModuleType, raw: bytes) -> None:
    with pytest.raises(delta.Damaged):
        delta.read_header(raw, 500, 20)


def test_objects_put_together_in_one_place_are_apart(delta: ModuleType) -> None:
    writer = delta.BytesWriter()
    for length in (40, 3, 300, 64, 65, 1):
        code = delta_of(len(BASE), length + 100, (0, length), b"x" * 100)
        assert delta.rebuild(BASE, code, [], 0, writer) == BASE[:length] + b"x" * 100


def made(delta: ModuleType, code: bytes, base: bytes = BASE, close: int = 0) -> tuple[bytes, list[int]]:
    fresh: list[int] = []
    return delta.rebuild(base, code, fresh, close), fresh


def test_copies_and_insertions(delta: ModuleType) -> None:
    data, fresh = made(delta, delta_of(len(BASE), 25, (0, 10), b"hello", (30, 10)))
    assert data == BASE[:10] + b"hello" + BASE[30:40]
    assert fresh[:2] == [10, 15]


def test_a_seam_is_an_empty_range(delta: ModuleType) -> None:
    data, fresh = made(delta, delta_of(len(BASE), len(BASE) - 100, (0, 200), (300, len(BASE) - 300)))
    assert data == BASE[:200] + BASE[300:]
    assert fresh == [200, 200]


def test_one_copy_in_pieces_has_no_seam(delta: ModuleType) -> None:
    size = len(BASE)
    assert made(delta, delta_of(size, size, (0, 100), (100, 50), (150, size - 150))) == (BASE, [])


def test_what_is_cut_off_at_the_end_is_a_seam(delta: ModuleType) -> None:
    data, fresh = made(delta, delta_of(len(BASE), 100, (0, 100)))
    assert data == BASE[:100]
    assert fresh == [100, 100]


def test_what_is_cut_off_at_the_front_is_a_seam(delta: ModuleType) -> None:
    data, fresh = made(delta, delta_of(len(BASE), len(BASE) - 30, (30, len(BASE) - 30)))
    assert data == BASE[30:]
    assert fresh[:2] == [0, 0]


def test_a_copy_without_a_size_is_64k(delta: ModuleType) -> None:
    base = bytes(range(256)) * 300
    code = number(len(base)) + number(65536) + b"\x80"
    assert made(delta, code, base)[0] == base[:65536]


def test_nothing_made_of_something(delta: ModuleType) -> None:
    assert made(delta, delta_of(len(BASE), 0))[0] == b""
    assert made(delta, delta_of(0, 3, b"abc"), b"") == (b"abc", [0, 3])


SIZE = len(BASE)


@pytest.mark.parametrize(
    "code",
    [
        b"",
        b"\xff",
        b"\xff" * 12,
        number(SIZE),
        number(SIZE) + b"\xff" * 12,
        delta_of(SIZE + 1, 10, (0, 10)),
        delta_of(SIZE, 11, (0, 10)),
        delta_of(SIZE, 9, (0, 10)),
        delta_of(SIZE, 20, (SIZE - 10, 20)),
        delta_of(SIZE, 10, (1 << 31, 10)),
        delta_of(SIZE, 1 << 40, (0, SIZE)),
        delta_of(SIZE, 5, b"hello")[:-1],
        delta_of(SIZE, 10, (0, 10))[:-1],
        number(SIZE) + number(4) + b"\xff\x00",
        delta_of(SIZE, 5) + b"\x00",
        delta_of(SIZE, 1 << 24, *[(0, SIZE)] * 3),
    ],
    ids=["empty", "cut base size", "endless base size", "no size", "endless size", "another base", "too little",
         "too much", "over the end", "far off", "huge claim", "cut insertion", "cut copy", "only operands' bits",
         "instruction 0", "less than claimed"],
)  # fmt: skip
def test_a_malformed_delta(delta: ModuleType, code: bytes) -> None:
    with pytest.raises(delta.Damaged) as error:
        made(delta, code)
    assert "line" not in str(error.value)


def test_random_deltas_say_what_is_new(delta: ModuleType) -> None:
    """The bytes outside of fresh ranges stand in the base in one piece, as they stand here."""
    chance = random.Random(5)
    base = bytes(chance.randrange(256) for _ in range(3000))
    for _ in range(300):
        parts: list[tuple[int, int] | bytes] = []
        right = b""
        for _ in range(chance.randrange(8)):
            if chance.random() < 0.6:
                start = chance.randrange(2900)
                size = chance.randrange(1, len(base) - start)
                parts.append((start, size))
                right += base[start : start + size]
            else:
                new = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 300)))
                parts.append(new)
                right += new
        code = delta_of(len(base), len(right), *parts)
        assert delta.made_size(code) == len(right)
        data, fresh = made(delta, code, base, close=chance.choice((0, 0, 16, 256)))
        assert data == right
        assert fresh == sorted(fresh)
        assert len(fresh) % 2 == 0
        before = 0
        for start, stop in zip(fresh[::2], fresh[1::2], strict=True):
            assert data[before:start] in base
            before = stop
        assert data[before:] in base


def test_random_bytes_for_a_delta(delta: ModuleType) -> None:
    chance = random.Random(6)
    good = delta_of(SIZE, 400, (0, 150), b"x" * 100, (300, 150))
    for _ in range(3000):
        code = bytearray(good)
        for _ in range(chance.randrange(1, 4)):
            code[chance.randrange(len(code))] = chance.randrange(256)
        try:
            data, fresh = made(delta, bytes(code[: chance.randrange(1, len(code) + 1)]))
        except delta.Damaged:
            continue
        assert all(0 <= at <= len(data) for at in fresh)


def spans(delta: ModuleType, data: bytes, ranges: list[int], lines: int, reach: int = 0) -> list[bytes]:
    flat = delta.line_spans(data, ranges, lines, reach)
    return [data[start:stop] for start, stop in zip(flat[::2], flat[1::2], strict=True)]


def test_whole_lines_and_their_neighbours(delta: ModuleType) -> None:
    data = b"".join(b"%03d\n" % at for at in range(200))
    assert spans(delta, data, [402, 403], 0) == [b"100\n"]
    assert spans(delta, data, [402, 403], 2) == [b"098\n099\n100\n101\n102\n"]
    assert spans(delta, data, [1, 2, 797, 798], 1) == [b"000\n001\n", b"198\n199\n"]


def test_close_ranges_come_as_one(delta: ModuleType) -> None:
    data = b"".join(b"%03d\n" % at for at in range(200))
    assert len(spans(delta, data, [40, 41, 60, 61], 1)) == 1
    assert spans(delta, data, [0, len(data)], 3) == [data]


def test_a_seam_shows_both_its_sides(delta: ModuleType) -> None:
    data = b"one\ntwo\nthree\nfour\n"
    (span,) = spans(delta, data, [8, 8], 0)
    assert b"three\n" in span
    assert b"two\n" in spans(delta, data, [8, 8], 1)[0]


def test_a_very_long_line_is_cut(delta: ModuleType) -> None:
    data = b"x" * 1_000_000
    (span,) = spans(delta, data, [500_000, 500_001], 1)
    assert b"x" * delta.LONGEST_LINE in span
    assert len(span) <= 8 * delta.LONGEST_LINE


def test_lines_hold_their_ranges_whatever_they_are(delta: ModuleType) -> None:
    chance = random.Random(7)
    for _ in range(300):
        # Some of them longer than a line break is looked for without Python's own search.
        signs = chance.choice([b"ab\n", b"a" * 400 + b"\n"])
        data = bytes(chance.choice(signs) for _ in range(chance.randrange(1, 3000)))
        ends = sorted(chance.randrange(len(data) + 1) for _ in range(2 * chance.randrange(1, 6)))
        lines = chance.randrange(4)
        flat = delta.line_spans(data, ends, lines, 0)
        assert flat == sorted(flat)
        for start, stop in zip(ends[::2], ends[1::2], strict=True):
            (a, b) = next((a, b) for a, b in zip(flat[::2], flat[1::2], strict=True) if a <= start and stop <= b)
            assert a == 0 or data[a - 1 : a] == b"\n"
            assert b == len(data) or data[b - 1 : b] == b"\n"
            # As many whole lines before as were asked for, where there are as many.
            blank = data.startswith(b"\n")  # a blank first line may be left out
            assert data.count(b"\n", a, start) + blank >= min(lines, data.count(b"\n", 0, start))


def test_families_and_their_weights(delta: ModuleType) -> None:
    kinds = bytearray([3, 3, 3, 2, 3, 3])
    bases = [delta.ROOT, 0, 0, delta.ROOT, 2, delta.LOST]
    roots, first, following, weight = delta.families(kinds, bases, [12, 100, 110, 150, 160, 200, 230])
    assert roots == [[], [], [3], [0, 5], [], [], [], []]
    children = []
    child = first[0]
    while child >= 0:
        children.append(child)
        child = following[child]
    assert sorted(children) == [1, 2]
    assert children[0] == 2, "the heaviest comes first"
    assert first[2] == 4
    assert weight[0] == 88 + 10 + 40 + 40
