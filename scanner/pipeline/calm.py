"""Versions of files in which no structural detector has anything to look for, told from their fresh lines alone.

A detector reads whole documents, version for version, and most of what wakes one holds nothing for it. Where the lines
that are new hold nothing, with those around them, and whatever the base held has all it depends on beside it, nothing
needs to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.engine.prefilter import Hit
from scanner.history.linespans import line_spans
from scanner.history.walk import Version
from scanner.model.filekind import FileKind
from scanner.model.literals import Literals
from scanner.model.match import Stir, TellsByLines
from scanner.model.text import Text
from scanner.pipeline.text import TextScanner

# What a detector may look at around a line that says something to it: so many lines, and bytes, either side.
_LINES, _REACH = 3, 600
# Beside the bits of detectors: one of them may find something in this version, or in any that is made from it.
_NOW, _ALWAYS = 1 << 60, 1 << 61
_BESIDE = {Stir.CALM: 0, Stir.ONCE: _NOW, Stir.ALWAYS: _ALWAYS}


class Calm:
    """Knows of each version which detectors its text wakes: a bit set in ``Version.wakes``, beside ``_NOW`` and
    ``_ALWAYS``."""

    def __init__(self, scanner: TextScanner) -> None:
        self._scanner = scanner
        self._first, self._end = scanner.engine.first_trigger, scanner.engine.first_gate
        self._bits = [1 << place for _, place in scanner.engine.triggers.literals]
        self._places = [place for _, place in scanner.engine.triggers.literals]
        self._literals = Literals([literal for literal, _ in scanner.engine.triggers.literals], caseless=True)
        self._woken: dict[int, tuple[TellsByLines | None, ...]] = {}

    def note(self, version: Version, hits: Sequence[Hit], kind: FileKind) -> None:
        """Set ``version.wakes``; ``hits`` are those in its fresh text, its base was noted before. ``kind`` is what its
        names say.
        """
        base = version.base
        known = base.wakes & ~_NOW if base is not None else 0
        wakes = known
        for entry, _ in hits:
            if self._first <= entry < self._end:
                wakes |= self._bits[entry - self._first]
        if wakes and not wakes & _ALWAYS and (wakes != known or version.fresh is None or version.fresh):
            # A detector that did not wake before has not been asked about the lines that the base had.
            fresh = version.fresh if wakes == known else None
            wakes |= _BESIDE[self._stir(wakes, _around(version.data, fresh), version, kind)]
        version.wakes = wakes

    def awake(self, version: Version) -> set[int]:
        """The places of the detectors that what stands anywhere in ``version`` wakes."""
        # What woke them in a base may be gone.
        here = {self._places[number] for number in self._literals.among(version.data)}
        return {place for place in here if version.wakes >> place & 1}

    @staticmethod
    def holds_nothing_new(version: Version) -> bool:
        """True where detectors wake, and find in ``version`` what they found in its base."""
        return 0 < version.wakes < _NOW

    def _stir(self, wakes: int, lines: bytes, version: Version, kind: FileKind) -> Stir:
        text = Text(version.data, kind=kind)
        base = version.base.data if version.base is not None else None
        most = Stir.CALM
        for detector in self._detectors(wakes):
            most = max(most, Stir.ALWAYS if detector is None else detector.stirs(lines, text, base))
            if most == Stir.ALWAYS:
                break
        return most

    def _detectors(self, wakes: int) -> tuple[TellsByLines | None, ...]:
        """Those of a bit set, None for each that cannot tell by lines."""
        known = self._woken.get(wakes)
        if known is None:
            woken = [self._scanner.detector(place) for place in range(wakes.bit_length()) if wakes >> place & 1]
            known = self._woken[wakes] = tuple(one if isinstance(one, TellsByLines) else None for one in woken)
        return known


def _around(data: bytes, fresh: Iterable[int] | None) -> bytes:
    """The fresh lines with those around them; all where nothing is inherited."""
    if fresh is None:
        return data
    spans = line_spans(data, fresh, _LINES, _REACH)
    return b"\n\0\n".join(data[start:end] for start, end in zip(spans[::2], spans[1::2], strict=True))
