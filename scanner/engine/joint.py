"""Many short pieces of text searched as one: a search costs microseconds to begin, whatever its length."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from time import thread_time
from typing import TYPE_CHECKING, NamedTuple

from scanner.engine import limited

if TYPE_CHECKING:
    from regex import Match as Found
    from regex import Pattern

# Line breaks, because pieces are whole lines, and between them what no expression takes for blank.
JOINT = b"\n\0\n"
# Attempts between two looks at the clock, which takes as long as a short one.
_TRIES = 16


class Touched(NamedTuple):
    """Places, ascending, of pieces in which an expression matches; ``idle`` are those with nothing of worth."""

    places: list[int]
    idle: list[int]


def touched(pattern: Pattern[bytes], pieces: Sequence[bytes], *, timeout: float) -> list[int]:
    """The places, ascending, of those of ``pieces`` in which ``pattern`` matches, and perhaps of others.

    ``pattern`` must be one that joins (see ``derive``). Raises TimeoutError after ``timeout`` seconds of processor
    time.
    """
    return [place for place, _ in _searched(pattern, pieces, timeout=timeout)]


def tried(
    pattern: Pattern[bytes],
    pieces: Sequence[bytes],
    is_idle: Callable[[Found[bytes], int], bool],
    *,
    timeout: float,
) -> Touched:
    """What ``weighed`` says, where it is not known where matches may begin."""
    places: list[int] = []
    idle: list[int] = []
    for place, start in _searched(pattern, pieces, timeout=timeout):
        # Alone, as it will be read: in all of them a match may have run on.
        some: list[Found[bytes]] = []
        limited.matches(pattern, pieces[place], start, len(pieces[place]), seconds=timeout, into=some)
        if some:
            places.append(place)
            if all(is_idle(one, place) for one in some):
                idle.append(place)
    return Touched(places, idle)


def _searched(pattern: Pattern[bytes], pieces: Sequence[bytes], *, timeout: float) -> Iterator[tuple[int, int]]:
    """The places of those of ``pieces`` in which ``pattern`` may match, and from where on in them; as ``touched``."""
    text, starts = _joined(pieces)
    at, size = 0, len(text)
    until = thread_time() + timeout
    tried = 0
    while at <= size:
        tried += 1
        if tried % _TRIES == 0 and thread_time() > until:
            raise TimeoutError
        found = limited.search(pattern, text, at, size, seconds=timeout)
        if found is None:
            break
        first = bisect_right(starts, found.start()) - 1
        # A match that runs on may have taken what another piece needs for its own: all are to be asked again.
        last = max(first, bisect_right(starts, found.end() - 1) - 1)
        yield first, max(0, found.start() - starts[first])
        for place in range(first + 1, last + 1):
            yield place, 0
        at = starts[last + 1]


def weighed(
    pattern: Pattern[bytes],
    pieces: Sequence[bytes],
    begins: Callable[[bytes], Sequence[int]],
    is_idle: Callable[[Found[bytes], int], bool],
    *,
    timeout: float,
) -> Touched:
    """The places of those of ``pieces`` in which ``pattern`` matches, and those of which no match is worth anything.

    ``begins`` says where in a text matches may begin, ascending; ``is_idle`` is asked of a match in the piece at a
    place, until one is worth something. Matches are those of each piece alone. ``pattern`` must be one that joins.
    Raises TimeoutError after ``timeout`` seconds of processor time.
    """
    until = thread_time() + timeout
    text, starts = _joined(pieces)
    places: list[int] = []
    idle: list[int] = []
    after = piece = tried = 0
    for at in begins(text):
        if at < after:
            continue
        tried += 1
        if tried % _TRIES == 0 and thread_time() > until:
            raise TimeoutError
        while at >= starts[piece + 1]:
            piece += 1
        found = limited.match(pattern, text, at, max(at, starts[piece + 1] - len(JOINT)), seconds=timeout)
        if found is None:
            continue
        after = max(found.end(), at + 1)
        known = bool(places) and places[-1] == piece
        if is_idle(found, piece):
            if not known:
                places.append(piece)
                idle.append(piece)
            continue
        if known:
            idle.pop()
        else:
            places.append(piece)
        after = starts[piece + 1]
    return Touched(places, idle)


def _joined(pieces: Sequence[bytes]) -> tuple[bytes, list[int]]:
    """``pieces`` as one text, and where each begins there, and one more would."""
    starts = list(accumulate((len(piece) + len(JOINT) for piece in pieces), initial=0))
    return JOINT.join(pieces), starts
