"""Large files, in portions that several processes share: memory stays flat whatever a file's size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from scanner.engine.encoding import to_text
from scanner.kubernetes.outline import structured
from scanner.model.filekind import FileKind
from scanner.model.result import Skipped
from scanner.model.text import Text
from scanner.pipeline.barren import Barren
from scanner.pipeline.classes import NameClasses
from scanner.pipeline.context import OVERTIME
from scanner.pipeline.findings import Placed, placed_among
from scanner.pipeline.missed import missed
from scanner.pipeline.neighbours import Neighbours
from scanner.pipeline.options import LARGEST_TEXT
from scanner.pipeline.rooms import scan_in_rooms
from scanner.sources.magic import kind_of_archive
from scanner.sources.portions import LARGEST, OVERLAP, Portions, cut, read

if TYPE_CHECKING:
    from scanner.pipeline.context import Context
    from scanner.pipeline.text import TextScanner


class LargeFile(NamedTuple):
    """A large file, reported as ``shown``; its text begins after a ``mark`` of so many bytes.

    Crosses processes, so nothing of its content is in it.

    ``scattered`` is what it says of each of its parts (see ``Text``).
    """

    shown: str
    kind: FileKind
    scattered: bool
    mark: int
    cut: Portions


class LargePart(NamedTuple):
    """What one portion gave; lines in ``found`` are counted from the portion's first.

    ``lines`` is how many end in the portion itself, ``before`` in what was read before it.
    """

    found: list[Placed]
    skipped: list[Skipped]
    lines: int
    before: int
    bytes: int


def large_file(name: str, shown: str, context: Context) -> LargeFile | Skipped | None:
    """The file ``name`` cut up; None for one that has to be read whole: packed, or recoded.

    Where the user set no limit of their own, such a file may be larger than those read whole.
    """
    limit = context.options.max_size
    made = cut(name, LARGEST if limit == LARGEST_TEXT else limit)
    if isinstance(made, Skipped):
        return made
    portions, head, tail = made
    text = to_text(head, shown)
    mark = len(head) - len(text.data)
    if kind_of_archive(head + tail) or mark not in (0, 3):
        return None
    return LargeFile(shown, text.kind, not structured(text.data), mark, portions)


class LargeScanner:
    """Scans portions of large files. One a process."""

    def __init__(self, scanner: TextScanner, context: Context) -> None:
        self._scanner = scanner
        self._context = context
        self._neighbours = Neighbours(scanner)
        self._barren = Barren(scanner.engine, show_dropped=context.options.show_dropped)
        self._classes = NameClasses(scanner)

    def portion(self, file: LargeFile, number: int) -> LargePart:
        """Scan portion ``number`` of ``file``."""
        try:
            got = read(file.cut, number)
        except MemoryError as error:
            got = missed(file.shown, error)
        if isinstance(got, Skipped):
            return LargePart([], [got], 0, 0, 0)
        data, first, end, short = got
        skipped = []
        if short:
            skipped.append(Skipped(file.shown, "became shorter while it was read: its end was not scanned"))
        lines, before = data.count(b"\n", first, end), data.count(b"\n", 0, first)
        if self._context.late():
            return LargePart([], [Skipped(file.shown, OVERTIME)], lines, before, 0)
        try:
            found = self._found(file, data, max(first, file.mark) if number == 0 else first, end)
        except Exception as error:
            found = []
            skipped.append(missed(file.shown, error))
        return LargePart(found, [*skipped, *self._scanner.skipped()], lines, before, end - first)

    def _found(self, file: LargeFile, data: bytes, first: int, end: int) -> list[Placed]:
        text = Text(data, file.shown, file.kind, file.scattered)
        inside = text._replace(path=self._context.inside(file.shown))
        wanted = self._classes.entries_at(inside.path, inside.kind)
        matches = scan_in_rooms(self._scanner, inside, self._barren, wanted)
        # What is encoded goes by the whole run that it is in, of which the portion before may not have seen the end.
        own = [
            match
            for match in matches
            if first <= match.span.start < end or match.span.start < first < match.span.end - OVERLAP
        ]
        if not own:
            return []
        among = self._neighbours.among(text, matches)
        return placed_among(text, own, among, context=self._context, rules=self._scanner.engine.rules)


def in_file(parts: Sequence[LargePart]) -> Iterator[Placed]:
    """What the parts of one file found, where it stands in the file."""
    line = 0
    for part in parts:
        yield from (_lower(one, line - part.before) for one in part.found)
        line += part.lines


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
