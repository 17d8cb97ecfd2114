"""The first pass: every expression and trigger in one Hyperscan database, over large buffers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import hyperscan

from scanner.model.errors import ConfigError
from scanner.ruleset.compiled import Expression


class Hit(NamedTuple):
    """Entry ``entry`` of the database matched and ended before byte ``end``."""

    entry: int
    end: int


class Prefilter:
    """A compiled database: entries are the expressions, then the literal triggers, then the gates, as given."""

    def __init__(self, database: hyperscan.Database) -> None:
        self._database = database

    @classmethod
    def compile(
        cls, expressions: Sequence[Expression], triggers: Sequence[bytes], gates: Sequence[str] = ()
    ) -> Prefilter:
        """Compile from source (about half a second for some hundred). ConfigError for what cannot be.

        ``gates`` are expressions whose hits are only places, like those of ``triggers``.
        """
        sources = [(expression.source.encode(), _flags(expression)) for expression in expressions]
        for trigger in triggers:
            escaped = b"".join(b"\\x%02x" % byte for byte in trigger)
            sources.append((escaped, hyperscan.HS_FLAG_CASELESS))
        sources += [(gate.encode(), 0) for gate in gates]
        try:
            return cls(_database(sources))
        except hyperscan.error:
            pass
        # Something is beyond Hyperscan: those entries, and only those, may match too much.
        tolerant = [(source, flags if _fits(source, flags) else flags | _OVER) for source, flags in sources]
        try:
            return cls(_database(tolerant))
        except hyperscan.error as error:
            raise ConfigError(f"the rules' expressions do not compile together: {error}") from None

    @classmethod
    def load(cls, serialised: bytes) -> Prefilter:
        """From ``dump``; raises hyperscan.error for bytes that are damaged or of another machine."""
        database = hyperscan.loadb(serialised, hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
        return cls(database)

    def dump(self) -> bytes:
        """The serialised database."""
        return bytes(hyperscan.dumpb(self._database))

    def hits(self, data: bytes) -> list[Hit]:
        """Every hit in ``data``, in the order of their ends."""
        found: list[Hit] = []
        start = done = 0
        for end in _ends(data):
            hits = self._in_one(data[start:end])
            found += [Hit(entry, at + start) for entry, at in hits if at + start > done] if done else hits
            start, done = end - _OVERLAP, end
        return found

    def _in_one(self, data: bytes) -> list[Hit]:
        found: list[Hit] = []
        # There may be one in every byte: made as a named tuple makes itself, without the call.
        append, new = found.append, tuple.__new__
        self._database.scan(data, match_event_handler=lambda index, _, end, __, ___: append(new(Hit, (index, end))))
        return found


# Expressions like "a name, anything on its line, a value" stay awake to the end of the line. Where that is far, what
# is awake takes several times as long as the search: longer lines are searched in pieces, which overlap.
_LONGEST_LINE, _PIECE, _OVERLAP = 16384, 8192, 1024


def _ends(data: bytes) -> Iterator[int]:
    """Where the pieces end in which ``data`` is searched; each begins ``_OVERLAP`` bytes before the last one's end."""
    at = 0
    while len(data) - at > _LONGEST_LINE:
        line_break = data.rfind(b"\n", at, at + _LONGEST_LINE)
        if line_break >= 0:
            at = line_break + 1
        else:
            yield at + _PIECE
            at += _PIECE - _OVERLAP
    if data:
        yield len(data)


_OVER = hyperscan.HS_FLAG_PREFILTER


def _flags(expression: Expression) -> int:
    return int(hyperscan.HS_FLAG_CASELESS) if expression.caseless else 0


def _database(sources: Sequence[tuple[bytes, int]]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[source for source, _ in sources],
        ids=list(range(len(sources))),
        elements=len(sources),
        flags=[flags for _, flags in sources],
    )
    return database


def _fits(source: bytes, flags: int) -> bool:
    try:
        _database([(source, flags)])
    except hyperscan.error:
        return False
    return True
