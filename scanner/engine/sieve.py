"""Where matches of one rule may begin, in a time that grows with the text alone: for where its expression is slow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import accumulate

import hyperscan

from scanner.engine.joint import JOINT
from scanner.model.span import Span
from scanner.ruleset.effort import BOUNDLESS
from scanner.ruleset.reverse import Reversed, reverse

# Longer expressions take seconds to compile, and fill memory; so do those that grow when they are unrolled, and most of
# them are refused in the end. Any repository may bring some. By whether the form is rough.
_LONGEST = 20_000
_HEAVIEST = {False: 2000, True: 5000}
_KEPT = 64
# What must follow within a match may stand at every byte, and Python is told of each place. An attempt seldom takes as
# many steps as it may.
_STEPS_A_BYTE = 8


class _Ends:
    """Some expressions compiled together, each with how many bytes before a match it has read at its end."""

    def __init__(self, expressions: Sequence[tuple[str, int]], flags: int) -> None:
        self._widths = [width for _, width in expressions]
        self.widest = max(self._widths)
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[text.encode() for text, _ in expressions],
            ids=list(range(len(expressions))),
            elements=len(expressions),
            flags=[int(flags)] * len(expressions),
        )

    def begins(self, piece: bytes, end: int) -> list[int]:
        """Where what the expressions find in ``piece``, a text backwards, begins in the text that ends at ``end``."""
        found: list[int] = []
        append, widths = found.append, self._widths
        if len(widths) == 1:
            width = widths[0]
            self._database.scan(piece, match_event_handler=lambda _, __, read, ___, ____: append(end - read + width))
            found.reverse()
            return found
        self._database.scan(piece, match_event_handler=lambda at, _, read, __, ___: append(end - read + widths[at]))
        return sorted(set(found))


class Sieve:
    """A rule's expression from behind, compiled. Not shared between threads."""

    def __init__(self, made: Reversed) -> None:
        flags = (hyperscan.HS_FLAG_CASELESS if made.caseless else 0) | (hyperscan.HS_FLAG_DOTALL if made.dotall else 0)
        self._matches = _Ends(made.expressions, flags)
        # Each by itself, and only where matches may begin: a text may be full of what must follow within one.
        self._ahead = [_Ends(some, flags) for some in made.ahead]
        self._reach = 1 + max(ends.widest for ends in (self._matches, *self._ahead))

    def starts(self, data: bytes, span: Span, steps: int = BOUNDLESS) -> list[int]:
        """Offsets in ``span``, ascending, among them every one at which a match within ``span`` begins.

        There are more of them where it takes less to try them all, with so many ``steps`` for each, than to sort out.
        """
        first = max(0, span.start - self._reach)
        # Line breaks stand for the end of the text, and for where it begins. Two of them there: before one that is the
        # last byte, Hyperscan does not see every end of a line.
        piece = b"\n" + data[first : span.end][::-1] + b"\n\n"
        end = span.end + 1
        found = self._matches.begins(piece, end)
        for ends in self._ahead:
            if len(found) * steps <= _STEPS_A_BYTE * len(piece):
                break
            others = set(ends.begins(piece, end))
            found = [start for start in found if start in others]
        return [start for start in found if span.start <= start < span.end]

    def starts_of(self, data: bytes, spans: Sequence[Span], steps: int = BOUNDLESS) -> dict[int, list[int]]:
        """The same of many spans in order, by where they end; only for an expression that joins (see ``derive``)."""
        beside = self._reach
        firsts = [max(0, start - beside) for start, _ in spans]
        pieces = [data[first:end] for first, (_, end) in zip(firsts, spans, strict=True)]
        text = JOINT.join(pieces)
        ends = list(accumulate(len(piece) + len(JOINT) for piece in pieces))
        found: dict[int, list[int]] = {}
        place, moved = 0, firsts[0]
        for at in self.starts(text, Span(0, len(text)), steps):
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
