"""The mirrors kept between sweeps: one folder, one lock a mirror, and a limit of what all of them take."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scanner.git.clone import Limits, protocol_of, shown, size_of, update_mirror

if sys.platform != "win32":
    import fcntl

_ODD = re.compile(r"[^A-Za-z0-9_-]+")


def mirror_path(root: Path, url: str) -> Path:
    """Where the mirror of ``url`` lies: a name made of nothing but safe characters, told apart by a digest."""
    readable = _ODD.sub("-", shown(url).partition("://")[2] or shown(url)).strip("-")[:80]
    return root / f"{readable}-{hashlib.sha256(url.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.git"


@contextmanager
def mirrored(root: Path, url: str, limits: Limits, *, header: str, room: int) -> Iterator[Path]:
    """The mirror of ``url``, up to date, and nobody else's while the block lasts. CloneError, UsageError.

    ``room`` is how many bytes all mirrors may take; those used longest ago go first.
    """
    protocol_of(url)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = mirror_path(root, url)
    with _locked(_lock_of(path)):
        update_mirror(url, path, limits, header=header)
        _note(path)
        if room:
            make_room(root, room, keep=path)
        yield path


@contextmanager
def reading(root: Path, url: str, limits: Limits, *, header: str, room: int) -> Iterator[Path]:
    """The mirror of ``url`` as it is, for several readers at a time; made first where there is none."""
    path = mirror_path(root, url)
    if not (path / "HEAD").is_file():
        with mirrored(root, url, limits, header=header, room=room):
            pass
    with _locked(_lock_of(path), shared=True):
        yield path


def _lock_of(path: Path) -> Path:
    return path.with_suffix(".lock")


@contextmanager
def _locked(path: Path, *, wait: bool = True, shared: bool = False) -> Iterator[bool]:
    """Hold the lock file, with others when ``shared``; yields False when another has it and ``wait`` is False.

    It ends with the process.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform != "win32":
            try:
                fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
        yield True
    finally:
        os.close(handle)


def _note(path: Path) -> None:
    """Remember size and time of use where ``make_room`` finds them without walking every mirror."""
    with suppress(OSError):
        _lock_of(path).write_text(str(size_of(path)))


def make_room(root: Path, room: int, *, keep: Path) -> None:
    """Remove mirrors, least lately used first, until all take ``room`` bytes. ``keep`` and those in use stay."""
    found = []
    total = 0
    for lock in root.glob("*.lock"):
        with suppress(OSError, ValueError):
            size = int(lock.read_text() or 0)
            total += size
            found.append((lock.stat().st_mtime, size, lock))
    for _, size, lock in sorted(found):
        if total <= room:
            return
        path = lock.with_suffix(".git")
        if path == keep:
            continue
        with suppress(OSError), _locked(lock, wait=False) as mine:
            if mine:
                _discard(path)
                lock.write_text("0")
                total -= size


def _discard(path: Path) -> None:
    """Rename first: a mirror half removed must not be taken for a whole one."""
    doomed = path.with_name(f"{path.name}.{os.getpid()}.{time.monotonic_ns()}.old")
    with suppress(OSError):
        path.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)
