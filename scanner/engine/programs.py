"""Exact expressions compiled before, on disk: compiling one takes milliseconds, reading it back a hundredth of that.

The library gives what it compiled in a form for pickling, and that is stored, without a pickle. Processes add what
they had to compile to one file, each expression with a single write; so no run pays for those that it does not
need. What cannot be read is compiled anew.
"""

from __future__ import annotations

import contextlib
import copyreg
import json
import os
import struct
import sys
from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from zlib import crc32

import regex

from scanner.engine.cache import cache_dir

if TYPE_CHECKING:
    from regex import Pattern

# Mark, size of the body, digest of key and body, key.
_HEAD = struct.Struct(">4sI16s16s")
_MARK = b"prg1"
# More is not kept: all shipped rules take a fifth of it. With each release some expressions change, and nobody asks for
# the old ones again; a file that is full begins anew.
_MOST = 8 * 1024 * 1024
_KEPT_FILES = 4


def compiled(expression: str, flags: int = 0) -> Pattern[bytes]:
    """``expression`` over bytes, as ``regex.compile`` makes it; raises regex.error like that."""
    return _programs().get(expression.encode(), flags)


@cache
def _programs() -> Programs:
    home = cache_dir()
    version = f"{regex.__version__}\0{sys.version}\0{os.uname().machine if hasattr(os, 'uname') else os.name}"
    return Programs(os.path.join(home, f"{crc32(version.encode()):08x}.programs") if home else "")


class Programs:
    """The file at ``path``; an empty path stores nothing."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._data = b""
        self._places: dict[bytes, tuple[int, int, bytes]] = {}
        if path:
            self._read()

    def get(self, expression: bytes, flags: int) -> Pattern[bytes]:
        """The compiled ``expression``, from the file or else made and added to it."""
        if not self._path:
            return regex.compile(expression, flags)
        key = blake2b(b"%d %b" % (flags, expression), digest_size=16).digest()
        known = self._known(key, expression)
        if known is not None:
            return known
        made: Pattern[bytes] = regex.compile(expression, flags)
        self._add(key, made)
        return made

    def _read(self) -> None:
        try:
            with open(self._path, "rb") as file:
                data = file.read(_MOST)
        except OSError:
            return
        at = 0
        while at + _HEAD.size <= len(data):
            mark, size, digest, key = _HEAD.unpack_from(data, at)
            at += _HEAD.size
            if mark != _MARK or at + size > len(data):
                break
            self._places[key] = (at, at + size, digest)
            at += size
        self._data = data
        if at != len(data):
            # Somebody was killed in the middle of writing, or the disk was full: nothing behind it would be found.
            with contextlib.suppress(OSError):
                os.unlink(self._path)

    def _known(self, key: bytes, expression: bytes) -> Pattern[bytes] | None:
        start, end, digest = self._places.get(key, (0, 0, b""))
        if start == end or _digest(key, self._data[start:end]) != digest:
            return None
        try:
            return _from_stored(expression, self._data[start:end])
        except (AttributeError, RuntimeError, TypeError, ValueError, regex.error):
            return None

    def _add(self, key: bytes, made: Pattern[bytes]) -> None:
        body = _stored(made)
        if not body:
            return
        record = _HEAD.pack(_MARK, len(body), _digest(key, body), key) + body
        with contextlib.suppress(OSError):
            if not os.path.exists(self._path):
                _tidy(os.path.dirname(self._path))
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                if os.fstat(handle).st_size + len(record) <= _MOST:
                    os.write(handle, record)
                else:
                    os.unlink(self._path)
            finally:
                os.close(handle)


def _digest(key: bytes, body: bytes) -> bytes:
    return blake2b(key + body, digest_size=16).digest()


def _stored(made: Pattern[bytes]) -> bytes:
    """``made`` without its expression; empty for what has a form unknown here."""
    try:
        _, flags, code, groups, _, lists, indexes, offset, characters, case, count = _parts(made)[1]
        if lists or indexes:
            return b""
        # Older releases have numbers for code.
        packed, numbers = (code, None) if isinstance(code, bytes) else (b"", code)
        rest = json.dumps([flags, numbers, groups, lists, indexes, offset, characters, case, count]).encode()
    except (KeyError, TypeError, ValueError):
        return b""
    return len(rest).to_bytes(4, "big") + rest + packed


def _from_stored(expression: bytes, body: bytes) -> Pattern[bytes]:
    start = 4 + int.from_bytes(body[:4], "big")
    flags, code, groups, lists, indexes, offset, characters, case, count = json.loads(body[4:start])
    code = body[start:] if code is None else code
    numbers = {number: name for name, number in groups.items()}
    characters = None if characters is None else tuple(characters)
    made: Pattern[bytes] = _rebuild()(
        expression, flags, code, groups, numbers, lists, indexes, offset, characters, case, count
    )
    return made


def _parts(made: Pattern[bytes]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    reduced: tuple[Callable[..., Any], tuple[Any, ...]] = copyreg.dispatch_table[type(made)](made)  # type: ignore[assignment]
    return reduced


@cache
def _rebuild() -> Callable[..., Any]:
    """What makes a pattern of its parts: the library tells it with any pattern."""
    return _parts(regex.compile(b""))[0]


def _tidy(folder: str) -> None:
    """Files of other versions go, oldest first."""
    with os.scandir(folder) as entries:
        files = sorted((entry.stat().st_mtime, entry.path) for entry in entries if entry.name.endswith(".programs"))
    for _, path in files[: 1 - _KEPT_FILES]:
        with contextlib.suppress(OSError):
            os.unlink(path)
