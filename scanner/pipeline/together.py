"""Many small texts scanned together, as an image's layer brings them: most hold nothing, and many come twice.

The prefilter reads them in one pass. Hits of rules that are for files of other names or kinds are put aside before
anything is asked about them, and a text that held nothing is not read again where it comes once more.
"""

from __future__ import annotations

import mmap
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from scanner.engine.standing import standing
from scanner.model.result import Skipped
from scanner.pipeline.classes import NameClasses
from scanner.pipeline.text import Dropped

if TYPE_CHECKING:
    from scanner.engine.prefilter import Hit
    from scanner.model.match import Match
    from scanner.model.text import Text
    from scanner.pipeline.text import TextScanner

# Bytes of texts that wait to be scanned together, and so many texts.
_BYTES, _TEXTS = 1024 * 1024, 512
# Places for hashes of texts that held nothing: four megabytes. A later one may take the place of another.
_PLACES = 1 << 19


class Held(NamedTuple):
    """A text with what was found in it."""

    text: Text
    matches: list[Match]


class _Waiting(NamedTuple):
    """A text to be scanned. One that is ``plain`` means to rules and detectors what any other of its kind does."""

    text: Text
    plain: bool


class Empty:
    """Hashes of content and kind of the texts in which there was nothing, for all processes forked after it was made.

    Nobody waits for another: a place is one word of memory, and what another process lost is read once more.
    """

    __slots__ = ("_places",)

    def __init__(self) -> None:
        self._places = memoryview(mmap.mmap(-1, 8 * _PLACES)).cast("Q")

    def __contains__(self, text: Text) -> bool:
        key = _key(text)
        return key != 0 and self._places[key % _PLACES] == key

    def update(self, texts: Iterable[Text]) -> None:
        """Know that there was nothing in these."""
        for text in texts:
            key = _key(text)
            self._places[key % _PLACES] = key


def _key(text: Text) -> int:
    return hash((text.data, text.kind)) & 0xFFFF_FFFF_FFFF_FFFF


class Together:
    """Scans the texts of one process: those that are added, soon, and all of them once ``finish`` was called.

    Matches are those of ``TextScanner.scan`` with ``Dropped.BESIDE``, texts in the order in which they were added.
    """

    def __init__(self, scanner: TextScanner, *, show_dropped: bool = False) -> None:
        self._scanner = scanner
        # Only where every dropped match is shown does a text that holds nothing have something to say.
        self._sorts_out = not show_dropped
        self._classes = NameClasses(scanner)
        self._waiting: list[_Waiting] = []
        self._size = 0
        self._held: list[Held] = []
        self._skipped: list[Skipped] = []
        # With a fixed seed, hashes could be foreseen, and a secret hidden behind the hash of something harmless.
        self._empty = Empty() if self._sorts_out and sys.flags.hash_randomization else None

    def add(self, text: Text) -> None:
        """Scan ``text`` soon."""
        plain = self._sorts_out and self._classes.is_plain(text.path)
        if plain and self._empty is not None and text in self._empty:
            return
        self._waiting.append(_Waiting(text, plain))
        self._size += len(text.data)
        if self._size >= _BYTES or len(self._waiting) >= _TEXTS:
            self.finish()

    def finish(self) -> None:
        """Scan all that waits."""
        waiting, self._waiting, self._size = self._waiting, [], 0
        try:
            self._held += self._scanned(waiting)
        except MemoryError:
            # One text must not stop the others.
            for one in waiting:
                try:
                    self._held += self._scanned([one])
                except MemoryError:
                    self._skipped.append(Skipped(one.text.path, "needs more memory than there is"))

    def take(self) -> tuple[list[Held], list[Skipped]]:
        """What was found, and what could not be scanned, since the last time."""
        taken = self._held, self._skipped
        self._held, self._skipped = [], []
        return taken

    def _scanned(self, waiting: Sequence[_Waiting]) -> list[Held]:
        held: list[Held] = []
        empty: list[Text] = []
        given_up = self._given_up()
        each = self._hits(waiting)
        for (text, plain), hits, fertile in zip(waiting, each, self._fertile(waiting, each), strict=True):
            matches = (
                self._scanner.examine(text, fertile, dropped=Dropped.BESIDE, every=hits) if fertile or not plain else []
            )
            if matches:
                held.append(Held(text, matches))
            elif plain:
                empty.append(text)
        # Where something was not looked at, nothing is known; and whoever looks next is to say so again.
        if self._empty is not None and self._given_up() == given_up:
            self._empty.update(empty)
        return held

    def _hits(self, waiting: Sequence[_Waiting]) -> list[list[Hit]]:
        """The hits in each that may matter in a file of its name."""
        each = self._scanner.engine.prefilter_each([one.text.data for one in waiting])
        for place, (text, plain) in enumerate(waiting):
            if plain and each[place]:
                wanted = self._classes.entries(text.kind)
                each[place] = [hit for hit in each[place] if wanted[hit.entry]]
        return each

    def _fertile(self, waiting: Sequence[_Waiting], each: Sequence[list[Hit]]) -> list[list[Hit]]:
        """Those of the hits that may lead to something that stands."""
        if not self._sorts_out:
            return list(each)
        return standing(self._scanner.engine, [one.text for one in waiting], each)

    def _given_up(self) -> int:
        """How many searches were given up so far: one that is not finished has found nothing for another reason."""
        return self._scanner.engine.timeouts() + self._scanner.overruns
