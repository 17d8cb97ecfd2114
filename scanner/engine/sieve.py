"""Where matches of one rule may begin, in a time that grows with the text alone: for where its expression is slow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import accumulate, chain

import hyperscan

from scanner.engine.joint import JOINT
from scanner.model.span import Span
from scanner.ruleset.reverse import Reversed, reverse

# Longer expressions take seconds to compile, and fill memory; so do those that grow when they are unrolled, and most of
# them are refused in the end. Any repository may bring some. By whether the form is rough.
_LONGEST = 20_000
_HEAVIEST = {False: 2000, True: 5000}
_KEPT = 64


class Sieve:
    """A rule's expression from behind, compiled. Not shared between threads."""

    def __init__(self, made: Reversed) -> None:
        expressions = [*made.expressions, *chain.from_iterable(made.ahead)]
        self._widths = [width for _, width in expressions]
        # Matches begin where one of each set has ended.
        sets = [made.expressions, *made.ahead]
        self._sets = [number for number, some in enumerate(sets) for _ in some]
        flags = (hyperscan.HS_FLAG_CASELESS if made.caseless else 0) | (hyperscan.HS_FLAG_DOTALL if made.dotall else 0)
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[text.encode() for text, _ in expressions],
            ids=list(range(len(expressions))),
            elements=len(expressions),
            flags=[int(flags)] * len(expressions),
        )

    def starts(self, data: bytes, span: Span) -> list[int]:
        """Offsets in ``span``, ascending, among them every one at which a match within ``span`` begins."""
        first = max(0, span.start - max(self._widths) - 1)
        # Line breaks stand for the end of the text, and for where it begins. Two of them there: before one that is the
        # last byte, Hyperscan does not see every end of a line.
        piece = b"\n" + data[first : span.end][::-1] + b"\n\n"
        end, widths, sets = span.end + 1, self._widths, self._sets
        if len(widths) == 1:
            found: list[int] = []
            append, width = found.append, widths[0]
            self._database.scan(piece, match_event_handler=lambda _, __, read, ___, ____: append(end - read + width))
            found.reverse()
        else:
            each: list[set[int]] = [set() for _ in range(sets[-1] + 1)]
            adds = [each[number].add for number in sets]
            self._database.scan(
                piece, match_event_handler=lambda at, _, read, __, ___: adds[at](end - read + widths[at])
            )
            found = sorted(set.intersection(*each))
        return [start for start in found if span.start <= start < span.end]

    def starts_of(self, data: bytes, spans: Sequence[Span]) -> dict[int, list[int]]:
        """The same of many spans in order, by where they end; only for an expression that joins (see ``derive``)."""
        beside = max(self._widths) + 1
        firsts = [max(0, start - beside) for start, _ in spans]
        pieces = [data[first:end] for first, (_, end) in zip(firsts, spans, strict=True)]
        text = JOINT.join(pieces)
        ends = list(accumulate(len(piece) + len(JOINT) for piece in pieces))
        found: dict[int, list[int]] = {}
        place, moved = 0, firsts[0]
        for at in self.starts(text, Span(0, len(text))):
            while at >= ends[place]:
                place += 1
                moved = firsts[place] - ends[place - 1]
            start, end = spans[place]
            if start <= at + moved < end:
                found.setdefault(end, []).append(at + moved)
        return found


@lru_cache(_KEPT)
def sieve(pattern: bytes) -> Sieve | None:
    """The sieve for ``pattern``; None for one that cannot be written backwards, or is too much for Hyperscan."""
    for rough in (False, True):
        try:
            made = reverse(pattern.decode(), rough=rough)
            if sum(len(text) for text, _ in made.expressions) > _LONGEST:
                return None
            if made.weight > _HEAVIEST[rough]:
                continue
            return _compiled(made)
        except hyperscan.error:
            continue
        except (UnicodeDecodeError, re.error, OverflowError, RecursionError):
            return None
    return None


def _compiled(made: Reversed) -> Sieve:
    """With all that is asked for ahead, if Hyperscan takes it."""
    if made.ahead:
        with suppress(hyperscan.error):
            return Sieve(made)
    return Sieve(made._replace(ahead=()))
