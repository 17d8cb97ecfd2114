"""Words near a match, asked for again and again in one text, are found as a fresh search finds them."""

from __future__ import annotations

import random

import regex

from scanner.engine.sought import Sought
from scanner.model.span import Span

WORDS = regex.compile(b"ab|abcd|zz", regex.IGNORECASE)


def test_every_question_is_answered_as_a_search_would() -> None:
    chance = random.Random(7)
    for _ in range(300):
        data = bytes(chance.choice(b"abcdz..") for _ in range(chance.randrange(1, 80)))
        sought = Sought()
        at = 0
        for _ in range(20):
            at = max(0, at + chance.randrange(-2, 12))
            around = Span(min(at, len(data)), min(len(data), at + chance.randrange(0, 30)))
            fresh = WORDS.search(data, around.start, around.end) is not None
            assert sought.within(WORDS, data, around, longest=4) == fresh, (data, around)


class _Counting:
    """A pattern that is nowhere, and counts what it was asked to read."""

    read = 0

    def search(self, data: bytes, start: int, end: int) -> None:
        self.read += end - start


def test_a_long_line_is_read_once_whatever_the_number_of_questions() -> None:
    data = b"x" * 100_000
    sought, pattern = Sought(), _Counting()
    for at in range(0, len(data), 20):
        around = Span(max(0, at - 4096), min(len(data), at + 4096))
        assert not sought.within(pattern, data, around, longest=4)  # type: ignore[arg-type]
    # Searched anew each time it would be 40 MB.
    assert pattern.read < 3 * len(data)
