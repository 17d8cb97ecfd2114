"""One rule asked about the lines of many texts at once: a search costs microseconds to begin.

Where it is known where matches may begin (see ``sieve``), each is weighed there and then, and what is worth nothing on
any line is not looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from scanner.engine.joint import Touched, touched, tried, weighed
from scanner.engine.sieve import WORTH_A_SIEVE, Sieve, kept_sieve, sieve
from scanner.model.span import Span

if TYPE_CHECKING:
    from scanner.engine.matcher import Matcher
    from scanner.model.filekind import FileKind
    from scanner.model.text import Text
    from scanner.ruleset.compiled import Expression

# Processor seconds that one search may take, ten times what it takes; and how often it may take more.
_TIMEOUT, _MOST_LOST = 0.1, 3
# Hits that are worth as much as those bytes.
_HITS_WORTH_A_SIEVE = 4 * 1024
# Bytes of pieces that are searched as one.
_TOGETHER = 65536


class JointSearch:
    """Searches many texts for what ``matcher``'s rule, which must join, may find. One a process and rule."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._searched = 0
        self._hits = 0
        self._lost = 0

    def touched(self, pieces: Sequence[bytes], kinds: Sequence[FileKind], *, dropped: bool = True) -> Touched:
        """The places of those of ``pieces`` in which the rule may match: its expression and what it needs are there.

        Each is of a text of the kind in ``kinds``. Idle are those in which there is nothing but what would be dropped,
        unless that is wanted too.
        """
        pattern, needs = self._matcher.ready()
        places: Sequence[int] = range(len(pieces))
        if self._lost >= _MOST_LOST:
            return Touched(list(places), [])
        try:
            if needs is not None:
                places = touched(needs, pieces, timeout=_TIMEOUT)
            some = [pieces[place] for place in places]
            if dropped:
                return Touched([places[place] for place in touched(pattern, some, timeout=_TIMEOUT)], [])
            begins, is_idle = self._begins(some), self._matcher.is_idle
            weigh = partial(weighed, begins=begins) if begins else tried
            found = weigh(
                pattern, some, is_idle=lambda found, place: is_idle(found, kinds[places[place]]), timeout=_TIMEOUT
            )
        except TimeoutError:
            # Each of them is tried by itself, where a crowd of hits has ways of its own.
            self._lost += 1
            return Touched(list(range(len(pieces))), [])
        return Touched([places[place] for place in found.places], [places[place] for place in found.idle])

    def barren(self, asked: Sequence[tuple[int, Text, Sequence[tuple[Expression, int]]]]) -> set[int]:
        """The numbers of those of ``asked`` (number, text, hits) around whose hits nothing stands, as far as is known.

        There is none where it is not known where matches begin: most lines that hold one would be searched twice.
        """
        self._hits += sum(len(hits) for _, _, hits in asked)
        if self._sieve() is None:
            return set()
        matcher = self._matcher
        found = {number for number, _, _ in asked}
        numbers: list[int] = []
        pieces: list[bytes] = []
        kinds: list[FileKind] = []
        size = 0
        for number, text, hits in asked:
            if not matcher.is_for(text):
                continue
            for start, end in matcher.spans(text, matcher.outer(text, hits)):
                numbers.append(number)
                pieces.append(text.data[start:end])
                kinds.append(text.kind)
                size += end - start
            if size >= _TOGETHER:
                found -= self._not_barren(numbers, pieces, kinds)
                numbers, pieces, kinds, size = [], [], [], 0
        return found - self._not_barren(numbers, pieces, kinds) if pieces else found

    def _not_barren(self, numbers: Sequence[int], pieces: Sequence[bytes], kinds: Sequence[FileKind]) -> set[int]:
        found = self.touched(pieces, kinds, dropped=False)
        return {numbers[place] for place in set(found.places).difference(found.idle)}

    def _begins(self, pieces: Sequence[bytes]) -> Callable[[bytes], Sequence[int]] | None:
        """What says where matches may begin in many pieces; None where that is not worth being made."""
        self._searched += sum(map(len, pieces))
        made = self._sieve()
        return (lambda text: made.starts(text, Span(0, len(text)), steps=0)) if made else None

    def _sieve(self) -> Sieve | None:
        worth = self._searched > WORTH_A_SIEVE or self._hits > _HITS_WORTH_A_SIEVE
        return (sieve if worth else kept_sieve)(self._matcher.rule.pattern.encode())
