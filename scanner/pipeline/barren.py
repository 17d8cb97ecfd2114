"""Remembering which lines woke a rule for nothing: the same line comes back in every version near a change."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from scanner.engine.engine import Engine
from scanner.engine.prefilter import Hit
from scanner.engine.windows import LONGEST_LINE, window
from scanner.model.filekind import FileKind
from scanner.model.span import Span
from scanner.model.text import Text

# So many lines are remembered; then it starts anew.
_MOST = 1_000_000
# Bytes that are searched in one go.
_TOGETHER = 65536


class Asked(NamedTuple):
    """Hits in ``text``, whose name is of class ``number``."""

    text: Text
    number: int
    hits: Sequence[Hit]


class _Piece(NamedTuple):
    """Lines to be searched: those that ``key`` stands for, in a text of this kind with a name of class ``number``."""

    key: int
    number: int
    kind: FileKind
    lines: bytes


class _Look(NamedTuple):
    """What one entry's rule looks at: so many lines either side of a hit, and on ``near`` of them for a match.

    Negative where that is not known.
    """

    lines: int
    near: int
    rule: int
    joins: bool


class Barren:
    """Sorts out hits whose rule finds nothing in the lines it looks at.

    What is kept of a line is Python's hash of it, which another process cannot tell: no content, and 64 bits are
    enough to tell a million lines apart. Where Python's hashes can be foreseen, nothing is remembered or sorted out.
    """

    def __init__(self, engine: Engine, *, show_dropped: bool = False) -> None:
        self._engine = engine
        self._show_dropped = show_dropped
        # By entry and lines, whether the expression matches in them; with the class of the name, whether that counts.
        self._matched: dict[int, bool] = {}
        self._finds: dict[int, bool] = {}
        self._looks = [_look(engine, entry) for entry in range(len(engine.rules.expressions))]
        # By rule, the lines that it was not asked for yet.
        self._open: dict[int, list[_Piece]] = {}

    def fertile(self, asked: Sequence[Asked]) -> list[list[Hit]]:
        """Of each, those hits that may lead to a match. All are asked at once: together it costs a fraction."""
        if not sys.flags.hash_randomization:
            return [list(one.hits) for one in asked]
        if len(self._matched) + len(self._finds) >= _MOST:
            self._matched.clear()
            self._finds.clear()
        try:
            keys = [self._keys(one) for one in asked]
            for rule, pieces in self._open.items():
                self._search(rule, pieces)
        except BaseException:
            # Lines that were noted but not searched must not pass for barren.
            self._matched.clear()
            raise
        finally:
            self._open.clear()
        return [self._kept(one, some) for one, some in zip(asked, keys, strict=True)]

    def _keys(self, asked: Asked) -> list[int | None]:
        """The key of each hit's entry and the lines that it looks at, None where nothing is remembered of them."""
        text, number, hits = asked
        looks, data = self._looks, text.data
        # The line of the last hit, and by how many lines a rule looks at, the hash of them: hits come in the order of
        # their ends, several on a line.
        start = stop = -1
        digests: dict[int, int] = {}
        keys: list[int | None] = []
        for entry, end in hits:
            look = looks[entry] if entry < len(looks) else _UNKNOWN
            lines = look.lines
            if lines < 0:
                keys.append(None)
                continue
            if not start < end - 1 <= stop:
                start = data.rfind(b"\n", 0, end - 1)
                stop = data.find(b"\n", end - 1)
                stop = len(data) if stop < 0 else stop
                digests.clear()
            digest = digests.get(lines)
            if digest is None:
                first, last = window(data, end, near=lines, reach=0) if lines else (start + 1, stop)
                # In a short text these lines are all there are, for hits on any of them: which one it was counts.
                where = (start - first, data[first:last])
                digest = digests[lines] = hash(where) if last - first < LONGEST_LINE else _LONG
            if digest == _LONG:
                keys.append(_LONG)
                continue
            key = hash((entry, digest))
            keys.append(key)
            if key not in self._matched:
                self._matched[key] = not look.joins
                if look.joins:
                    first, last = window(data, end, near=look.near, reach=0)
                    piece = _Piece(key, number, text.kind, data[first:last])
                    self._open.setdefault(look.rule, []).append(piece)
        return keys

    def _search(self, rule: int, pieces: Sequence[_Piece]) -> None:
        """Note in which of ``pieces`` the expression of ``rule`` matches, and where that is worth nothing."""
        first = size = 0
        for place, piece in enumerate(pieces):
            size += len(piece.lines)
            if size >= _TOGETHER or place == len(pieces) - 1:
                some = pieces[first : place + 1]
                found = self._engine.touched(
                    rule, [one.lines for one in some], [one.kind for one in some], dropped=self._show_dropped
                )
                for at in found.places:
                    self._matched[some[at].key] = True
                for at in found.idle:
                    self._finds[hash((some[at].key, some[at].number))] = False
                first, size = place + 1, 0

    def _kept(self, asked: Asked, keys: Sequence[int | None]) -> list[Hit]:
        text, number, hits = asked
        matched, finds = self._matched, self._finds
        kept: list[Hit] = []
        in_long: dict[int, list[Hit]] = {}
        for hit, key in zip(hits, keys, strict=True):
            if key is None:
                kept.append(hit)
            elif key == _LONG:
                in_long.setdefault(self._looks[hit.entry].rule, []).append(hit)
            elif matched[key]:
                named = hash((key, number))
                found = finds.get(named)
                if found is None:
                    lines = window(text.data, hit.end, near=self._looks[hit.entry].lines, reach=0)
                    found = finds[named] = self._finds_something(text, lines, (hit,))
                if found:
                    kept.append(hit)
        for some in in_long.values():
            kept += self._in_long_lines(text, number, some)
        return kept

    def _in_long_lines(self, text: Text, number: int, hits: Sequence[Hit]) -> Iterator[Hit]:
        """Those of one rule's hits in long lines that may lead to a match.

        Windows are cut there, and overlap: those that share text are judged together, as the rule will read them.
        """
        finds, data = self._finds, text.data
        for group, around in self._connected(data, hits):
            origin = group[0].end
            shape = tuple((hit.entry, hit.end - origin) for hit in group)
            key = hash((shape, number, hash(data[around.start : around.end])))
            found = finds.get(key)
            if found is None:
                found = finds[key] = self._finds_something(text, around, group)
            if found:
                yield from group

    def _connected(self, data: bytes, hits: Sequence[Hit]) -> Iterator[tuple[list[Hit], Span]]:
        """The hits in groups that share no text, each with all that may be looked at around its hits."""
        group: list[Hit] = []
        first = reached = -1
        for hit in sorted(hits, key=attrgetter("end")):
            start, end = window(data, hit.end, near=self._looks[hit.entry].lines + 1, reach=0)
            if group and start > reached:
                yield group, Span(first, reached)
                group = []
            first = min(first, start) if group else start
            reached = max(reached, end) if group else end
            group.append(hit)
        if group:
            yield group, Span(first, reached)

    def _finds_something(self, text: Text, around: Span, hits: Sequence[Hit]) -> bool:
        """Whether ``hits`` lead to a match by what is ``around`` them alone: that is what is remembered.

        What stands further off may speak against it, a picture in many rows, but not for the same lines elsewhere.
        """
        start = max(around.start - 1, 0)
        part = Text(text.data[start : around.end + 1], text.path, text.kind)
        moved = [Hit(hit.entry, hit.end - start) for hit in hits]
        return bool(self._engine.match(part, moved, dropped=self._show_dropped))


_UNKNOWN = _Look(-1, -1, -1, joins=False)
# Instead of a key, for hits in lines that are too long to be remembered whole: no hash of Python's is -1.
_LONG = -1


def _look(engine: Engine, entry: int) -> _Look:
    expression = engine.rules.expressions[entry]
    rule = engine.rules.rule(expression.rule)
    if rule.reach:
        return _UNKNOWN
    near = max(expression.near, int(expression.crosses))
    # A match is within ``near`` lines of its hit, and what it needs beside it within as many of the match.
    return _Look(2 * max(near, rule.near), near, expression.rule, expression.joins)
