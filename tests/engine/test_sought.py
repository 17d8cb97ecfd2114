"""Words near a match, asked for again and again in one text, are found as a fresh search finds them."""

from __future__ import annotations

import random

import regex

from scanner.engine.sought import Sought, Words
from scanner.engine.windows import lines_around
from scanner.model.span import Span

PATTERN = regex.compile(b"ab|abcd|zz", regex.IGNORECASE)
WORDS = Words(["abcd", "Zz", "ab"])


def test_every_question_is_answered_as_a_search_would() -> None:
    chance = random.Random(7)
    for _ in range(300):
        data = bytes(chance.choice(b"abcdzAZ..") for _ in range(chance.randrange(1, 80)))
        sought = Sought(WORDS)
        at = 0
        for _ in range(20):
            at = max(0, at + chance.randrange(-2, 12))
            around = Span(min(at, len(data)), min(len(data), at + chance.randrange(0, 30)))
            fresh = PATTERN.search(data, around.start, around.end) is not None
            assert sought.within(data, around, at=chance.randint(*around)) == fresh, (data, around)


def test_what_is_known_without_the_lines_is_what_they_would_say() -> None:
    chance = random.Random(11)
    known = 0
    for _ in range(60):
        size = chance.choice([200, 30_000])
        data = bytes(chance.choices(b"abcdZ.\n", weights=(1, 1, 1, 1, 1, size / 8, size / 40), k=size))
        sought = Sought(WORDS)
        at = near = 0
        for _ in range(200):
            at, near = at + chance.randrange(0, size // 100), chance.randrange(3)
            if at + 5 > size:
                break
            span = Span(at, at + chance.randrange(1, 5))
            around = lines_around(data, span, near)
            said = sought.beside(data, span, near=near)
            assert said in (None, PATTERN.search(data, around.start, around.end) is not None), (data, span, near)
            known += said is not None
            sought.within(data, around, at=span.start)
    assert known > 2000


class _Counting:
    """Words that are nowhere, and count what they were asked to read."""

    read = 0
    longest = 4

    def search(self, data: bytes, start: int, end: int) -> None:
        self.read += end - start


def test_a_long_line_is_read_once_whatever_the_number_of_questions() -> None:
    data = b"x" * 100_000
    words = _Counting()
    sought = Sought(words)  # type: ignore[arg-type]
    for at in range(0, len(data), 20):
        around = Span(max(0, at - 4096), min(len(data), at + 4096))
        assert not sought.within(data, around, at=at)
    # Searched anew each time it would be 40 MB.
    assert words.read < 3 * len(data)


def test_words_are_found_as_one_expression_finds_them() -> None:
    chance = random.Random(13)
    for _ in range(2000):
        data = bytes(chance.choice(b"abcdzABZ.") for _ in range(chance.randrange(40)))
        start, end = chance.randrange(40), chance.randrange(40)
        found = PATTERN.search(data, start, end)
        assert WORDS.search(data, start, end) == (Span(*found.span()) if found else None), (data, start, end)
    assert Words([]).search(b"abc", 0, 3) is None
