"""Remembering lines that woke a rule for nothing: the same line comes back in every version near a change."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.engine.engine import Engine
from scanner.engine.prefilter import Hit
from scanner.engine.windows import LONGEST_LINE, window
from scanner.model.text import Text

# So many lines are remembered; then it starts anew.
_MOST = 1_000_000


class Barren:
    """Sorts out hits whose rule finds nothing in the lines it looks at.

    What is kept of a line is Python's hash of it, which another process cannot tell: no content, and 64 bits are
    enough to tell a million lines apart.
    """

    def __init__(self, engine: Engine, *, show_dropped: bool = False) -> None:
        self._engine = engine
        self._show_dropped = show_dropped
        self._known: set[int] = set()
        self._lines: list[int] = []
        for expression in engine.rules.expressions:
            rule = engine.rules.rule(expression.rule)
            # A match is within ``near`` lines of its hit, and what it needs beside it within as many of the match.
            near = max(expression.near, int(expression.crosses), rule.near)
            self._lines.append(-1 if rule.reach else 2 * near)

    def fertile(self, text: Text, number: int, hits: Sequence[Hit]) -> list[Hit]:
        """Those of ``hits`` that may lead to a match in ``text``, whose name is of class ``number``."""
        kept = []
        known, lines, data = self._known, self._lines, text.data
        for hit in hits:
            entry, end = hit
            if entry >= len(lines) or lines[entry] < 0:
                kept.append(hit)
                continue
            if lines[entry]:
                start, stop = window(data, end, near=lines[entry], reach=0)
            else:
                start = data.rfind(b"\n", 0, end - 1) + 1
                stop = data.find(b"\n", end - 1)
                stop = len(data) if stop < 0 else stop
            if stop - start >= LONGEST_LINE:
                kept.append(hit)
                continue
            key = hash((entry, number, data[start:stop]))
            if key in known:
                continue
            if self._finds(text, hit):
                kept.append(hit)
            elif len(known) < _MOST:
                known.add(key)
            else:
                known.clear()
        return kept

    def _finds(self, text: Text, hit: Hit) -> bool:
        return any(self._show_dropped or not match.reason for match in self._engine.match(text, (hit,)))
