"""Remembering which lines woke a rule for nothing: the same line comes back in every version near a change."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from operator import attrgetter

from scanner.engine.engine import Engine
from scanner.engine.prefilter import Hit
from scanner.engine.windows import LONGEST_LINE, window
from scanner.model.span import Span
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
        in_long: dict[int, list[Hit]] = {}
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
                    in_long.setdefault(self._engine.rules.expressions[entry].rule, []).append(hit)
                    continue
                digest = digests[near] = hash(data[first:last])
            key = hash((entry, number, digest))
            finds = known.get(key)
            if finds is None:
                if len(known) >= _MOST:
                    known.clear()
                finds = known[key] = self._finds(text, (hit,))
            if finds:
                kept.append(hit)
        for some in in_long.values():
            kept += self._in_long_lines(text, number, some)
        return kept

    def _in_long_lines(self, text: Text, number: int, hits: Sequence[Hit]) -> Iterator[Hit]:
        """Those of one rule's hits in long lines that may lead to a match.

        Windows are cut there, and overlap: those that share text are judged together, as the rule will read them.
        """
        known, data = self._known, text.data
        for group, (first, last) in _connected(data, hits, self._lines):
            origin = group[0].end
            shape = tuple((hit.entry, hit.end - origin) for hit in group)
            key = hash((shape, number, hash(data[first:last])))
            finds = known.get(key)
            if finds is None:
                if len(known) >= _MOST:
                    known.clear()
                finds = known[key] = self._finds(text, group)
            if finds:
                yield from group

    def _finds(self, text: Text, hits: Sequence[Hit]) -> bool:
        return any(self._show_dropped or not match.reason for match in self._engine.match(text, hits))


def _connected(data: bytes, hits: Sequence[Hit], lines: Sequence[int]) -> Iterator[tuple[list[Hit], Span]]:
    """The hits in groups that share no text, each with all that may be looked at around its hits."""
    group: list[Hit] = []
    first = reached = -1
    for hit in sorted(hits, key=attrgetter("end")):
        start, end = window(data, hit.end, near=lines[hit.entry] + 1, reach=0)
        if group and start > reached:
            yield group, Span(first, reached)
            group = []
        first = min(first, start) if group else start
        reached = max(reached, end) if group else end
        group.append(hit)
    if group:
        yield group, Span(first, reached)
