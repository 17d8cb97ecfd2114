"""Equal stretches of two texts fall into equal chunks."""

from __future__ import annotations

import random
from types import ModuleType


def code(seed: int, lines: int) -> list[bytes]:
    chance = random.Random(seed)
    return [b"%*s%d: %x\n" % (chance.randrange(1, 20), b"", at, chance.getrandbits(64)) for at in range(lines)]


def cut(chunks: ModuleType, data: bytes) -> list[bytes]:
    ends = chunks.chunks(data)[1::2]
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def test_chunks_are_all_of_a_text_in_whole_lines(chunks: ModuleType) -> None:
    for lines in (0, 1, 20, 3000):
        data = b"".join(code(1, lines)) + b"the end"
        parts = cut(chunks, data)
        assert b"".join(parts) == data
        assert all(part.endswith(b"\n") and len(part) > chunks.SHORTEST for part in parts[:-1])
    assert chunks.chunks(b"") == []


def test_the_lines_before_a_chunk_are_known(chunks: ModuleType) -> None:
    data = b"".join(code(2, 3000))
    found = chunks.chunks(data)
    assert len(found) > 40
    for before, start in zip(found[2::2], found[1::2], strict=False):
        assert data.count(b"\n", before, start) == chunks.LINES
        assert data[before - 1 : before] == b"\n"


def test_a_line_more_changes_the_chunks_beside_it_alone(chunks: ModuleType) -> None:
    lines = code(3, 3000)
    before = set(cut(chunks, b"".join(lines)))
    after = cut(chunks, b"".join([*lines[:1500], b"a line more\n", *lines[1500:]]))
    assert len(after) > 40
    assert sum(part not in before for part in after) <= 6


def test_long_lines_are_not_cut(chunks: ModuleType) -> None:
    long = b"x" * (chunks.REACH + 1) + b"\n"
    assert len(cut(chunks, long * 100)) == 1
    # Nor where one of those before is as long.
    mixed = cut(chunks, (long + b"short\n") * 100)
    assert len(mixed) == 1
