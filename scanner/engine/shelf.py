"""What processes made and others will need: bytes by their keys, added to one file, each with a single write.

A second file says where they lie. It is all that is read at the beginning: to read megabytes of which a run needs a
tenth took as long as scanning some hundred files. Whatever is damaged or of another time counts as absent.
"""

from __future__ import annotations

import contextlib
import os
import struct
from hashlib import blake2b

# Mark, offset, size, digest of key and body, key.
_ENTRY = struct.Struct(">4sQI16s16s")
_MARK = b"shf1"
# More is not kept: all that the shipped rules need takes a third of it. With each release some of it changes, and
# nobody asks for the old again; a file that is full begins anew.
_MOST = 8 * 1024 * 1024
_KEPT_FILES = 4


def key_of(kind: bytes, what: bytes) -> bytes:
    """The key of ``what``, among things of its ``kind``."""
    return blake2b(b"%b %b" % (kind, what), digest_size=16).digest()


class Shelf:
    """The file at ``path``, whose ending is its kind's, and its index; an empty path keeps nothing."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._index = f"{path}.index"
        self._places: dict[bytes, tuple[int, int, bytes]] = {}
        if path:
            self._read()

    def size(self, key: bytes) -> int:
        """How many bytes were put under ``key``, as far as can be told without reading them; -1 for none."""
        return self._places[key][1] if key in self._places else -1

    def get(self, key: bytes) -> bytes | None:
        """What was put under ``key``."""
        known = self._places.get(key)
        if known is None:
            return None
        offset, size, digest = known
        try:
            with open(self._path, "rb", buffering=0) as file:
                file.seek(offset)
                body = file.read(size)
        except (OSError, OverflowError):
            return None
        return body if _digest(key, body) == digest else None

    def put(self, key: bytes, body: bytes) -> None:
        """Keep ``body`` for later processes, if there is room."""
        if not self._path:
            return
        with contextlib.suppress(OSError):
            if not os.path.exists(self._path):
                # An index without its file is one of a file that is gone.
                _unlinked(self._index)
                _tidy(self._path)
            if self._filled() + len(body) > _MOST:
                _unlinked(self._index)
                _unlinked(self._path)
                return
            end = _append(self._path, body)
            _append(self._index, _ENTRY.pack(_MARK, end - len(body), len(body), _digest(key, body), key))

    def _filled(self) -> int:
        try:
            return os.stat(self._path).st_size
        except OSError:
            return 0

    def _read(self) -> None:
        try:
            with open(self._index, "rb", buffering=0) as file:
                data = file.read(_MOST)
        except OSError:
            return
        whole = len(data) - len(data) % _ENTRY.size
        places = self._places
        for mark, offset, size, digest, key in _ENTRY.iter_unpack(data[:whole]):
            if mark != _MARK:
                whole = 0
                break
            if size <= _MOST:
                places[key] = offset, size, digest
        if whole != len(data):
            # Somebody was killed in the middle of writing, or the disk was full: nothing behind it would be found.
            with contextlib.suppress(OSError):
                _unlinked(self._index)
                _unlinked(self._path)


def _append(path: str, data: bytes) -> int:
    """Add ``data``; where it ends in the file. OSError where not all of it was written."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if os.write(handle, data) != len(data):
            raise OSError
        return os.lseek(handle, 0, os.SEEK_CUR)
    finally:
        os.close(handle)


def _digest(key: bytes, body: bytes) -> bytes:
    return blake2b(key + body, digest_size=16).digest()


def _unlinked(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def _tidy(path: str) -> None:
    """Files of this kind and other versions go, oldest first."""
    folder, name = os.path.split(path)
    kind = os.path.splitext(name)[1]
    with os.scandir(folder) as entries:
        files = sorted((entry.stat().st_mtime, entry.path) for entry in entries if entry.name.endswith(kind))
    for _, other in files[: 1 - _KEPT_FILES]:
        with contextlib.suppress(OSError):
            _unlinked(f"{other}.index")
            os.unlink(other)
