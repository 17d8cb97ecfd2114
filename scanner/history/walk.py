"""Going through delta families, base by base: every version, and the text of it that is new.

Compiled like ``delta``, and with it.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Final

from scanner.history.delta import made_size, rebuild
from scanner.history.headers import LONGEST_HEADER, OFS_DELTA, Damaged, read_header
from scanner.history.linespans import CLOSE, spans_around
from scanner.history.vecs import i64, vec
from scanner.history.vectors import filled

try:
    from librt.strings import BytesWriter
except ImportError:
    from scanner.history.plainwriter import BytesWriter  # type: ignore[assignment]

if TYPE_CHECKING:
    from mmap import mmap

# What a walk does with an object.
SKIP: Final = 0
PASS: Final = 1
TAKE: Final = 2

# Shorter pieces of fresh text cost less to scan than to remember.
_WORTH_A_KEY: Final = 64
# The memory in which a larger object was put together is not kept for others.
_LARGE: Final = 1024 * 1024

Inflate = Callable[[bytes, int], bytes]


class Version:
    """One object of a family, rebuilt.

    ``fresh`` are the ranges that its base does not have (empty when it only copies), None for an object that is
    to be looked at whole. ``base`` is the version it was made from, until the batch is let go. ``mark``, ``wakes`` and
    ``held`` are for whoever scans: what versions made from this one can inherit.
    """

    def __init__(self, position: int, data: bytes, fresh: vec[i64] | None, base: Version | None) -> None:
        self.position = position
        self.data = data
        self.fresh = fresh
        self.base = base
        self.mark = 0
        self.wakes = 0
        self.held: object = None

    def ranges(self) -> list[int] | None:
        """``fresh``, for modules that are not compiled."""
        return list(self.fresh) if self.fresh is not None else None


class Batch:
    """Versions in an order in which bases come first, and the text of theirs that is fresh, joined.

    Piece ``i`` of ``text`` starts at ``starts[i]``, was cut from version ``owners[i]``, at ``origins[i]`` there, and
    is known by ``keys[i]`` (0: too short to be remembered). Pieces that are equal to one that is known, or to an
    earlier one of this batch, are not in ``text``: ``repeats`` has their owner, origin and key, one after the other.
    """

    def __init__(self) -> None:
        self.versions: list[Version] = []
        self.text = b""
        self.starts: list[int] = []
        self.owners: list[int] = []
        self.origins: list[int] = []
        self.keys: list[int] = []
        self.repeats: list[int] = []

    def let_go(self) -> None:
        """Drop what only this batch needed, so that no chain of versions stays in memory."""
        for version in self.versions:
            version.base = None
        self.versions = []


class Walk:
    """Goes through delta families depth first, each base before what is made of it.

    A version's bytes stay in memory while something is still to be made from them, or while the batch lasts; the
    largest branch is taken last, so that few ancestors wait. ``limit`` is the size in bytes above which an object
    is not rebuilt. Positions of objects that were not, with all that is made from them, are collected in
    ``odd``; ``reasons`` has one line for each cause.

    ``wanted`` has one byte a position: SKIP for objects that are not needed, PASS for those that others are made
    from, TAKE for those to hand out. A version whose base was not handed out is whole. Empty, all are.
    """

    def __init__(
        self,
        pack: mmap,
        offsets: vec[i64],
        first: vec[i64],
        following: vec[i64],
        name_size: int,
        inflate: Inflate,
        limit: int,
        wanted: bytes = b"",
        close: int = CLOSE,
    ) -> None:
        self.pack = pack
        self.offsets = offsets
        self.first = first
        self.following = following
        self.name_size = name_size
        self.inflate = inflate
        self.limit = limit
        self.wanted = wanted
        self.close = close
        self.odd: list[int] = []
        self.reasons: list[str] = []
        self._waiting: list[int] = []
        self._bases: list[Version | None] = []
        self._writer = BytesWriter()

    def add(self, root: int) -> None:
        """Queue the family of the whole object at position ``root``."""
        self._waiting.append(root)
        self._bases.append(None)

    def more(self) -> bool:
        """True while something is queued."""
        return len(self._waiting) > 0

    def batch(self, text: int, memory: int, lines: int, known: Container[int] | None = None) -> Batch:
        """The next versions: until ``text`` bytes are fresh or ``memory`` bytes are held, or nothing is queued.

        ``lines`` is how many lines either side of a fresh range belong to it; below 0 no text is collected.
        ``known`` are keys of pieces that need not be handed out again; None hands out each, however often it comes.
        """
        result = Batch()
        versions = result.versions
        starts = result.starts
        owners = result.owners
        origins = result.origins
        keys = result.keys
        key: int
        seen: set[int] = set()
        pieces: list[bytes] = []
        filled: i64 = 0
        held: i64 = 0
        at: i64
        text_limit: i64 = text
        memory_limit: i64 = memory
        child: i64
        start: i64
        while self._waiting and filled < text_limit and held < memory_limit:
            position = self._waiting.pop()
            base = self._bases.pop()
            if self.wanted and self.wanted[position] == SKIP:
                continue
            try:
                version = self.rebuilt(position, base)
            except Damaged as error:
                self._give_up(position, str(error))
                continue
            child = self.first[position]
            while child >= 0:
                self._waiting.append(child)
                self._bases.append(version)
                child = self.following[child]
            data = version.data
            held += len(data) + 128
            if self.wanted:
                if self.wanted[position] == PASS:
                    continue
                if base is not None and self.wanted[base.position] == PASS:
                    version.fresh = None
                    version.base = None
            owner = len(versions)
            versions.append(version)
            fresh = version.fresh
            if lines < 0:
                continue
            if fresh is None:
                starts.append(filled)
                owners.append(owner)
                origins.append(0)
                keys.append(0)
                pieces.append(data)
                filled += len(data) + 1
            elif len(fresh):
                spans = spans_around(data, fresh, lines, 0)
                at = 0
                while at < len(spans):
                    start = spans[at]
                    piece = data[start : spans[at + 1]]
                    key = 0
                    if known is not None and len(piece) >= _WORTH_A_KEY:
                        key = hash(piece)
                        if key in seen or key in known:
                            result.repeats.append(owner)
                            result.repeats.append(start)
                            result.repeats.append(key)
                            at += 2
                            continue
                        seen.add(key)
                    keys.append(key)
                    starts.append(filled)
                    owners.append(owner)
                    origins.append(start)
                    pieces.append(piece)
                    filled += len(piece) + 1
                    at += 2
        result.text = b"\n".join(pieces)
        return result

    def rebuilt(self, position: int, base: Version | None) -> Version:
        """The object at ``position``, made from ``base`` where it is a delta. Damaged when that cannot be."""
        offset = self.offsets[position]
        end = self.offsets[position + 1]
        header = read_header(self.pack[offset : min(end, offset + LONGEST_HEADER)], offset, self.name_size)
        if header.size > self.limit:
            raise Damaged("larger than the limit")
        data = self.inflate(self.pack[header.data : end], header.size)
        if len(data) != header.size:
            raise Damaged("an object's data is not of the size it claims")
        if header.kind < OFS_DELTA:
            return Version(position, data, None, None)
        if base is None:
            raise Damaged("a delta without its base")
        if made_size(data) > self.limit:
            raise Damaged("larger than the limit")
        made, fresh = rebuild(base.data, data, self.close, self._writer)
        if len(made) > _LARGE:
            self._writer = BytesWriter()
        return Version(position, made, fresh, base)

    def _give_up(self, position: int, reason: str) -> None:
        """The object at ``position`` and all that is made from it are left to others."""
        if reason not in self.reasons:
            self.reasons.append(reason)
        waiting = [position]
        while waiting:
            here = waiting.pop()
            self.odd.append(here)
            child = self.first[here]
            while child >= 0:
                waiting.append(child)
                child = self.following[child]


def families(
    kinds: bytearray, bases: vec[i64], offsets: vec[i64]
) -> tuple[list[list[int]], vec[i64], vec[i64], vec[i64]]:
    """By type the roots of all objects of one, and by position first child, next sibling (-1 for none) and weight.

    The weight is in bytes of the pack. The heaviest child is the first: a walk that takes the last one first
    comes to it at the end, when nothing else waits for their base. Objects of type 0 are in no family.
    """
    count: i64 = len(bases)
    weight = filled(count)
    first = filled(count, -1)
    following = filled(count, -1)
    roots: list[list[int]] = [[] for _ in range(8)]
    at: i64 = count - 1
    base: i64
    head: i64
    here: i64
    while at >= 0:
        if kinds[at]:
            here = weight[at] + offsets[at + 1] - offsets[at]
            weight[at] = here
            base = bases[at]
            if base < 0:
                roots[kinds[at]].append(at)
            else:
                if base < at:
                    weight[base] += here
                head = first[base]
                if head < 0 or here > weight[head]:
                    following[at] = head
                    first[base] = at
                else:
                    following[at] = following[head]
                    following[head] = at
        at -= 1
    for some in roots:
        some.reverse()
    return roots, first, following, weight
