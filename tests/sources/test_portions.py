"""Portions of a large file: each byte is one portion's to report, lines are whole, and changes of the file are told."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from scanner.model.result import Skipped
from scanner.sources import portions
from scanner.sources.portions import Portions, Read, cut, read


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("FIRST", 1000), ("PORTION", 5000), ("OVERLAP", 700), ("_LONGEST_LINE", 300)):
        monkeypatch.setattr(portions, name, size)


def portions_of(name: Path) -> Portions:
    made = cut(str(name), 1 << 30)
    assert not isinstance(made, Skipped)
    return made[0]


def parts(name: Path) -> list[Read]:
    made = portions_of(name)
    found = [read(made, number) for number in range(len(made.portions))]
    assert all(isinstance(one, Read) for one in found)
    return [one for one in found if isinstance(one, Read)]


@pytest.mark.parametrize("seed", range(20))
def test_own_parts_make_up_the_file_and_overlap_is_there(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    longest = chance.choice((0, 3, 80, 290, 2000))
    lines = [b"%d" % number + b"x" * chance.randint(0, longest) for number in range(40_000 // (longest + 5))]
    data = b"\n".join(lines)
    (tmp_path / "a.log").write_bytes(data)
    found = parts(tmp_path / "a.log")
    assert len(found) > 3
    assert b"".join(one.data[one.first : one.end] for one in found) == data
    at = 0
    for one in found:
        assert data[at - one.first : at - one.first + len(one.data)] == one.data
        assert one.first >= min(at, 700 - 300)
        assert len(one.data) - one.end >= min(700, len(data) - at - (one.end - one.first))
        if longest < 290:
            assert not at or data[at - 1 : at] == b"\n"
            assert not one.first or at == one.first or data[at - one.first - 1 : at - one.first] == b"\n"
        at += one.end - one.first


def test_a_file_that_became_shorter_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"line\n" * 4000)
    made = portions_of(tmp_path / "a.log")
    os.truncate(tmp_path / "a.log", 8000)
    found = [one for number in range(len(made.portions)) if isinstance(one := read(made, number), Read)]
    assert [one.short for one in found] == [False, False, True, True, True]
    assert b"".join(one.data[one.first : one.end] for one in found) == b"line\n" * 1600


def test_a_file_that_was_replaced_or_removed_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"line\n" * 4000)
    made = portions_of(tmp_path / "a.log")
    (tmp_path / "b.log").write_bytes(b"other\n" * 4000)
    os.replace(tmp_path / "b.log", tmp_path / "a.log")
    replaced = read(made, 1)
    assert isinstance(replaced, Skipped)
    assert "replaced" in replaced.why
    (tmp_path / "a.log").unlink()
    gone = read(made, 1)
    assert isinstance(gone, Skipped)
    assert gone.blocking


def test_a_file_beyond_the_limit_is_not_cut(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"line\n" * 4000)
    assert isinstance(cut(str(tmp_path / "a.log"), 19_999), Skipped)
