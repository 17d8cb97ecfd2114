"""Remembering which lines woke a rule for nothing: the same line comes back in every version near a change."""

from __future__ import annotations

import sys
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
    enough to tell a million lines apart. Where Python's hashes can be foreseen, nothing is remembered or sorted out.
    """

    def __init__(self, engine: Engine, *, show_dropped: bool = False) -> None:
        self._engine = engine
        self._show_dropped = show_dropped
        self._known: dict[int, bool] = {}
        self._lines: list[int] = []
        for expression in engine.rules.expressions:
            rule = engine.rules.rule(expression.rule)
            # A match is within ``near`` lines of its hit, and what it needs beside it within as many of the match.
            near = max(expression.near, int(expression.crosses), rule.near)
            self._lines.append(-1 if rule.reach else 2 * near)

    def fertile(self, text: Text, number: int, hits: Sequence[Hit]) -> list[Hit]:
        """Those of ``hits`` that may lead to a match in ``text``, whose name is of class ``number``."""
        if not sys.flags.hash_randomization:
            return list(hits)
        kept = []
        known, lines, data = self._known, self._lines, text.data
        # The line of the last hit, and by how many lines a rule looks at, the hash of them: hits come in the order of
        # their ends, several on a line.
        start = stop = -1
        digests: dict[int, int] = {}
        for hit in hits:
            entry, end = hit
            near = lines[entry] if entry < len(lines) else -1
            if near < 0:
                kept.append(hit)
                continue
            if not start < end - 1 <= stop:
                start = data.rfind(b"\n", 0, end - 1)
                stop = data.find(b"\n", end - 1)
                stop = len(data) if stop < 0 else stop
                digests.clear()
            digest = digests.get(near)
            if digest is None:
                first, last = window(data, end, near=near, reach=0) if near else (start + 1, stop)
                if last - first >= LONGEST_LINE:
                    # Windows are cut in long lines, and overlap: the rule is better run once over all of them.
                    kept.append(hit)
                    continue
                digest = digests[near] = hash(data[first:last])
            key = hash((entry, number, digest))
            finds = known.get(key)
            if finds is None:
                if len(known) >= _MOST:
                    known.clear()
                finds = known[key] = self._finds(text, hit)
            if finds:
                kept.append(hit)
        return kept

    def _finds(self, text: Text, hit: Hit) -> bool:
        return any(self._show_dropped or not match.reason for match in self._engine.match(text, (hit,)))
