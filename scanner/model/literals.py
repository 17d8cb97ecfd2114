"""Literals looked for in one pass over a text: one by one, some thirty take a second for each hundred megabytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

import hyperscan


class Literals:
    """Tells which of ``literals`` a text holds, without regard to the case of letters where that is ``caseless``.

    They are compiled when they are first looked for, which takes a millisecond.
    """

    def __init__(self, literals: Sequence[bytes], *, caseless: bool = False) -> None:
        self._literals = literals
        self._flags = hyperscan.HS_FLAG_SINGLEMATCH | (hyperscan.HS_FLAG_CASELESS if caseless else 0)

    def among(self, data: bytes) -> set[int]:
        """The numbers of those that stand in ``data``."""
        found: set[int] = set()
        if data:
            self._database.scan(data, match_event_handler=lambda number, *_: found.add(number))
        return found

    @cached_property
    def _database(self) -> hyperscan.Database:
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        count = len(self._literals)
        database.compile(
            expressions=[re.escape(literal) for literal in self._literals],
            ids=list(range(count)),
            elements=count,
            flags=[int(self._flags)] * count,
        )
        return database
