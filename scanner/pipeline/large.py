"""One large file, in portions: memory stays flat whatever its size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from scanner.engine.encoding import to_text
from scanner.model.result import Skipped
from scanner.model.text import Text
from scanner.pipeline.barren import Barren
from scanner.pipeline.context import OVERTIME
from scanner.pipeline.findings import Placed, placed_among
from scanner.pipeline.neighbours import Neighbours
from scanner.pipeline.options import LARGEST_TEXT
from scanner.pipeline.rooms import scan_in_rooms
from scanner.sources.magic import kind_of_archive
from scanner.sources.portions import LARGEST, portions

if TYPE_CHECKING:
    from scanner.pipeline.context import Context
    from scanner.pipeline.text import TextScanner


_HEAD = 65536


class LargeFile(NamedTuple):
    """What one large file gave."""

    found: list[Placed]
    skipped: list[Skipped]
    bytes: int


def scan_large(name: str, shown: str, scanner: TextScanner, context: Context) -> LargeFile | None:
    """The file ``name``, reported as ``shown``; None for one that has to be read whole: packed, or recoded.

    Where the user set no limit of their own, such a file may be larger than those read whole.
    """
    limit = context.options.max_size
    given = portions(name, LARGEST if limit == LARGEST_TEXT else limit)
    found: list[Placed] = []
    skipped: list[Skipped] = []
    size = 0
    kind = None
    neighbours = Neighbours(scanner)
    barren = Barren(scanner.engine, show_dropped=context.options.show_dropped)
    for portion in given:
        if isinstance(portion, Skipped):
            skipped.append(portion)
            break
        if context.late():
            skipped.append(Skipped(shown, OVERTIME))
            break
        if kind is None:
            head = portion.data[:_HEAD]
            text = to_text(head, shown)
            mark = len(head) - len(text.data)
            if kind_of_archive(portion.data) or mark not in (0, 3):
                return None
            kind = text.kind
            portion = portion._replace(first=mark)
        size += portion.end - portion.first
        text = Text(portion.data, shown, kind)
        matches = scan_in_rooms(scanner, text._replace(path=context.inside(shown)), barren)
        own = [match for match in matches if portion.first <= match.span.start < portion.end]
        if own:
            among = neighbours.among(text, matches)
            made = placed_among(text, own, among, context=context, rules=scanner.engine.rules)
            found += (_lower(one, portion.line) for one in made)
    return LargeFile(found, skipped, size)


def _lower(one: Placed, lines: int) -> Placed:
    """``one`` as many lines further down."""
    if not lines:
        return one
    position = one.finding.position
    moved = position._replace(line=position.line + lines, end_line=position.end_line + lines)
    places = tuple(replace(place, line=place.line + lines) for place in one.finding.occurrences)
    sighting = one.sighting
    if sighting is not None:
        sighting = sighting._replace(place=replace(sighting.place, line=moved.line))
    return Placed(replace(one.finding, position=moved, occurrences=places), sighting)
