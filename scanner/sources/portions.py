"""Large files in portions, each read by itself. They overlap, so that what begins in one is seen whole there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from scanner.model.result import Skipped
from scanner.sources.files import open_regular, shown

# Smaller files are read whole.
LARGE = 16 * 1024 * 1024
# What is held in memory of one file, in each process.
PORTION = 8 * 1024 * 1024
# The first one is short: for its end the other processes wait.
FIRST = 1024 * 1024
# What a match may need to see of the lines before and after it: a key in armour, a manifest, an id some lines above.
OVERLAP = 128 * 1024
# A disk gives back holes as zeros, as fast as memory: a file of nothing else must not take hours.
LARGEST = 16 * 1024 * 1024 * 1024
# Lines are cut where they are longer.
_LONGEST_LINE = 64 * 1024
_HEAD, _TAIL = 64 * 1024, 64


class Portion(NamedTuple):
    """Bytes ``start`` to ``end`` of a file, to be read with what is around them between the file's holes at ``floor``
    and ``ceiling``.
    """

    start: int
    end: int
    floor: int
    ceiling: int


class Portions(NamedTuple):
    """The file ``name`` cut up: all that is no hole, in order. Of what is in it this holds nothing."""

    name: str
    portions: tuple[Portion, ...]
    device: int
    inode: int


class Read(NamedTuple):
    """What was read for one portion. What begins from ``first`` up to ``end`` is the portion's to report; the rest of
    ``data`` is there to be seen, and a neighbour's. ``short``: the file ended before it should.
    """

    data: bytes
    first: int
    end: int
    short: bool


def cut(name: str, limit: int) -> tuple[Portions, bytes, bytes] | Skipped:
    """The portions of a regular file of at most ``limit`` bytes, its first bytes, and its last."""
    opened = open_regular(name)
    if isinstance(opened, Skipped):
        return opened
    handle, state = opened
    try:
        if state.st_size > limit:
            return Skipped(shown(name), f"has {state.st_size:,} bytes, more than --max-size allows")
        portions = tuple(_cut(handle, state.st_size))
        tail = _bytes(handle, max(0, state.st_size - _TAIL), _TAIL)
        return Portions(name, portions, state.st_dev, state.st_ino), _bytes(handle, 0, _HEAD), tail
    except OSError as error:
        return _unreadable(name, error)
    finally:
        os.close(handle)


def read(file: Portions, number: int) -> Read | Skipped:
    """Portion ``number`` of ``file``, from the beginning of a line to the end of one, unless they are endless."""
    opened = open_regular(file.name)
    if isinstance(opened, Skipped):
        return opened
    handle, state = opened
    try:
        if (state.st_dev, state.st_ino) != (file.device, file.inode):
            return Skipped(shown(file.name), "was replaced while it was read: its end was not scanned")
        return _read(handle, file.portions[number])
    except OSError as error:
        return _unreadable(file.name, error)
    finally:
        os.close(handle)


def _read(handle: int, portion: Portion) -> Read:
    start = max(portion.floor, portion.start - OVERLAP)
    if start > portion.floor:
        # Read for itself: cutting it off afterwards would copy all of the rest.
        before = max(portion.floor, start - _LONGEST_LINE)
        start = before + _line_at(_bytes(handle, before, start - before), start - before)
    end = min(portion.ceiling, portion.end + OVERLAP)
    data = _bytes(handle, start, end - start)
    first = _line_at(data, portion.start - start) if portion.start > portion.floor else 0
    last = _line_at(data, portion.end - start) if portion.end < portion.ceiling else len(data)
    return Read(data, first, last, len(data) < end - start)


def _bytes(handle: int, start: int, size: int) -> bytes:
    os.lseek(handle, start, os.SEEK_SET)
    data = os.read(handle, size)
    # Rarely: one call reads as much as there is, up to two gigabytes.
    while len(data) < size and (more := os.read(handle, size - len(data))):
        data += more
    return data


def _line_at(data: bytes, at: int) -> int:
    """The beginning of the line that holds byte ``at``, unless lines are so long that it is ``at`` itself."""
    start = data.rfind(b"\n", max(0, at - _LONGEST_LINE), at)
    return start + 1 if start >= 0 else min(at, len(data))


def _cut(handle: int, size: int) -> Iterator[Portion]:
    most = FIRST
    for floor, ceiling in _filled(handle, size):
        start = floor
        while start < ceiling:
            # Of less there is no portion: it goes with the one before.
            end = start + most if start + most + OVERLAP < ceiling else ceiling
            yield Portion(start, end, floor, ceiling)
            start, most = end, PORTION


def _filled(handle: int, size: int) -> Iterator[tuple[int, int]]:
    """The ranges of a file that are not holes."""
    whence = getattr(os, "SEEK_DATA", None)
    if whence is None:
        yield 0, size
        return
    at = 0
    while at < size:
        try:
            start = os.lseek(handle, at, whence)
            end = os.lseek(handle, start, os.SEEK_HOLE)
        except OSError:
            # Only a hole is left, or the file system does not tell.
            if at == 0 and os.fstat(handle).st_blocks:
                yield 0, size
            return
        yield start, min(end, size)
        at = end


def _unreadable(name: str, error: OSError) -> Skipped:
    return Skipped(shown(name), f"cannot be read: {error.strerror}")
