"""What stands before each object in a pack: its type, its size, and of a delta its base.

Compiled like ``delta``, and with it. Everything here takes the pack to be hostile: each number is checked before it is
used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from scanner.history.vecs import i64, vec
from scanner.history.vectors import filled

if TYPE_CHECKING:
    from mmap import mmap

COMMIT: Final = 1
TREE: Final = 2
BLOB: Final = 3
TAG: Final = 4
OFS_DELTA: Final = 6
REF_DELTA: Final = 7

# In place of a base's position.
ROOT: Final = -1
LOST: Final = -2

# An object's header: type and size in at most ten bytes, then a base offset of at most ten, or a base's name.
LONGEST_HEADER: Final = 64


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
    pack: mmap, offsets: vec[i64], name_size: int, named: Callable[[bytes], int]
) -> tuple[bytearray, vec[i64], list[str]]:
    """Types and bases of all objects of a pack.

    ``offsets`` are sorted, with the end of the last object's data as one more entry at the end. ``named`` gives
    the offset of an object by its name, or -1. The answer, by position in ``offsets``: the type below all deltas
    (0 where it cannot be told), the position of the base (ROOT for a whole object, LOST for a base that is not
    there, or an unreadable header), and what is wrong.
    """
    count: i64 = len(offsets) - 1
    kinds = bytearray(count)
    bases = filled(count, ROOT)
    wrong: list[str] = []
    late: list[int] = []
    at: i64 = 0
    offset: i64
    position: i64
    while at < count:
        offset = offsets[at]
        try:
            header = read_header(pack[offset : offset + LONGEST_HEADER], offset, name_size)
        except Damaged as error:
            bases[at] = LOST
            wrong.append(str(error))
            at += 1
            continue
        if header.kind < OFS_DELTA:
            kinds[at] = header.kind
        else:
            base = header.base if header.kind == OFS_DELTA else named(header.name)
            position = _position(offsets, base, at)
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


def _position(offsets: vec[i64], offset: i64, below: i64) -> i64:
    """The position of the object that begins at ``offset``, or LOST; most are not far ``below`` the one given."""
    high: i64 = below
    step: i64 = 1
    while high > 0 and offsets[high] > offset:
        high -= step
        step <<= 1
    low: i64 = high if high > 0 else 0
    high = low + step
    if offset > offsets[below]:
        low = below
        high = len(offsets) - 1
    if high > len(offsets) - 1:
        high = len(offsets) - 1
    count: i64 = len(offsets) - 1
    middle: i64
    while low < high:
        middle = (low + high) >> 1
        if offsets[middle] < offset:
            low = middle + 1
        else:
            high = middle
    return low if low < count and offsets[low] == offset else LOST


def _settle(kinds: bytearray, bases: vec[i64], late: list[int]) -> None:
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
