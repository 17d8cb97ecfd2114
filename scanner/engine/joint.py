"""Many short pieces of text searched as one: a search costs microseconds to begin, whatever its length."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regex import Pattern

# Line breaks, because pieces are whole lines, and between them what no expression takes for blank.
JOINT = b"\n\0\n"


def touched(pattern: Pattern[bytes], pieces: Sequence[bytes], *, timeout: float) -> list[int]:
    """The places, ascending, of all those of ``pieces`` in which ``pattern`` matches, and perhaps of others.

    ``pattern`` must be one that joins (see ``derive``). Raises TimeoutError after ``timeout`` seconds.
    """
    text = JOINT.join(pieces)
    starts = list(accumulate((len(piece) + len(JOINT) for piece in pieces), initial=0))
    places: list[int] = []
    at, size = 0, len(text)
    while at <= size:
        found = pattern.search(text, at, timeout=timeout)
        if found is None:
            break
        first = bisect_right(starts, found.start()) - 1
        # A match that runs on may have taken what another piece needs for its own: all are to be asked again.
        last = max(first, bisect_right(starts, found.end() - 1) - 1)
        places += range(first, last + 1)
        at = starts[last + 1]
    return places
