"""The inner loop of the history sweep: rebuild every version of a delta family and say what is new in it.

This module is compiled by mypyc when the package is built and a C compiler is there; otherwise the same
text runs interpreted. So it is plain Python with types that a compiler can use: whole numbers, bytes, lists.

A pack stores an object whole, or as a *delta*: instructions that copy ranges of a base object and insert new
bytes. Whatever lies inside one copy was in the base already; only the inserted bytes and the seams between
copies are *fresh*. Everything here takes the pack to be hostile: each number is checked before it is used.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Final

try:
    from librt.strings import BytesWriter, read_i64_le, write_i64_le
except ImportError:
    from scanner.history.plainwriter import BytesWriter, read_i64_le, write_i64_le  # type: ignore[assignment]

if TYPE_CHECKING:
    from mmap import mmap

    from mypy_extensions import i64

COMMIT: Final = 1
TREE: Final = 2
BLOB: Final = 3
TAG: Final = 4
OFS_DELTA: Final = 6
REF_DELTA: Final = 7

# What a walk does with an object.
SKIP: Final = 0
PASS: Final = 1
TAKE: Final = 2

# In place of a base's position.
ROOT: Final = -1
LOST: Final = -2

# An object's header: type and size in at most ten bytes, then a base offset of at most ten, or a base's name.
_LONGEST_HEADER: Final = 64
# Where a line does not end within this many bytes, the line is cut there (minified files).
LONGEST_LINE: Final = 16384
# Ranges with fewer bytes between them are taken as one: looking for line ends twice costs more.
_CLOSE: Final = 256
# Shorter pieces of fresh text cost less to scan than to remember.
_WORTH_A_KEY: Final = 64
# The memory in which a larger object was put together is not kept for others.
_LARGE: Final = 1024 * 1024

Inflate = Callable[[bytes, int], bytes]


class Damaged(ValueError):
    """An object, or the pack around it, is not what its numbers say. The text holds no content."""


class Header:
    """What stands before an object's compressed data.

    ``kind`` may be a delta; then ``base`` is the offset of its base (``OFS_DELTA``) or ``name`` its name
    (``REF_DELTA``). ``data`` is the offset of the compressed data, ``size`` the length of what it inflates to.
    """

    def __init__(self, kind: int, size: int, data: int, base: int, name: bytes) -> None:
        self.kind = kind
        self.size = size
        self.data = data
        self.base = base
        self.name = name


def read_header(head: bytes, offset: int, name_size: int) -> Header:
    """The header in ``head``, bytes of the pack from ``offset`` on. Damaged when it is none."""
    at: i64 = 0
    end: i64 = len(head)
    if end == 0:
        raise Damaged("an object begins beyond the end of the pack")
    byte: i64 = head[0]
    at = 1
    kind: i64 = (byte >> 4) & 7
    size: i64 = byte & 15
    shift: i64 = 4
    while byte & 128:
        if at >= end or shift > 57:
            raise Damaged("an object's size is malformed")
        byte = head[at]
        at += 1
        size |= (byte & 127) << shift
        shift += 7
    base: i64 = -1
    name = b""
    if kind == OFS_DELTA:
        if at >= end:
            raise Damaged("a delta's base is malformed")
        byte = head[at]
        at += 1
        back: i64 = byte & 127
        while byte & 128:
            if at >= end or back > (1 << 54):
                raise Damaged("a delta's base is malformed")
            byte = head[at]
            at += 1
            back = ((back + 1) << 7) | (byte & 127)
        base = offset - back
        if back <= 0 or base < 12:
            raise Damaged("a delta's base lies outside the pack")
    elif kind == REF_DELTA:
        name = head[at : at + name_size]
        at += name_size
        if at > end:
            raise Damaged("a delta's base is malformed")
    elif kind == 0 or kind == 5:
        raise Damaged("an object has a type that does not exist")
    return Header(kind, size, offset + at, base, name)


def read_headers(
    pack: mmap, offsets: list[int], name_size: int, named: Callable[[bytes], int]
) -> tuple[bytearray, list[int], list[str]]:
    """Types and bases of all objects of a pack.

    ``offsets`` are sorted, with the end of the last object's data as one more entry at the end. ``named`` gives
    the offset of an object by its name, or -1. The answer, by position in ``offsets``: the type below all deltas
    (0 where it cannot be told), the position of the base (ROOT for a whole object, LOST for a base that is not
    there, or an unreadable header), and what is wrong.
    """
    count: i64 = len(offsets) - 1
    kinds = bytearray(count)
    bases: list[int] = [ROOT] * count
    wrong: list[str] = []
    late: list[int] = []
    at: i64 = 0
    offset: int
    while at < count:
        offset = offsets[at]
        try:
            header = read_header(pack[offset : offset + _LONGEST_HEADER], offset, name_size)
        except Damaged as error:
            bases[at] = LOST
            wrong.append(str(error))
            at += 1
            continue
        if header.kind < OFS_DELTA:
            kinds[at] = header.kind
        else:
            base = header.base if header.kind == OFS_DELTA else named(header.name)
            position = _position(offsets, base)
            bases[at] = position
            if position == LOST:
                wrong.append("a delta's base is not in its pack")
            elif position < at:
                kinds[at] = kinds[position]
            if kinds[at] == 0:
                late.append(at)
        at += 1
    if late:
        _settle(kinds, bases, late)
    return kinds, bases, wrong


def _position(offsets: list[int], offset: int) -> int:
    at = bisect_left(offsets, offset)
    return at if at < len(offsets) - 1 and offsets[at] == offset else LOST


def _settle(kinds: bytearray, bases: list[int], late: list[int]) -> None:
    """Types of deltas whose base stands behind them in the pack. Those on a circle keep the type 0."""
    seen: set[int] = set()
    for start in late:
        path: list[int] = []
        here = start
        while here >= 0 and kinds[here] == 0 and here not in seen:
            seen.add(here)
            path.append(here)
            here = bases[here]
        if here >= 0 and kinds[here]:
            kind = kinds[here]
            for step in path:
                kinds[step] = kind


def rebuild(base: bytes, delta: bytes, fresh: list[int], close: int, writer: BytesWriter | None = None) -> bytes:
    """The object that ``delta`` makes of ``base``; Damaged when the two do not fit.

    It is put together in ``writer``, if there is one: with the same for many objects, its memory is found once.

    The ends of fresh ranges are appended to ``fresh``, two numbers a range, in order. A seam is an empty range;
    ranges with at most ``close`` bytes between them are one.
    """
    end: i64 = len(delta)
    at: i64 = 0
    number: i64 = 0
    shift: i64 = 0
    byte: i64 = 128
    base_size: i64 = len(base)
    while byte & 128:
        if at >= end or shift > 56:
            raise Damaged("a delta's header is malformed")
        byte = delta[at]
        at += 1
        number |= (byte & 127) << shift
        shift += 7
    if number != base_size:
        raise Damaged("a delta is for another base")
    size: i64 = 0
    shift = 0
    byte = 128
    while byte & 128:
        if at >= end or shift > 56:
            raise Damaged("a delta's header is malformed")
        byte = delta[at]
        at += 1
        size |= (byte & 127) << shift
        shift += 7
    made = writer if writer is not None else BytesWriter()
    made.truncate(0)
    done: i64 = 0
    follows: i64 = 0  # where the next copy starts when nothing lies between it and what came before
    inserting: bool = False
    gap: i64 = close
    fresh_from: i64 = -1  # the last fresh range, not yet in the list
    fresh_to: i64 = -1
    copy_from: i64
    length: i64
    op: i64
    while at < end:
        op = delta[at]
        at += 1
        if op & 128:
            if at + 7 > end and at + operands(op) > end:
                raise Damaged("a delta ends in the middle of a copy")
            copy_from = 0
            length = 0
            if op & 1:
                copy_from = delta[at]
                at += 1
            if op & 2:
                byte = delta[at]
                copy_from |= byte << 8
                at += 1
            if op & 4:
                byte = delta[at]
                copy_from |= byte << 16
                at += 1
            if op & 8:
                byte = delta[at]
                copy_from |= byte << 24
                at += 1
            if op & 16:
                length = delta[at]
                at += 1
            if op & 32:
                byte = delta[at]
                length |= byte << 8
                at += 1
            if op & 64:
                byte = delta[at]
                length |= byte << 16
                at += 1
            if length == 0:
                length = 65536
            if copy_from + length > base_size or done + length > size:
                raise Damaged("a delta copies from beyond its base")
            if inserting:
                inserting = False
                fresh_to = done
            elif copy_from != follows:
                if fresh_from < 0 or done > fresh_to + gap:
                    if fresh_from >= 0:
                        fresh.append(fresh_from)
                        fresh.append(fresh_to)
                    fresh_from = done
                fresh_to = done
            _copy(base, copy_from, copy_from + length, made)
            done += length
            follows = copy_from + length
        elif op:
            if at + op > end or done + op > size:
                raise Damaged("a delta inserts more than it holds")
            if not inserting:
                inserting = True
                if fresh_from < 0 or done > fresh_to + gap:
                    if fresh_from >= 0:
                        fresh.append(fresh_from)
                        fresh.append(fresh_to)
                    fresh_from = done
            _copy(delta, at, at + op, made)
            at += op
            done += op
        else:
            raise Damaged("a delta has an instruction that does not exist")
    if done != size:
        raise Damaged("a delta makes an object of another size")
    if fresh_from >= 0 and (inserting or (follows != base_size and done <= fresh_to + gap)):
        fresh_to = done
    if fresh_from >= 0:
        fresh.append(fresh_from)
        fresh.append(fresh_to)
    if fresh_to < done and follows != base_size:
        fresh.append(done)
        fresh.append(done)
    return made.getvalue()


# So many bytes are copied by themselves, where making an object of them takes longer. Interpreted, where functions have
# their code, there are none.
_SHORT: Final = 0 if hasattr(rebuild, "__code__") else 64


def _copy(source: bytes, at: i64, end: i64, made: BytesWriter) -> None:
    """Append ``source[at:end]`` to ``made``."""
    if end - at > _SHORT:
        made.write(source[at:end])
        return
    while at + 8 <= end:
        write_i64_le(made, read_i64_le(source, at))
        at += 8
    while at < end:
        made.append(source[at])
        at += 1


def operands(op: i64) -> i64:
    """How many bytes follow the copy instruction ``op``."""
    count: i64 = 0
    bit: i64 = 1
    while bit < 128:
        if op & bit:
            count += 1
        bit <<= 1
    return count


def line_spans(data: bytes, ranges: list[int], lines: int, reach: int) -> list[int]:
    """Whole lines that touch ``ranges`` (as ``rebuild`` gives them), ``lines`` more and ``reach`` bytes either side.

    Ranges that come to touch are joined. Very long lines are cut at LONGEST_LINE bytes a line.
    """
    spans: list[int] = []
    size: i64 = len(data)
    furthest: i64 = (lines + 1) * LONGEST_LINE
    at: i64 = 0
    count: i64 = len(ranges)
    start: i64
    stop: i64
    floor: i64
    ceiling: i64
    step: i64
    last: i64 = -1
    while at < count:
        start = ranges[at] - reach
        stop = ranges[at + 1] + reach
        at += 2
        while at < count and ranges[at] <= stop + _CLOSE:
            stop = ranges[at + 1] + reach
            at += 2
        if start < 0:
            start = 0
        if stop > size:
            stop = size
        floor = start - furthest
        if floor < 0:
            floor = 0
        ceiling = stop + furthest
        if ceiling > size:
            ceiling = size
        step = 0
        while step <= lines and start > floor:
            start = _break_before(data, floor, start)
            if start < 0:
                start = floor
                break
            step += 1
        else:
            if step > 0 and start < size and data[start] == 10:
                start += 1
        step = 0
        while step <= lines and stop < ceiling:
            stop = _break_after(data, stop, ceiling) + 1
            if stop <= 0:
                stop = ceiling
                break
            step += 1
        if spans and start <= last:
            spans[len(spans) - 1] = stop
        else:
            spans.append(start)
            spans.append(stop)
        last = stop
    return spans


# A line break is looked for so many bytes away before Python is asked to search, which takes as long to begin.
# Interpreted, where functions have their code, it is asked at once.
_NEARBY: Final = 0 if hasattr(line_spans, "__code__") else 256


def _break_before(data: bytes, floor: i64, end: i64) -> i64:
    """Where the last line break in ``data[floor:end]`` is; -1 without one."""
    nearby: i64 = end - _NEARBY
    if nearby < floor:
        nearby = floor
    at: i64 = end - 1
    while at >= nearby:
        if data[at] == 10:
            return at
        at -= 1
    return data.rfind(b"\n", floor, nearby) if floor < nearby else -1


def _break_after(data: bytes, start: i64, ceiling: i64) -> i64:
    """Where the first line break in ``data[start:ceiling]`` is; -1 without one."""
    nearby: i64 = start + _NEARBY
    if nearby > ceiling:
        nearby = ceiling
    at: i64 = start
    while at < nearby:
        if data[at] == 10:
            return at
        at += 1
    return data.find(b"\n", nearby, ceiling) if nearby < ceiling else -1


class Version:
    """One object of a family, rebuilt.

    ``fresh`` are the ranges that its base does not have (empty when it only copies), None for an object that is
    to be looked at whole. ``base`` is the version it was made from, until the batch is let go. ``mark``, ``wakes`` and
    ``held`` are for whoever scans: what versions made from this one can inherit.
    """

    def __init__(self, position: int, data: bytes, fresh: list[int] | None, base: Version | None) -> None:
        self.position = position
        self.data = data
        self.fresh = fresh
        self.base = base
        self.mark = 0
        self.wakes = 0
        self.held: object = None


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
        offsets: list[int],
        first: list[int],
        following: list[int],
        name_size: int,
        inflate: Inflate,
        limit: int,
        wanted: bytes = b"",
        close: int = _CLOSE,
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
        child: int
        start: int
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
            elif fresh:
                spans = line_spans(data, fresh, lines, 0)
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
        header = read_header(self.pack[offset : min(end, offset + _LONGEST_HEADER)], offset, self.name_size)
        if header.size > self.limit:
            raise Damaged("larger than the limit")
        data = self.inflate(self.pack[header.data : end], header.size)
        if len(data) != header.size:
            raise Damaged("an object's data is not of the size it claims")
        if header.kind < OFS_DELTA:
            return Version(position, data, None, None)
        if base is None:
            raise Damaged("a delta without its base")
        fresh: list[int] = []
        if made_size(data) > self.limit:
            raise Damaged("larger than the limit")
        made = rebuild(base.data, data, fresh, self.close, self._writer)
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


def made_size(delta: bytes) -> int:
    """The size in bytes of what ``delta`` makes, as it claims."""
    at: i64 = 0
    end: i64 = len(delta)
    numbers: i64 = 0
    size: i64 = 0
    shift: i64 = 0
    byte: i64
    while numbers < 2:
        if at >= end or shift > 56:
            raise Damaged("a delta's header is malformed")
        byte = delta[at]
        at += 1
        size |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers += 1
            if numbers == 1:
                size = 0
                shift = 0
    return size


def families(
    kinds: bytearray, bases: list[int], offsets: list[int]
) -> tuple[list[list[int]], list[int], list[int], list[int]]:
    """By type the roots of all objects of one, and by position first child, next sibling (-1 for none) and weight.

    The weight is in bytes of the pack. The heaviest child is the first: a walk that takes the last one first
    comes to it at the end, when nothing else waits for their base. Objects of type 0 are in no family.
    """
    count: i64 = len(bases)
    weight: list[int] = [0] * count
    first: list[int] = [-1] * count
    following: list[int] = [-1] * count
    roots: list[list[int]] = [[] for _ in range(8)]
    at: i64 = count - 1
    base: int
    head: int
    here: int
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
