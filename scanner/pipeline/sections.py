"""Reading long texts section by section: documents and entries of lists, each by itself.

Branches bring the same ones again and again, beside others. What held nothing once is not read again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Hashable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from scanner.engine.prefilter import Hit
from scanner.model.match import Match
from scanner.model.span import Span
from scanner.model.text import Text
from scanner.pipeline.empty import Empty
from scanner.pipeline.text import Dropped, TextScanner

_end = attrgetter("end")


class Section(NamedTuple):
    """Where in a text something is read by itself, and all that what is found there depends on; None for a text that
    is read whole."""

    span: Span
    told_by: Hashable


class Sections:
    """Reads the sections of texts; ``empty`` is told of those that hold nothing."""

    def __init__(self, scanner: TextScanner, empty: Empty) -> None:
        self._scanner = scanner
        self._empty = empty

    def unknown(self, text: Text, number: int, spans: Sequence[Span], awake: frozenset[int]) -> list[Section]:
        """Those of ``spans`` that are not known to hold nothing. ``number`` is the class of the text's name; ``awake``
        are the detectors that something anywhere in it has woken.
        """
        every = (
            Section(span, (number, awake, text.kind, text.scattered, text.data[span.start : span.end]))
            for span in spans
        )
        return [section for section in every if section.told_by not in self._empty]

    def matches(
        self, text: Text, sections: Sequence[Section], hits: Sequence[Hit], awake: frozenset[int]
    ) -> Iterator[Match]:
        """What is found in ``sections``; ``hits`` are those in all of the text, in order."""
        for span, told_by in sections:
            # By a version of the same batch it may be known now.
            if told_by in self._empty:
                continue
            given_up = self._scanner.given_up
            found = self._within(text, span, hits, awake)
            yield from found
            if not found and self._scanner.given_up == given_up:
                self._empty.update([told_by])

    def in_schemas(self, text: Text, schemas: Sequence[Span], hits: Sequence[Hit]) -> Iterator[Match]:
        """What rules find in ``schemas``. They are told by what wakes detectors at their beginning, and nothing around
        them makes them more than that; detectors find nothing in one.
        """
        engine = self._scanner.engine
        for span in schemas:
            inside = _inside(hits, span)
            if not all(engine.first_trigger <= entry < engine.first_gate for entry, _ in inside):
                yield from self._within(text, span, hits, ())

    def _within(self, text: Text, span: Span, hits: Sequence[Hit], awake: Collection[int]) -> list[Match]:
        """The matches in ``span``, read by itself."""
        inside = [Hit(entry, at - span.start) for entry, at in _inside(hits, span)]
        if not inside and not awake:
            return []
        part = text._replace(data=text.data[span.start : span.end])
        found = self._scanner.examine(part, inside, dropped=Dropped.NEVER, awake=awake)
        return [match.moved(span.start) for match in found]


def _inside(hits: Sequence[Hit], span: Span) -> Sequence[Hit]:
    return hits[bisect_right(hits, span.start, key=_end) : bisect_right(hits, span.end, key=_end)]
