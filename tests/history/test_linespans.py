"""The lines around fresh ranges, by modules that run interpreted and compiled alike."""

from __future__ import annotations

import random
from types import ModuleType


def spans(linespans: ModuleType, data: bytes, ranges: list[int], lines: int, reach: int = 0) -> list[bytes]:
    flat = linespans.line_spans(data, ranges, lines, reach)
    return [data[start:stop] for start, stop in zip(flat[::2], flat[1::2], strict=True)]


def test_whole_lines_and_their_neighbours(linespans: ModuleType) -> None:
    data = b"".join(b"%03d\n" % at for at in range(200))
    assert spans(linespans, data, [402, 403], 0) == [b"100\n"]
    assert spans(linespans, data, [402, 403], 2) == [b"098\n099\n100\n101\n102\n"]
    assert spans(linespans, data, [1, 2, 797, 798], 1) == [b"000\n001\n", b"198\n199\n"]


def test_close_ranges_come_as_one(linespans: ModuleType) -> None:
    data = b"".join(b"%03d\n" % at for at in range(200))
    assert len(spans(linespans, data, [40, 41, 60, 61], 1)) == 1
    assert spans(linespans, data, [0, len(data)], 3) == [data]


def test_a_seam_shows_both_its_sides(linespans: ModuleType) -> None:
    data = b"one\ntwo\nthree\nfour\n"
    (span,) = spans(linespans, data, [8, 8], 0)
    assert b"three\n" in span
    assert b"two\n" in spans(linespans, data, [8, 8], 1)[0]


def test_a_very_long_line_is_cut(linespans: ModuleType) -> None:
    data = b"x" * 1_000_000
    (span,) = spans(linespans, data, [500_000, 500_001], 1)
    assert b"x" * linespans.LONGEST_LINE in span
    assert len(span) <= 8 * linespans.LONGEST_LINE


def test_lines_hold_their_ranges_whatever_they_are(linespans: ModuleType) -> None:
    chance = random.Random(7)
    for _ in range(300):
        # Some of them longer than a line break is looked for without Python's own search.
        signs = chance.choice([b"ab\n", b"a" * 400 + b"\n"])
        data = bytes(chance.choice(signs) for _ in range(chance.randrange(1, 3000)))
        ends = sorted(chance.randrange(len(data) + 1) for _ in range(2 * chance.randrange(1, 6)))
        lines = chance.randrange(4)
        flat = linespans.line_spans(data, ends, lines, 0)
        assert flat == sorted(flat)
        for start, stop in zip(ends[::2], ends[1::2], strict=True):
            (a, b) = next((a, b) for a, b in zip(flat[::2], flat[1::2], strict=True) if a <= start and stop <= b)
            assert a == 0 or data[a - 1 : a] == b"\n"
            assert b == len(data) or data[b - 1 : b] == b"\n"
            # As many whole lines before as were asked for, where there are as many.
            blank = data.startswith(b"\n")  # a blank first line may be left out
            assert data.count(b"\n", a, start) + blank >= min(lines, data.count(b"\n", 0, start))
