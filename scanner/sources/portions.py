"""Large files a portion at a time. Portions overlap, so that what begins in one is seen whole there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from scanner.model.result import Skipped
from scanner.sources.files import open_regular, shown

# What is held in memory of one file. Smaller files are read whole.
PORTION = 16 * 1024 * 1024
# What a match may need to see of the lines before it: a key in armour, a manifest, an id some lines above.
OVERLAP = 256 * 1024
# A disk gives back holes as zeros, as fast as memory: a file of nothing else must not take hours.
LARGEST = 16 * 1024 * 1024 * 1024


class Portion(NamedTuple):
    """Some of a file. What begins from ``first`` up to ``end`` is this portion's to report; the rest of ``data`` is
    there to be seen, and a neighbour's. ``line`` is the number of its first line, from 0.
    """

    data: bytes
    first: int
    end: int
    line: int


def portions(name: str, limit: int) -> Iterator[Portion | Skipped]:
    """The portions of a regular file of at most ``limit`` bytes; a Skipped ends it where it could not be read on."""
    opened = open_regular(name)
    if isinstance(opened, Skipped):
        yield opened
        return
    handle, state = opened
    try:
        if state.st_size > limit:
            yield Skipped(shown(name), f"has {state.st_size:,} bytes, more than --max-size allows")
            return
        yield from _read(name, handle, state.st_size)
    except OSError as error:
        yield Skipped(shown(name), f"cannot be read: {error.strerror}")
    finally:
        os.close(handle)


def _read(name: str, handle: int, size: int) -> Iterator[Portion | Skipped]:
    line = 0
    for start, end in _filled(handle, size):
        data, first, offset = b"", 0, start
        while offset < end:
            more = os.read(handle, min(PORTION, end - offset))
            if not more:
                if data:
                    yield Portion(data, first, len(data), line)
                yield Skipped(shown(name), "became shorter while it was read: its end was not scanned")
                return
            offset += len(more)
            data += more
            if offset == end:
                yield Portion(data, first, len(data), line)
                line += data.count(b"\n")
                break
            if len(data) < PORTION:
                continue
            middle, kept = _line_at(data, len(data) - OVERLAP // 2), _line_at(data, len(data) - OVERLAP)
            yield Portion(data, first, middle, line)
            line += data.count(b"\n", 0, kept)
            data, first = data[kept:], middle - kept


def _line_at(data: bytes, at: int) -> int:
    """The beginning of the line that holds byte ``at``, unless lines are so long that it is ``at`` itself."""
    start = data.rfind(b"\n", max(0, at - OVERLAP // 4), at)
    return start + 1 if start >= 0 else at


def _filled(handle: int, size: int) -> Iterator[tuple[int, int]]:
    """The ranges of a file that are not holes, with the file's position at each."""
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
                os.lseek(handle, 0, os.SEEK_SET)
                yield 0, size
            return
        os.lseek(handle, start, os.SEEK_SET)
        yield start, end
        at = end
