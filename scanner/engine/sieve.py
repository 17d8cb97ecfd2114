"""Where matches of one rule may begin, in a time that grows with the text alone: for where its expression is slow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

import hyperscan

from scanner.engine.joint import JOINT
from scanner.model.span import Span
from scanner.ruleset.reverse import Reversed, reverse

# Longer expressions take seconds to compile, and fill memory; so do those that grow when they are unrolled, and most of
# them are refused in the end: of two hundred rules with close forms heavier than this every other one, after a second.
# Any repository may bring some. By whether the form is rough.
_LONGEST = 20_000
_HEAVIEST = {False: 1000, True: 5000}
_KEPT = 64


class Sieve:
    """A rule's expression from behind, compiled. Not shared between threads."""

    def __init__(self, database: hyperscan.Database, widths: tuple[int, ...]) -> None:
        self._database = database
        self._widths = widths

    def starts(self, data: bytes, span: Span) -> list[int]:
        """Offsets in ``span``, ascending, among them every one at which a match within ``span`` begins."""
        first = max(0, span.start - max(self._widths) - 1)
        # Line breaks stand for the end of the text, and for where it begins. Two of them there: before one that is the
        # last byte, Hyperscan does not see every end of a line.
        piece = b"\n" + data[first : span.end][::-1] + b"\n\n"
        found: list[int] = []
        append, end, widths = found.append, span.end + 1, self._widths
        if len(widths) == 1:
            (width,) = widths
            self._database.scan(piece, match_event_handler=lambda _, __, read, ___, ____: append(end - read + width))
            found.reverse()
        else:
            self._database.scan(piece, match_event_handler=lambda at, _, read, __, ___: append(end - read + widths[at]))
            found = sorted(set(found))
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
            return Sieve(_compiled(made), tuple(width for _, width in made.expressions))
        except hyperscan.error:
            continue
        except (UnicodeDecodeError, re.error, OverflowError, RecursionError):
            return None
    return None


def _compiled(made: Reversed) -> hyperscan.Database:
    flags = (hyperscan.HS_FLAG_CASELESS if made.caseless else 0) | (hyperscan.HS_FLAG_DOTALL if made.dotall else 0)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    count = len(made.expressions)
    database.compile(
        expressions=[text.encode() for text, _ in made.expressions],
        ids=list(range(count)),
        elements=count,
        flags=[int(flags)] * count,
    )
    return database
