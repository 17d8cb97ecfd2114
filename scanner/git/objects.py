"""Reading objects by id, whole, through one ``git cat-file --batch``."""

from __future__ import annotations

import subprocess
from types import TracebackType
from typing import NamedTuple

from scanner.git.run import Git
from scanner.model.errors import GitError


class Object(NamedTuple):
    """One object: its type (``blob``, ``commit`` ...), its size in bytes, and its data."""

    kind: str
    size: int
    data: bytes


class MissingObject(GitError):
    """Git has no such object here (partial clone, corruption, a typed name that means nothing)."""


class TooLarge(GitError):
    """The object is larger than the limit; it was passed over unread."""


class ObjectReader:
    """Asks one git process for objects, one after the other. A context manager.

    ``limit`` is the size in bytes above which an object is not kept in memory.
    """

    def __init__(self, git: Git, *, limit: int) -> None:
        self.git = git
        self._limit = limit
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> ObjectReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        process.wait()

    def read(self, name: str) -> Object:
        """The object ``name`` (an id or anything git can resolve without newlines in it).

        MissingObject, TooLarge, or GitError when git gave up.
        """
        process = self._started()
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(name.encode("utf-8", "surrogateescape") + b"\n")
            process.stdin.flush()
            header = process.stdout.readline()
        except BrokenPipeError:
            header = b""
        parts = header.split()
        # Of a name that it does not know git says the name, blanks and all, and one word more.
        if len(parts) != 3 or not parts[2].isdigit():
            if not header:
                # An old git dies on an object that only a remote has; the next read starts it anew.
                self.close()
            raise MissingObject(f"object {name} cannot be read here")
        size = int(parts[2])
        if size > self._limit:
            # Not read to its end: a damaged object may claim petabytes, of which git would never write a byte.
            self.close()
            raise TooLarge(f"object {name} has {size:,} bytes, more than --max-size allows")
        data = process.stdout.read(size)
        if len(data) != size or not process.stdout.read(1):
            self.close()
            raise MissingObject(f"object {name} ended early")
        return Object(parts[1].decode(), size, data)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            # Git streams what is larger than this, and then does not notice that an object is shorter than it claims.
            threshold = f"core.bigFileThreshold={self._limit + 1}"
            self._process = self.git.start("-c", threshold, "cat-file", "--batch", stdin=True, complaints=False)
        return self._process


def file_at(reader: ObjectReader, revision: str, path: str) -> bytes | None:
    """The file that ``revision`` (empty: the index) has at ``path``; None where it has none that can be read."""
    if "\n" in path or "\0" in path:
        return None
    try:
        found = reader.read(f"{revision}:{path}")
    except (MissingObject, TooLarge):
        return None
    return found.data if found.kind == "blob" else None
