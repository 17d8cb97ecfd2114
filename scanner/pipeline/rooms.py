"""A very long text: what reads structure gets the parts around what wakes it, never megabytes that hold nothing.

Rules look around their hits anyway. A detector reads all it is given, and one word somewhere in a log is enough to
wake it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from scanner.engine.overlap import resolve
from scanner.engine.prefilter import Hit
from scanner.engine.windows import merged
from scanner.model.span import Span
from scanner.model.text import Text
from scanner.pipeline.barren import Asked
from scanner.pipeline.text import Dropped

if TYPE_CHECKING:
    from scanner.model.match import Match
    from scanner.pipeline.barren import Barren
    from scanner.pipeline.text import TextScanner

# Bytes either side of a trigger that are read as structure: a manifest of more is a rarity in itself.
ROOM = 128 * 1024
# Hits so near the edge of a room may need to see beyond it: they are looked at in the whole text.
_MARGIN = 16 * 1024
# A document of YAML, or of JSON with one on each line, begins here.
_SEPARATOR = re.compile(rb"\n(?:---|\{)")


def scan_in_rooms(scanner: TextScanner, text: Text, barren: Barren, wanted: bytes) -> list[Match]:
    """Every match of ``text``, one a place, in order. ``barren`` knows lines of earlier parts of the same file, and
    only ``wanted`` entries of the prefilter matter in it (see ``NameClass``).
    """
    engine = scanner.engine
    (fertile,) = barren.fertile([Asked(text, 0, [hit for hit in engine.prefilter(text.data) if wanted[hit.entry]])])
    hits = sorted(fertile, key=attrgetter("end"))
    rooms = _rooms(text.data, [hit.end for hit in hits if engine.first_trigger <= hit.entry < engine.first_gate])
    if not rooms:
        return scanner.examine(text, hits, dropped=Dropped.NEVER)
    outside: list[Hit] = []
    inside: list[list[Hit]] = [[] for _ in rooms]
    place = 0
    for hit in hits:
        while place < len(rooms) and hit.end > rooms[place].end:
            place += 1
        room = rooms[place] if place < len(rooms) else None
        is_trigger = engine.first_trigger <= hit.entry < engine.first_gate
        if room is None or not (is_trigger or _well_within(hit, room, len(text.data))):
            outside.append(hit)
        else:
            inside[place].append(Hit(hit.entry, hit.end - room.start))
    found = scanner.examine(text, outside, dropped=Dropped.NEVER)
    for room, own in zip(rooms, inside, strict=True):
        part = text._replace(data=text.data[room.start : room.end])
        triggers = [hit.end for hit in own if engine.first_trigger <= hit.entry < engine.first_gate]
        scanner.overruns += not text.scattered and _is_cut(part.data, room, triggers, len(text.data))
        found += (match.moved(room.start) for match in scanner.examine(part, own, dropped=Dropped.NEVER))
    return resolve(found)


def _rooms(data: bytes, triggers: Sequence[int]) -> list[Span]:
    """The parts of ``data`` around the triggers' ends, cut between lines where those are not endless."""
    return merged(
        Span(_line_at(data, max(0, end - ROOM)), _line_at(data, min(len(data), end + ROOM), stay=len(data)))
        for end in triggers
    )


def _is_cut(part: bytes, room: Span, triggers: Sequence[int], size: int) -> bool:
    """True when one of the manifests that are told at ``triggers`` goes on beyond the room: between its sign and the
    edge no other document begins. Where the text ends sooner than a room would, what follows has rooms of its own.
    """
    from scanner.kubernetes.interest import worth

    before = room.start > 0 and not _SEPARATOR.search(part, 0, triggers[0])
    after = room.end < size and not _SEPARATOR.search(part, triggers[-1])
    return (before or after) and worth(part)


def _line_at(data: bytes, at: int, stay: int = 0) -> int:
    start = -1 if at == stay else data.rfind(b"\n", max(0, at - _MARGIN), at)
    return start + 1 if start >= 0 else at


def _well_within(hit: Hit, room: Span, size: int) -> bool:
    before = hit.end - room.start >= _MARGIN or room.start == 0
    return hit.end > room.start and before and (room.end - hit.end >= _MARGIN or room.end == size)
