"""Expressions that are compiled when a value first meets them: most runs of the hook never need one."""

from __future__ import annotations

import re

from scanner.engine.patterns import compiled


class Lazy:
    """An expression over bytes; compiling all of them would cost a clean commit some milliseconds."""

    __slots__ = ("_compiled", "_flags", "_source")

    def __init__(self, source: bytes, flags: int = 0) -> None:
        self._source = source
        self._flags = flags
        self._compiled: re.Pattern[bytes] | None = None

    @property
    def pattern(self) -> re.Pattern[bytes]:
        """The compiled expression."""
        if self._compiled is None:
            self._compiled = compiled(self._source, self._flags)
        return self._compiled
