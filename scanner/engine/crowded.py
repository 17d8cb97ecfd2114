"""A rule whose hits stand by the hundred: fewer windows, and matches asked only from where one may begin or end."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, NamedTuple

from scanner.engine import limited
from scanner.engine.allowance import Allowance, Patience, beyond
from scanner.engine.sieve import Sieve, has_none, is_kept, sieve
from scanner.engine.windows import LONGEST_LINE
from scanner.model.span import Span
from scanner.ruleset.compiled import Expression
from scanner.ruleset.effort import BOUNDLESS, effort

if TYPE_CHECKING:
    from regex import Match as Found
    from regex import Pattern

# So many hits cost little however they are followed.
FEW = 16
# An attempt of so many steps takes some milliseconds at the most.
_SHORT = 500_000
# Seconds after which attempts that are timed together are no longer; only an attempt itself may make it more.
_TOGETHER = 2e-3
# The part of what is left that looking for a value may take, where they can be looked for from behind.
_HASTE = 1 / 4
# So many hits, or places where a match may begin, are worth going back from one value; and so many bytes are read for
# where matches may begin.
_TO_A_VALUE, _BYTES_TO_A_VALUE = 2, 500
# So many spans of no more bytes in all are searched between two looks at the clock: a look costs as much as a line.
_SPANS_TOGETHER, _BYTES_TOGETHER = 64, 16384
# What may stand between a name and its value beside whole lines, and how much of a line.
_APART, _A_LINE = 256, 160


def outermost(data: bytes, hits: Sequence[tuple[Expression, int]]) -> list[tuple[Expression, int]]:
    """``hits`` (expression, end offset) without those between two on one line: their windows lie in those two's."""
    kept: list[tuple[Expression, int]] = []
    first, before, inner = -1, -1, False
    # The expression of the hit before, and how far apart two of it may be.
    last: Expression | None = None
    most = 0
    # Between these two there is no line break. Each is looked for once: there may be a hit in every byte.
    searched, line_end = 0, -1
    for hit in hits:
        expression, end = hit
        if not searched < before <= line_end + 1:
            searched = max(0, before - 1)
            line_end = data.find(b"\n", searched)
            line_end = len(data) if line_end < 0 else line_end
        same = expression is last and end <= line_end
        if expression is not last:
            last, most = expression, min(expression.after or LONGEST_LINE, LONGEST_LINE)
        if same and inner and end - first <= most:
            kept[-1] = hit
        else:
            first = before if same else end
            inner = same
            kept.append(hit)
        before = end
    return kept


class Expressions(NamedTuple):
    """A rule's ``pattern``, what each match needs, and what stands before such a value, read backwards.

    With ``backwards``, a match ends with what it needs.
    """

    pattern: Pattern[bytes]
    values: Pattern[bytes] | None
    backwards: Pattern[bytes] | None


