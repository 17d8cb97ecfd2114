"""Text of which most was read before has the hits that it would have by itself."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence

import pytest

from scanner.engine.engine import Engine
from scanner.engine.prefilter import Hit
from scanner.pipeline import reread
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.pipeline.reread import Reread
from tests.conftest import token

needs_memory = pytest.mark.skipif(not sys.flags.hash_randomization, reason="with a fixed seed nothing is remembered")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return text_scanner(ScanOptions()).engine


def lines(seed: int) -> list[bytes]:
    """A manifest's, in which much hits: words of rules, triggers, and what two lines say together."""
    chance = random.Random(seed)
    some = [
        b"apiVersion: v1\n", b"kind: Secret\n", b"  password: hunter%d\n", b"      description: the token of %d\n",
        b"- name: DB_PASSWORD\n  value: v%d\n", b"  key:\n", b"\n", b"        type: string\n", b"---\n", b"# %d\n" * 3,
        b"  - machine m%d login me\n    password x%dyz\n", f"  token: {token('reread')}\n".encode(),
    ]  # fmt: skip
    return [line.replace(b"%d", b"%d" % chance.randrange(9)) for line in chance.choices(some, k=600)]


def versions(seed: int, count: int) -> list[bytes]:
    chance, text = random.Random(seed), lines(seed)
    found = []
    for at in range(count):
        place = chance.randrange(len(text))
        text[place : place + chance.randrange(3)] = lines(at)[: chance.randrange(4)]
        found.append(b"".join(text))
    return found


def read(again: Reread, pieces: Sequence[bytes]) -> list[list[Hit]]:
    """The order of hits that end at one place is nobody's concern."""
    return [sorted(hits) for hits in again.hits(pieces)]


def alone(engine: Engine, pieces: Sequence[bytes]) -> list[list[Hit]]:
    return [sorted(engine.prefilter(piece)) for piece in pieces]


def test_hits_are_those_of_each_text_by_itself(engine: Engine) -> None:
    for seed in range(4):
        again = Reread(engine)
        # Several at once, some of them equal, and one that was there before.
        for pieces in ([b"", *versions(seed, 6)], versions(seed, 8), versions(seed, 2) * 2):
            assert read(again, pieces) == alone(engine, pieces)


@needs_memory
def test_what_was_read_is_not_read_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    search = engine.prefilter

    def counted(data: bytes) -> list[Hit]:
        sizes.append(len(data))
        return search(data)

    monkeypatch.setattr(engine, "prefilter", counted)
    again, (first, second) = Reread(engine), versions(7, 2)
    again.hits([first])
    again.hits([second, first])
    assert sizes[0] == len(first)
    assert sizes[1] < len(second) / 4


@needs_memory
def test_what_was_not_read_to_its_end_does_not_pass_for_read(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    again, (text,) = Reread(engine), versions(8, 1)

    def failing(_: bytes) -> list[Hit]:
        raise MemoryError

    with monkeypatch.context() as context, pytest.raises(MemoryError):
        context.setattr(engine, "prefilter", failing)
        again.hits([text])
    assert read(again, [text]) == alone(engine, [text])


@needs_memory
def test_memory_is_bounded(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reread, "_MOST", 20)
    again = Reread(engine)
    for text in versions(9, 12):
        assert read(again, [text]) == alone(engine, [text])
        assert len(again._known or ()) < 20 + len(text) / 768


@pytest.mark.parametrize("keyed", [True, False])
def test_without_keys_that_nobody_knows_nothing_is_remembered(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, keyed: bool
) -> None:
    class flags:
        hash_randomization = int(keyed)

    monkeypatch.setattr(sys, "flags", flags)
    again, (text,) = Reread(engine), versions(10, 1)
    assert read(again, [text, text]) == alone(engine, [text, text])
    assert bool(again._known) == keyed
