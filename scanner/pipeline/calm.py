"""Versions of files in which no structural detector has anything to look for, told from their fresh lines alone.

A detector reads whole documents, version for version, and most of what wakes one holds nothing for it. Where the base
of a version held nothing, and neither do the lines that are new with those around them, nothing needs to be read.
"""

from __future__ import annotations

from collections.abc import Sequence

from scanner.engine.prefilter import Hit
from scanner.history.delta import Version, line_spans
from scanner.model.match import TellsByLines
from scanner.pipeline.text import TextScanner

# What a detector may look at around a line that says something to it: so many lines, and bytes, either side.
_LINES, _REACH = 3, 600
_STIRRED = -1


class Calm:
    """Knows of each version which detectors its text wakes, as a bit set in ``Version.wakes``; -1 where one of them
    may find something."""

    def __init__(self, scanner: TextScanner) -> None:
        self._scanner = scanner
        self._first, self._end = scanner.engine.first_trigger, scanner.engine.first_gate
        self._bits = [1 << place for _, place in scanner.engine.triggers.literals]
        self._woken: dict[int, tuple[TellsByLines | None, ...]] = {}

    def note(self, version: Version, hits: Sequence[Hit]) -> None:
        """Set ``version.wakes``; ``hits`` are those in its fresh text, its base was noted before."""
        base = version.base
        known = base.wakes if base is not None else 0
        if known == _STIRRED:
            version.wakes = _STIRRED
            return
        wakes = known
        for entry, _ in hits:
            if self._first <= entry < self._end:
                wakes |= self._bits[entry - self._first]
        if wakes and (wakes != known or version.fresh is None or version.fresh):
            # A detector that did not wake before has not been asked about the lines that the base had.
            fresh = version.fresh if wakes == known else None
            if self._stirs(wakes, _around(version.data, fresh), version):
                wakes = _STIRRED
        version.wakes = wakes

    def _stirs(self, wakes: int, lines: bytes, version: Version) -> bool:
        base = version.base.data if version.base is not None else None
        for detector in self._detectors(wakes):
            if detector is None or detector.stirs(lines, version.data, base):
                return True
        return False

    def _detectors(self, wakes: int) -> tuple[TellsByLines | None, ...]:
        """Those of a bit set, None for each that cannot tell by lines."""
        known = self._woken.get(wakes)
        if known is None:
            woken = [self._scanner.detector(place) for place in range(wakes.bit_length()) if wakes >> place & 1]
            known = self._woken[wakes] = tuple(one if isinstance(one, TellsByLines) else None for one in woken)
        return known


def _around(data: bytes, fresh: list[int] | None) -> bytes:
    """The fresh lines with those around them; all where nothing is inherited."""
    if fresh is None:
        return data
    spans = line_spans(data, fresh, _LINES, _REACH)
    return b"\n\0\n".join(data[start:end] for start, end in zip(spans[::2], spans[1::2], strict=True))
