"""Which files there are below a folder, and reading one of them without being led astray."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from scanner.model.result import Skipped

# Bytes asked for at once.
_CHUNK = 1 << 24
_OPENING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class Listing(NamedTuple):
    """The files below one folder: their names, what could not be looked at, and lines for the summary."""

    names: Sequence[str]
    skipped: Sequence[Skipped]
    notes: Sequence[str]


def walk(folder: str) -> Listing:
    """Every regular file below ``folder``, sorted by folder; ``.git`` and symbolic links are left out.

    A link would lead out of the tree, or to a file that is listed anyway.
    """
    skipped: list[Skipped] = []
    names: list[str] = []
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        try:
            with os.scandir(current) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            skipped.append(Skipped(shown(current), f"cannot be listed: {error.strerror}"))
            continue
        below = [entry.path for entry in found if entry.is_dir(follow_symlinks=False) and entry.name != ".git"]
        names += [entry.path for entry in found if entry.is_file(follow_symlinks=False)]
        waiting += reversed(below)
    return Listing(names, skipped, ())


def read(name: str, limit: int) -> bytes | Skipped:
    """The content of a regular file of at most ``limit`` bytes, or why there is none."""
    data = read_up_to(name, limit)
    if isinstance(data, int):
        return Skipped(shown(name), f"has {data:,} bytes, more than --max-size allows")
    return data


def read_up_to(name: str, limit: int) -> bytes | int | Skipped:
    """The content of a regular file of at most ``limit`` bytes, the size of a larger one, or why there is neither."""
    opened = open_regular(name)
    if isinstance(opened, Skipped):
        return opened
    handle, state = opened
    size = state.st_size
    if size > limit:
        os.close(handle)
        return size
    try:
        # One byte more than there should be: what is as long as it was said to be is read with a single call.
        data = os.read(handle, size + 1) if size < _CHUNK else b""
        if len(data) != size:
            data = b"".join((data, *chunks(partial(os.read, handle), limit - len(data))))
    except OSError as error:
        return Skipped(shown(name), f"cannot be read: {error.strerror}")
    finally:
        os.close(handle)
    if len(data) > limit:
        return Skipped(shown(name), "grew beyond what --max-size allows while it was read")
    if len(data) < size:
        return Skipped(shown(name), "became shorter while it was read: its end was not scanned")
    return data


def open_regular(name: str) -> tuple[int, os.stat_result] | Skipped:
    """A handle of a regular file and its state, or why there is none.

    The file is opened first and judged by what was opened: between a look at the name and the opening it
    could have been replaced by a pipe or a device, and reading one of those may never end.
    """
    try:
        handle = os.open(name, _OPENING)
    except OSError as error:
        return Skipped(shown(name), f"cannot be read: {error.strerror}")
    state = os.fstat(handle)
    if stat.S_ISREG(state.st_mode):
        return handle, state
    os.close(handle)
    return Skipped(shown(name), "is no regular file", blocking=False)


def chunks(read: Callable[[int], bytes], limit: int) -> Iterator[bytes]:
    """What ``read`` gives when it is asked for so many bytes: all there is, or one byte more than ``limit``."""
    left = limit + 1
    while left > 0:
        chunk = read(min(left, _CHUNK))
        if not chunk:
            return
        left -= len(chunk)
        yield chunk


def shown(name: str) -> str:
    """A file's name as reports show it: ``/`` between folders, no ``./`` in front."""
    return name.removeprefix("./").replace(os.sep, "/")
