"""Lines that are looked up are those that are found in the text."""

from __future__ import annotations

import random

import pytest

from scanner.engine import windows
from scanner.engine.lines import Around, Lines, is_worth, lines_of
from scanner.model.span import Span


@pytest.mark.parametrize("seed", range(30))
def test_windows_are_the_same(seed: int) -> None:
    chance = random.Random(seed)
    size, breaks = chance.choice([0, 1, 40, 400, 30000]), chance.choice([0, 0.0002, 0.01, 0.3])
    data = bytes(10 if chance.random() < breaks else 97 for _ in range(size))
    lines, around = Lines(data), Around(data)
    for _ in range(200):
        end, near = chance.randint(0, size), chance.choice([0, 0, 1, 2, 25])
        before, after = chance.choice([(0, 0), (40, 50), (40, 700)])
        asked = {"near": near, "reach": chance.choice([0, 9, 5000]), "before": before, "after": after}
        assert lines.windows([end], **asked) == [windows.window(data, end, **asked)]
        span = Span(*sorted((end, chance.randint(0, size))))
        assert around(span, near) == windows.lines_around(data, span, near)
        ends = [chance.randint(0, size) for _ in range(chance.choice([0, 1, 9]))]
        for some in (ends, sorted(ends)):
            expected = windows.merged(windows.window(data, end, **asked) for end in some)
            assert lines.windows(some, **asked) == expected


def test_lines_are_found_once_a_text_and_only_where_many_are_asked_for() -> None:
    data = b"one\ntwo\n" * 100
    assert lines_of(data) is lines_of(data)
    assert lines_of(data) is not lines_of(data + b"x")
    assert not is_worth(16, data)
    assert is_worth(17, data)
    assert not is_worth(17, data * 100)
