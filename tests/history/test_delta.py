"""Deltas and what is fresh in what they make, by modules that run interpreted and compiled alike."""

from __future__ import annotations

import random
from types import ModuleType

import pytest

from tests.history.packs import delta_of, number

BASE = b"".join(b"line %d of the base\n" % at for at in range(40))


def test_objects_put_together_in_one_place_are_apart(delta: ModuleType) -> None:
    writer = delta.BytesWriter()
    base = BASE * 10
    for length in (40, 3, 300, 64, 65, 1, 1536, 1537, 7000):
        code = delta_of(len(base), length + 100, (0, length), b"x" * 100)
        assert delta.rebuild(base, code, 0, writer)[0] == base[:length] + b"x" * 100


def test_long_copies_between_short_ones(delta: ModuleType) -> None:
    base = BASE * 10
    code = delta_of(len(base), 7218, b"first", (5, 3000), (9, 4), b"middle", (0, 3200), (7, 1000), b"end")
    right = b"first" + base[5:3005] + base[9:13] + b"middle" + base[:3200] + base[7:1007] + b"end"
    assert made(delta, code, base) == (right, [0, 5, 3005, 3005, 3009, 3015, 6215, 6215, 7215, 7218])


def made(delta: ModuleType, code: bytes, base: bytes = BASE, close: int = 0) -> tuple[bytes, list[int]]:
    data, fresh = delta.rebuild(base, code, close)
    return data, list(fresh)


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
