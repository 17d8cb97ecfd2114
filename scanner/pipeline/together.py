"""Many small texts scanned together, as an image's layer brings them: most hold nothing, and many come twice.

The prefilter reads them in one pass. Hits of rules that are for files of other names or kinds are put aside before
anything is asked about them, and a text that held nothing is not read again where it comes once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from scanner.engine.standing import standing
from scanner.pipeline.classes import NameClasses
from scanner.pipeline.empty import Empty
from scanner.pipeline.missed import missed
from scanner.pipeline.text import Dropped

if TYPE_CHECKING:
    from scanner.engine.prefilter import Hit
    from scanner.model.filekind import FileKind
    from scanner.model.match import Match
    from scanner.model.result import Skipped
    from scanner.model.text import Text
    from scanner.pipeline.text import TextScanner

# Bytes of texts that wait to be scanned together, and so many texts.
_BYTES, _TEXTS = 1024 * 1024, 512


class Held(NamedTuple):
    """A text with what was found in it."""

    text: Text
    matches: list[Match]


class _Waiting(NamedTuple):
    """A text to be scanned. One that is ``plain`` means to rules and detectors what any other of its kind does."""

    text: Text
    plain: bool


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
        # The content and kind of texts that held nothing, whatever their names.
        self._empty = Empty()

    def add(self, text: Text) -> None:
        """Scan ``text`` soon."""
        plain = self._sorts_out and self._classes.is_plain(text.path)
        if plain and (text.data, text.kind) in self._empty:
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
        except Exception as together:
            # One text must not stop the others. What ends all is raised again.
            missed("", together)
            for one in waiting:
                try:
                    self._held += self._scanned([one])
                except Exception as error:
                    self._skipped.append(missed(one.text.path, error))

    def take(self) -> tuple[list[Held], list[Skipped]]:
        """What was found, and what could not be scanned, since the last time."""
        taken = self._held, self._skipped
        self._held, self._skipped = [], []
        return taken

    def _scanned(self, waiting: Sequence[_Waiting]) -> list[Held]:
        held: list[Held] = []
        empty: list[tuple[bytes, FileKind]] = []
        given_up = self._scanner.given_up
        each = self._hits(waiting)
        for (text, plain), hits, fertile in zip(waiting, each, self._fertile(waiting, each), strict=True):
            matches = (
                self._scanner.examine(text, fertile, dropped=Dropped.BESIDE, every=hits) if fertile or not plain else []
            )
            if matches:
                held.append(Held(text, matches))
            elif plain:
                empty.append((text.data, text.kind))
        # Where something was not looked at, nothing is known; and whoever looks next is to say so again.
        if self._scanner.given_up == given_up:
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
