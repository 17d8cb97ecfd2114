"""Where matches of one rule may begin, in a time that grows with the text alone: for where its expression is slow."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cache, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING
from zlib import crc32

import hyperscan

from scanner import ruleset
from scanner.engine.home import cache_dir
from scanner.engine.joint import JOINT
from scanner.engine.shelf import Shelf, key_of
from scanner.model.span import Span
from scanner.ruleset.effort import BOUNDLESS

if TYPE_CHECKING:
    from scanner.ruleset.reverse import Reversed

# Bytes of windows, or of pieces that are searched together, after which an expression is compiled from behind, if no
# process did that before: what is won with so many is what compiling takes. A megabyte is searched 0.2 to 0.4 s sooner,
# and compiling takes as long as two to fifteen of them win. Every process pays for it where nothing is kept, as in most
# CI jobs.
WORTH_A_SIEVE = 4 * 1024 * 1024
# Longer expressions take seconds to compile, and fill memory; so do those that grow when they are unrolled, and most of
# them are refused in the end. Any repository may bring some. By whether the form is rough.
_LONGEST = 20_000
_HEAVIEST = {False: 1250, True: 5000}
_KEPT = 64
# What stands for there being none.
_NONE = b"none"
# What must follow within a match may stand at every byte, and Python is told of each place. An attempt seldom takes as
# many steps as it may.
_STEPS_A_BYTE = 8
# The patterns of which this process knows that there is none.
_without: set[bytes] = set()


class _Ends:
    """Some expressions compiled together, each with how many bytes before a match it has read at its end."""

    def __init__(self, database: hyperscan.Database, widths: Sequence[int]) -> None:
        self._database = database
        self._widths = widths
        self.widest = max(widths)

    @classmethod
    def compile(cls, expressions: Sequence[tuple[str, int]], flags: int) -> _Ends:
        """Compile ``expressions`` (text, width)."""
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        database.compile(
            expressions=[text.encode() for text, _ in expressions],
            ids=list(range(len(expressions))),
            elements=len(expressions),
            flags=[int(flags)] * len(expressions),
        )
        return cls(database, [width for _, width in expressions])

    @classmethod
    def load(cls, serialised: bytes, widths: Sequence[int]) -> _Ends:
        """From ``dump``; raises hyperscan.error for bytes that are damaged or of another machine."""
        database = hyperscan.loadb(serialised, hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
        return cls(database, widths)

    def dump(self) -> tuple[bytes, Sequence[int]]:
        """The database, serialised, and the widths."""
        return bytes(hyperscan.dumpb(self._database)), self._widths

    def begins(self, piece: bytes, end: int) -> list[int]:
        """Where what the expressions find in ``piece``, a text backwards, begins in the text that ends at ``end``."""
        found: list[int] = []
        append, widths = found.append, self._widths
        if len(widths) == 1:
            width = widths[0]
            self._database.scan(piece, match_event_handler=lambda _, __, read, ___, ____: append(end - read + width))
            found.reverse()
            return found
        self._database.scan(piece, match_event_handler=lambda at, _, read, __, ___: append(end - read + widths[at]))
        return sorted(set(found))


class Sieve:
    """A rule's expression from behind, compiled. Not shared between threads."""

    def __init__(self, matches: _Ends, ahead: Sequence[_Ends]) -> None:
        self._matches = matches
        # Each by itself, and only where matches may begin: a text may be full of what must follow within one.
        self._ahead = ahead
        self._reach = 1 + max(ends.widest for ends in (matches, *ahead))

    @classmethod
    def compile(cls, made: Reversed) -> Sieve:
        """Compile what was written backwards; raises hyperscan.error for what is too much for it."""
        flags = (hyperscan.HS_FLAG_CASELESS if made.caseless else 0) | (hyperscan.HS_FLAG_DOTALL if made.dotall else 0)
        return cls(_Ends.compile(made.expressions, flags), [_Ends.compile(some, flags) for some in made.ahead])

    @classmethod
    def load(cls, body: bytes) -> Sieve:
        """From ``dump``; raises hyperscan.error or ValueError."""
        start = 4 + int.from_bytes(body[:4], "big")
        parts = []
        for size, widths in json.loads(body[4:start]):
            parts.append(_Ends.load(body[start : start + size], widths))
            start += size
        return cls(parts[0], parts[1:])

    def dump(self) -> bytes:
        """All of it as bytes."""
        parts = [ends.dump() for ends in (self._matches, *self._ahead)]
        head = json.dumps([(len(database), list(widths)) for database, widths in parts]).encode()
        return b"".join((len(head).to_bytes(4, "big"), head, *(database for database, _ in parts)))

    def starts(self, data: bytes, span: Span, steps: int = BOUNDLESS) -> list[int]:
        """Offsets in ``span``, ascending, among them every one at which a match within ``span`` begins.

        There are more of them where it takes less to try them all, with so many ``steps`` for each, than to sort out.
        """
        first = max(0, span.start - self._reach)
        # Line breaks stand for the end of the text, and for where it begins. Two of them there: before one that is the
        # last byte, Hyperscan does not see every end of a line.
        piece = b"\n" + data[first : span.end][::-1] + b"\n\n"
        end = span.end + 1
        found = self._matches.begins(piece, end)
        for ends in self._ahead:
            if len(found) * steps <= _STEPS_A_BYTE * len(piece):
                break
            others = set(ends.begins(piece, end))
            found = [start for start in found if start in others]
        return [start for start in found if span.start <= start < span.end]

    def starts_of(self, data: bytes, spans: Sequence[Span], steps: int = BOUNDLESS) -> dict[int, list[int]]:
        """The same of many spans in order, by where they end; only for an expression that joins (see ``derive``)."""
        beside = self._reach
        firsts = [max(0, start - beside) for start, _ in spans]
        pieces = [data[first:end] for first, (_, end) in zip(firsts, spans, strict=True)]
        text = JOINT.join(pieces)
        ends = list(accumulate(len(piece) + len(JOINT) for piece in pieces))
        found: dict[int, list[int]] = {}
        place, moved = 0, firsts[0]
        for at in self.starts(text, Span(0, len(text)), steps):
            while at >= ends[place]:
                place += 1
                moved = firsts[place] - ends[place - 1]
            start, end = spans[place]
            if start <= at + moved < end:
                found.setdefault(end, []).append(at + moved)
        return found


