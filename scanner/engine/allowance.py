"""How long the hits of one rule may be followed in a text, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from time import thread_time
from typing import TYPE_CHECKING

from scanner.engine import limited
from scanner.engine.sieve import is_kept

if TYPE_CHECKING:
    from regex import Match as Found
    from regex import Pattern

# Processor seconds that following hits may take, for each byte that is searched, until it is asked what comes of it.
_A_BYTE = 30e-9
# What the matches themselves take is learned from so many of them; to try one from behind takes so much more, and
# matches of so much each are better given up.
_SAMPLE, _A_TRY, _ENDLESS = 8, 0.5e-6, 1e-4
# What a byte takes to be asked from behind whether a match may begin there, where that was not measured.
_PACE = 30e-9
# What each match adds to the time after which a search is given up.
_FOR_A_MATCH = 1e-4
# What one rule may take beyond that in all texts of a process, before its expression is compiled backwards: that takes
# as long.
_PATIENCE = 0.2
# The least part of it that is left to a rule which used it up in the texts before, and could go another way.
_LEAST = 1 / 16
# What trying only places where a match may begin may take for each byte and match, if there is yet another way.
_A_BYTE_TRIED, _A_MATCH_TRIED = 50e-9, 12e-6


class Patience:
    """How long one rule may still be slow before something is done about it: one for all texts of a process.

    ``pace`` is the seconds that a byte takes to be asked from behind.
    """

    __slots__ = ("_lost", "_share", "left", "pace")

    def __init__(self) -> None:
        self.left = _PATIENCE
        self.pace = _PACE
        self._share = 1.0
        self._lost = False

    def begin(self) -> float:
        """The part of what a text allows that is tried this time: less where that led to nothing the last time."""
        self._share = max(_LEAST, self._share / 2) if self._lost else min(1.0, self._share * 2)
        self._lost = False
        return self._share

    def lose(self) -> None:
        """Say that there was not enough time, and that there is another way."""
        self._lost = True


class Allowance:
    """Processor seconds for one rule in one text of ``size`` bytes that are searched.

    ``timeout`` is what one search may take.
    """

    __slots__ = (
        "_allowed",
        "_count",
        "_left",
        "_pattern",
        "_read",
        "_sample",
        "_timeout",
        "_took",
        "_tries",
        "patience",
    )

    def __init__(self, pattern: Pattern[bytes], size: int, patience: Patience, timeout: float) -> None:
        self.patience = patience
        self._pattern, self._timeout = pattern, timeout
        self._allowed, self._tries = _A_BYTE * size * patience.begin(), _A_BYTE_TRIED * size
        self._left = self._allowed
        # What following hits took since it was last asked what comes of it: seconds, bytes, matches and some of them.
        self._took, self._read, self._count = 0.0, 0, 0
        self._sample: list[Found[bytes]] = []

    @property
    def spare(self) -> float:
        """What is left."""
        # Patience is for what compiling takes, and there may be nothing to compile.
        return self._left + (0.0 if is_kept(self._pattern.pattern) else max(0.0, self.patience.left))

    def spend(self, seconds: float) -> None:
        """Take that from what is left."""
        self._left -= seconds
        if self._left < 0:
            self.patience.left += self._left
            self._left = 0.0

    def note(self, seconds: float, read: int, some: Sequence[Found[bytes]]) -> None:
        """Note that following hits took so long for so many bytes, and led to ``some`` matches."""
        self.spend(seconds)
        self._took += seconds
        self._read += read
        self._count += len(some)
        if some:
            self._sample = list(some[-_SAMPLE:])

    def goes_on(self) -> bool:
        """True while there is time left to follow hits; there is more when most of it went into what matched.

        All that another way saves is what was tried for nothing, and it begins with reading everything backwards.
        """
        if self.spare > 0:
            return True
        took, read, count, sample = self._took, self._read, self._count, self._sample
        self._took, self._read, self._count, self._sample = 0.0, 0, 0, []
        if not sample:
            return False
        started = thread_time()
        for found in sample:
            limited.match(self._pattern, found.string, found.start(), found.endpos, seconds=self._timeout)
        each = (thread_time() - started) / len(sample)
        if each > _ENDLESS or took - count * (each + _A_TRY) > self.patience.pace * read:
            return False
        self._left = self._allowed
        return True

    def try_on(self, seconds: float, matches: int) -> bool:
        """True unless trying places one by one, of which this many matched, takes longer than another way would."""
        self._tries -= seconds - _A_MATCH_TRIED * matches
        return self._tries >= 0


def beyond(seconds: float, matches: int) -> float:
    """What counts of ``seconds`` towards giving up a search that led to so many matches."""
    return seconds - _FOR_A_MATCH * matches
