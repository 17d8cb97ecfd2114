"""Reading long texts section by section: documents and entries of lists, each by itself.

Branches bring the same ones again and again, beside others. One that was read is not read again: of what held nothing
a hash is kept, of the others for a while what was found.
"""

from __future__ import annotations

import sys
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
# Bytes of the sections whose matches are remembered, and of these about; then it starts anew.
_MOST, _A_MATCH = 16 * 1024 * 1024, 1024

Matches = tuple[Match, ...]


class Section(NamedTuple):
    """Where in a text something is read by itself, and all that what is found there depends on; None for a text that
    is read whole. ``found``, within it, where that is known."""

    span: Span
    told_by: Hashable
    found: Matches | None = None


class Sections:
    """Reads the sections of texts; ``empty`` is told of those that hold nothing."""

    def __init__(self, scanner: TextScanner, empty: Empty) -> None:
        self._scanner = scanner
        self._empty = empty
        # By hashes, which nobody can foresee, as ``empty`` does. What was found is held by this process alone.
        self._found: dict[int, Matches] = {}
        self._size = 0

    def fruitful(self, text: Text, number: int, spans: Sequence[Span], awake: frozenset[int]) -> list[Section]:
        """Those of ``spans`` that are not known to hold nothing. ``number`` is the class of the text's name; ``awake``
        are the detectors that something anywhere in it has woken.
        """
        found: list[Section] = []
        for span in spans:
            told_by = (number, awake, text.kind, text.scattered, text.data[span.start : span.end])
            if told_by not in self._empty:
                found.append(Section(span, told_by, self._found.get(hash(told_by))))
        return found

    def matches(
        self, text: Text, sections: Sequence[Section], hits: Sequence[Hit], awake: frozenset[int]
    ) -> Iterator[Match]:
        """What is found in ``sections``; ``hits`` are those in all of the text, in order."""
        for section in sections:
            # By a version of the same batch it may be known now.
            if section.told_by in self._empty:
                continue
            found = section.found if section.found is not None else self._found.get(hash(section.told_by))
            if found is None:
                given_up = self._scanner.given_up
                found = self._within(text, section.span, hits, awake)
                if self._scanner.given_up == given_up:
                    self._remember(section, found)
            for match in found:
                yield match.moved(section.span.start)

    def _remember(self, section: Section, found: Matches) -> None:
        if not found:
            self._empty.update([section.told_by])
        elif sys.flags.hash_randomization:
            if self._size > _MOST:
                self._found.clear()
                self._size = 0
            self._found[hash(section.told_by)] = found
            self._size += section.span.end - section.span.start + _A_MATCH * len(found)

    def in_schemas(self, text: Text, schemas: Sequence[Span], hits: Sequence[Hit]) -> Iterator[Match]:
        """What rules find in ``schemas``. They are told by what wakes detectors at their beginning, and nothing around
        them makes them more than that; detectors find nothing in one.
        """
        engine = self._scanner.engine
        for span in schemas:
            inside = _inside(hits, span)
            if not all(engine.first_trigger <= entry < engine.first_gate for entry, _ in inside):
                yield from (match.moved(span.start) for match in self._within(text, span, hits, ()))

    def _within(self, text: Text, span: Span, hits: Sequence[Hit], awake: Collection[int]) -> Matches:
        """The matches in ``span``, read by itself: at their places there."""
        inside = [Hit(entry, at - span.start) for entry, at in _inside(hits, span)]
        if not inside and not awake:
            return ()
        part = text._replace(data=text.data[span.start : span.end])
        return tuple(self._scanner.examine(part, inside, dropped=Dropped.NEVER, awake=awake))


def _inside(hits: Sequence[Hit], span: Span) -> Sequence[Hit]:
    return hits[bisect_right(hits, span.start, key=_end) : bisect_right(hits, span.end, key=_end)]
