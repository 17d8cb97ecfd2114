"""Lines that lead to nothing are remembered, and only those that were asked about."""

from __future__ import annotations

from functools import cache

import pytest

from scanner.engine.engine import Engine
from scanner.model.filekind import FileKind
from scanner.model.text import Text
from scanner.pipeline.barren import Asked, Barren
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from tests.conftest import token

HOLDS = f'password = "{token("<<%A20>>")}"\n'.encode()
BARREN = b"password = get_password()\n"


@cache
def engine() -> Engine:
    return text_scanner(ScanOptions()).engine


def asked(data: bytes) -> Asked:
    return Asked(Text(data, "app.py", FileKind.CODE), 0, engine().prefilter(data))


def test_hits_that_lead_to_a_match_are_kept_and_others_not() -> None:
    holding, nothing, both = (asked(data) for data in (HOLDS, BARREN, BARREN * 5 + HOLDS))
    assert holding.hits
    assert nothing.hits
    barren = Barren(engine())
    for _ in range(2):
        first, second, third = barren.fertile([holding, nothing, both])
        assert first
        assert not [hit for hit in second if hit.entry < engine().first_trigger]
        assert all(hit.end > 5 * len(BARREN) for hit in third if hit.entry < engine().first_trigger)
        assert engine().match(both.text, third)


def test_a_line_that_fails_is_neither_barren_nor_in_the_way_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    barren = Barren(engine())
    search = barren._search

    def fails_on_the_secret(rule: int, keys: list[int], pieces: list[bytes]) -> None:
        if HOLDS.strip() in pieces:
            raise MemoryError
        search(rule, keys, pieces)

    with monkeypatch.context() as broken:
        broken.setattr(barren, "_search", fails_on_the_secret)
        with pytest.raises(MemoryError):
            barren.fertile([asked(HOLDS)])
        barren.fertile([asked(BARREN)])
    (kept,) = barren.fertile([asked(HOLDS)])
    assert engine().match(asked(HOLDS).text, kept)