class Crowd:
    """One rule's hits in one text: offsets of their ends, in ``spans`` to be searched, ``lines`` around them.

    Without hits a name may stand anywhere. With ``joins`` the spans may be read as one text, to learn where matches may
    begin (see ``derive``). ``timeout`` is in seconds of processor time for one search. ``from_behind`` says that it is
    known to take less to ask where matches may begin than to follow the hits: no time is spent on learning that.
    """

    def __init__(
        self,
        expressions: Expressions,
        hits: Sequence[int],
        spans: Sequence[Span],
        *,
        lines: int,
        timeout: float,
        patience: Patience,
        joins: bool = False,
        from_behind: bool = False,
    ) -> None:
        self._from_behind = from_behind
        self._expressions = expressions
        self._spans = spans
        self._joins = joins and len(spans) > FEW
        self._starts: dict[int, list[int]] | None = None
        # Of the last span that was asked about.
        self._values: tuple[Span, Sequence[int]] | None = None
        self._begins: tuple[Span, Sequence[int]] | None = None
        self._hits = sorted(hits)
        size = sum(span.end - span.start for span in spans)
        self._allowance = Allowance(expressions.pattern, size, patience, timeout)
        self._reach = _APART + _A_LINE * lines
        self._timeout = timeout
        # Where there is no other way, nothing is won by giving up early: all would be searched again.
        pattern, values, backwards = expressions
        self._is_only_way = not (values and backwards) and has_none(pattern.pattern)
        # What was found in the spans to come, and whether searching some together took too long.
        self._known: dict[Span, list[Found[bytes]]] = {}
        self._is_slow = False

    def worth_a_look(self) -> Iterator[Span]:
        """The spans to be searched, without those of which it is known meanwhile that no match begins there."""
        for span in self._spans:
            if self._starts is None or span.end in self._starts:
                yield span

    def matches(self, data: bytes, span: Span) -> Iterator[Found[bytes]]:
        """What the pattern matches within ``span``, apart from each other; raises TimeoutError."""
        known = self._known.pop(span, None) if span in self._known or self._search_some(data, span) else None
        if known is not None:
            yield from known
            return
        pattern, values, backwards = self._expressions
        if values and self._lacks(values, data, span):
            return
        at = span.start
        while not self._from_behind and self._allowance.goes_on():
            some: list[Found[bytes]] = []
            started, over = thread_time(), False
            seconds = self._timeout if self._is_only_way else self._allowance.spare
            try:
                limited.matches(pattern, data, at, span.end, seconds=seconds, into=some)
            except TimeoutError:
                if self._is_only_way and not some:
                    raise
                over = True
            reached = span.end if not over else some[-1].end() if some else at
            self._allowance.note(thread_time() - started, reached - at, some)
            yield from some
            if not over:
                return
            at = reached
        places = sieve(pattern.pattern)
        if places is not None:
            self._allowance.patience.lose()
        fewer = places is None or self._has_fewer_values(places, data, Span(at, span.end))
        search = self._otherwise if fewer or places is None else partial(self._from_starts, places)
        # Without ``backwards`` a match need not hold what it needs.
        sure = values is None or backwards is not None
        for one in search(data, Span(at, span.end)):
            if not sure and values and not limited.search(values, data, span.start, span.end, seconds=self._timeout):
                return
            sure = True
            yield one

    def _search_some(self, data: bytes, first: Span) -> bool:
        """Search ``first`` and some of the spans after it, where they are short, and note what is found in each.

        False where that takes longer than there is time for: then each is a case for itself.
        """
        if len(self._spans) <= FEW or self._is_slow or not self._allowance.goes_on():
            return False
        pattern, values, _ = self._expressions
        place = bisect_left(self._spans, first)
        left = _BYTES_TOGETHER
        every: list[Found[bytes]] = []
        started = thread_time()
        seconds = self._allowance.spare
        try:
            for start, end in self._spans[place : place + _SPANS_TOGETHER]:
                left -= end - start
                if left < 0:
                    break
                some: list[Found[bytes]] = []
                if not values or limited.search(values, data, start, end, seconds=seconds):
                    limited.matches(pattern, data, start, end, seconds=seconds, into=some)
                self._known[Span(start, end)] = some
                every += some
        except TimeoutError:
            self._is_slow = True
            self._known.clear()
            every.clear()
        self._allowance.note(thread_time() - started, _BYTES_TOGETHER - left, every)
        return first in self._known

    def _lacks(self, values: Pattern[bytes], data: bytes, span: Span) -> bool:
        """True when there are none of ``values``, as far as that can be told in the time that is left."""
        if self._allowance.spare <= 0:
            return False
        started = thread_time()
        # What can be asked from behind is not read for long: where there are values, most often one is near.
        spare = self._allowance.spare * (_HASTE if is_kept(values.pattern) else 1)
        try:
            return limited.search(values, data, span.start, span.end, seconds=spare) is None
        except TimeoutError:
            starts = self._starts_of_values(values, data, span)
            return starts is not None and not starts
        finally:
            self._allowance.spend(thread_time() - started)

    def _has_fewer_values(self, places: Sieve, data: bytes, span: Span) -> bool:
        """True when it takes less to go back from the values in a long ``span`` than to try all ``places``."""
        _, values, backwards = self._expressions
        if not values or not backwards or span.end - span.start < LONGEST_LINE:
            return False
        hits = bisect_left(self._hits, span.end) - bisect_left(self._hits, span.start)
        if hits <= FEW:
            return False
        starts = self._starts_of_values(values, data, span)
        if starts is None or len(starts) * _TO_A_VALUE > hits:
            return False
        # Where there are many of both, those places are counted too: that takes as long as going back from so many.
        few = len(starts) * _BYTES_TO_A_VALUE <= span.end - span.start
        return few or len(self._starts_in(places, data, span)) >= len(starts) * _TO_A_VALUE

    def _starts_of_values(self, values: Pattern[bytes], data: bytes, span: Span) -> Sequence[int] | None:
        """Where ``values`` may begin in ``span``; None when that is not known."""
        places = sieve(values.pattern)
        if places is None:
            return None
        if self._values is None or self._values[0] != span:
            self._values = span, places.starts(data, span)
        return self._values[1]

    def _otherwise(self, data: bytes, span: Span) -> Iterator[Found[bytes]]:
        pattern, values, backwards = self._expressions
        if values and backwards:
            yield from self._from_values(data, span, values, backwards)
        else:
            yield from limited.each(pattern, data, span.start, span.end, seconds=self._timeout)

    def _from_starts(self, places: Sieve, data: bytes, span: Span) -> Iterator[Found[bytes]]:
        pattern, _, backwards = self._expressions
        steps = _steps(pattern.pattern)
        # Those that end soon by their form have no limit of their own.
        is_short = steps <= _SHORT
        starts = iter(self._starts_in(places, data, span))
        began = thread_time()
        after, spent = span.start, 0.0
        while True:
            some: list[Found[bytes]] = []
            # The processor's clock costs as much as a short attempt; the one on the wall a twentieth.
            until = perf_counter() + _TOGETHER
            for start in starts:
                if start < after:
                    continue
                try:
                    if is_short:
                        found = pattern.match(data, start, span.end, concurrent=False)
                    else:
                        found = limited.match(pattern, data, start, span.end, seconds=self._timeout)
                except TimeoutError:
                    yield from some
                    raise
                after = start + 1
                if found:
                    after = max(after, found.end())
                    some.append(found)
                if perf_counter() > until:
                    break
            else:
                yield from some
                return
            took = thread_time() - began
            yield from some
            goes_on = self._allowance.try_on(took, len(some))
            spent += beyond(took, len(some))
            if not goes_on and backwards:
                yield from self._otherwise(data, Span(after, span.end))
                return
            if spent > self._timeout:
                raise TimeoutError
            began = thread_time()

    def _starts_in(self, places: Sieve, data: bytes, span: Span) -> Sequence[int]:
        """Where matches may begin in ``span``; many spans are asked all at once."""
        steps = _steps(self._expressions.pattern.pattern)
        if not self._joins:
            if self._begins is None or self._begins[0] != span:
                started = thread_time()
                self._begins = span, places.starts(data, span, steps)
                self._allowance.patience.pace = (thread_time() - started) / max(LONGEST_LINE, span.end - span.start)
            return self._begins[1]
        if self._starts is None:
            self._starts = places.starts_of(data, self._spans, steps)
        return [start for start in self._starts.get(span.end, ()) if start >= span.start]

    def _from_values(
        self, data: bytes, span: Span, values: Pattern[bytes], backwards: Pattern[bytes]
    ) -> Iterator[Found[bytes]]:
        pattern, hits, seconds = self._expressions.pattern, self._hits, self._timeout
        reached = after = span.start
        for value in self._each(values, data, span):
            start, end = value.span()
            if start < after:
                continue
            far = max(reached, start - self._reach)
            # Hits are where names end, or values that one stands before.
            if not hits or far < hits[bisect_right(hits, end) - 1] <= end:
                before = limited.match(backwards, data, far, start, seconds=seconds)
                # Forwards once more: there may be nearer words, or more signs before the value.
                found = before and limited.match(pattern, data, before.start(), span.end, seconds=seconds)
                if found:
                    after = reached = found.end()
                    yield found

    def _each(self, values: Pattern[bytes], data: bytes, span: Span) -> Iterator[Found[bytes]]:
        """What matches anywhere in ``span``, in parts of one another too."""
        starts, seconds = self._starts_of_values(values, data, span), self._timeout
        if starts is not None:
            for start in starts:
                found = limited.match(values, data, start, span.end, seconds=seconds)
                if found:
                    yield found
            return
        value = limited.search(values, data, span.start, span.end, seconds=seconds)
        while value:
            yield value
            value = limited.search(values, data, value.start() + 1, span.end, seconds=seconds)


@lru_cache(64)
def _steps(pattern: bytes) -> int:
    """The most steps of one attempt."""
    try:
        return effort(pattern.decode())
    except (UnicodeDecodeError, re.error, OverflowError, RecursionError):
        return BOUNDLESS
