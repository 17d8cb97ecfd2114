"""Whether a rule is for files of a path. Its expression may come from the repository that is scanned."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from scanner.engine.programs import compiled_text

if TYPE_CHECKING:
    from regex import Pattern

# Seconds for one path, which is a few hundred characters.
_TIMEOUT = 1.0


def wants(expression: str, path: str) -> bool:
    """True when ``expression`` matches in ``path``, and for an empty one.

    True as well, from then on for every path, when it once ran out of time: a rule too many finds nothing that is not
    there, one too few would miss something.
    """
    return not expression or _filter(expression).wants(path)


@cache
def _filter(expression: str) -> _PathFilter:
    return _PathFilter(compiled_text(expression))


class _PathFilter:
    __slots__ = ("_endless", "_pattern")

    def __init__(self, pattern: Pattern[str]) -> None:
        self._pattern = pattern
        self._endless = False

    def wants(self, path: str) -> bool:
        if self._endless:
            return True
        try:
            return self._pattern.search(path, timeout=_TIMEOUT) is not None
        except TimeoutError:
            self._endless = True
            return True
