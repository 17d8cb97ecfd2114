"""A rule whose hits stand by the hundred: fewer windows, and matches asked from the few values, not from each name."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from time import process_time
from typing import TYPE_CHECKING, NamedTuple

from scanner.engine.windows import LONGEST_LINE
from scanner.model.span import Span
from scanner.ruleset.compiled import Expression

if TYPE_CHECKING:
    from regex import Match as Found
    from regex import Pattern

# So many hits cost little however they are followed.
FEW = 16
# Processor seconds that following hits may take, for each byte that is searched and each match.
_A_BYTE, _A_MATCH = 20e-9, 10e-6
# What may stand between a name and its value beside whole lines, and how much of a line.
_APART, _A_LINE = 256, 160


def outermost(data: bytes, hits: Sequence[tuple[Expression, int]]) -> list[tuple[Expression, int]]:
    """``hits`` (expression, end offset) without those between two on one line: their windows lie in those two's."""
    kept: list[tuple[Expression, int]] = []
    first, before, inner = -1, -1, False
    for expression, end in hits:
        same = bool(kept) and kept[-1][0] is expression and data.find(b"\n", max(0, before - 1), end) < 0
        if same and inner and end - first <= (expression.width or LONGEST_LINE):
            kept[-1] = expression, end
        else:
            first = before if same else end
            inner = same
            kept.append((expression, end))
        before = end
    return kept


class Expressions(NamedTuple):
    """A rule's ``pattern``, the values that it ends with, and what stands before those, read backwards."""

    pattern: Pattern[bytes]
    values: Pattern[bytes]
    backwards: Pattern[bytes]


class Crowd:
    """One rule's hits in one text: offsets of their ends, in ``spans`` to be searched, ``lines`` around them.

    Without hits a name may stand anywhere. ``timeout`` is in seconds of processor time for one search.
    """

    def __init__(
        self, expressions: Expressions, hits: Sequence[int], spans: Sequence[Span], *, lines: int, timeout: float
    ) -> None:
        self._expressions = expressions
        self._hits = sorted(hits)
        self._left = _A_BYTE * sum(span.end - span.start for span in spans)
        self._reach = _APART + _A_LINE * lines
        self._timeout = timeout

    def matches(self, data: bytes, span: Span) -> Iterator[Found[bytes]]:
        """What the pattern matches within ``span``, apart from each other; raises TimeoutError."""
        pattern, values, _ = self._expressions
        if values.search(data, span.start, span.end, timeout=self._timeout) is None:
            return
        at = span.start
        while self._left > 0:
            some: list[Found[bytes]] = []
            started, over = process_time(), False
            try:
                some.extend(pattern.finditer(data, at, span.end, timeout=self._left))
            except TimeoutError:
                over = True
            self._left -= process_time() - started - _A_MATCH * len(some)
            yield from some
            if not over:
                return
            at = some[-1].end() if some else at
        yield from self._from_values(data, Span(at, span.end))

    def _from_values(self, data: bytes, span: Span) -> Iterator[Found[bytes]]:
        pattern, values, backwards = self._expressions
        hits, reached, timeout = self._hits, span.start, self._timeout
        value = values.search(data, span.start, span.end, timeout=timeout)
        while value:
            start, end = value.span()
            after = start
            far = max(reached, start - self._reach)
            # Hits are where names end, or values that one stands before.
            if not hits or far < hits[bisect_right(hits, end) - 1] <= end:
                before = backwards.match(data, far, start, timeout=timeout)
                # Forwards once more: there may be nearer words, or more signs before the value.
                found = before and pattern.match(data, before.start(), span.end, timeout=timeout)
                if found:
                    after = reached = found.end()
                    yield found
            value = values.search(data, max(after, start + 1), span.end, timeout=timeout)