@lru_cache(_KEPT)
def sieve(pattern: bytes) -> Sieve | None:
    """The sieve for ``pattern``; None for one that cannot be written backwards, or is too much for Hyperscan."""
    known, places = _kept(pattern)
    if not known:
        places = made(pattern)
        _sieves().put(_key(pattern), places.dump() if places else _NONE)
    if places is None:
        _without.add(pattern)
    return places


@lru_cache(4 * _KEPT)
def kept_sieve(pattern: bytes) -> Sieve | None:
    """The sieve for ``pattern``, if a process before this one has made it."""
    return _kept(pattern)[1]


@lru_cache(4 * _KEPT)
def is_kept(pattern: bytes) -> bool:
    """True when ``kept_sieve`` has one, as far as can be told without loading it."""
    return _sieves().size(_key(pattern)) > len(_NONE)


def has_none(pattern: bytes) -> bool:
    """True when it is known that there is no sieve for ``pattern``."""
    return pattern in _without or _sieves().size(_key(pattern)) == len(_NONE)


def _kept(pattern: bytes) -> tuple[bool, Sieve | None]:
    """Whether it is known which sieve ``pattern`` has, and that."""
    body = _sieves().get(_key(pattern))
    if body is None or body == _NONE:
        return body is not None, None
    try:
        return True, Sieve.load(body)
    except (hyperscan.error, LookupError, TypeError, ValueError):
        return False, None


def _key(pattern: bytes) -> bytes:
    return key_of(_version(), pattern)


@cache
def _sieves() -> Shelf:
    home = cache_dir()
    return Shelf(os.path.join(home, f"{crc32(_version()):08x}.sieves") if home else "")


@cache
def _version() -> bytes:
    """Changes with Hyperscan, the machine, and the program that writes expressions backwards."""
    folder = os.path.dirname(ruleset.__file__)
    with os.scandir(folder) as entries:
        files = sorted(entry.path for entry in entries if entry.name.endswith(".py"))
    states = [os.stat(path) for path in (__file__, *files)]
    parts = [hyperscan.__file__ or "", os.uname().machine if hasattr(os, "uname") else os.name]
    parts += [f"{state.st_size} {state.st_mtime_ns}" for state in states]
    return "\0".join(parts).encode()


def made(pattern: bytes) -> Sieve | None:
    """What ``sieve`` gives, compiled anew."""
    # Imported here: most processes find what they need made.
    from scanner.ruleset.reverse import reverse

    for rough in (False, True):
        try:
            backwards = reverse(pattern.decode(), rough=rough)
            if sum(len(text) for text, _ in backwards.expressions) > _LONGEST:
                return None
            if backwards.weight > _HEAVIEST[rough]:
                continue
            return _compiled(backwards)
        except hyperscan.error:
            continue
        except (UnicodeDecodeError, re.error, OverflowError, RecursionError):
            return None
    return None


def _compiled(made: Reversed) -> Sieve:
    """With all that is asked for ahead, if Hyperscan takes it."""
    if made.ahead:
        with suppress(hyperscan.error):
            return Sieve.compile(made)
    return Sieve.compile(made._replace(ahead=()))
