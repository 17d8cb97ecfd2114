"""7z archives, through py7zr where it is installed: in memory, each byte counted as it comes out.

No program is started and nothing is written to disk. rar is left out: what reads it in Python starts another program.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import NamedTuple

from scanner.sources.streams import TooMuch, Unreadable
from scanner.sources.tar import Damaged


class Content(NamedTuple):
    """One file of an archive."""

    name: str
    data: bytes


def contents(data: bytes, *, files: int, allowed: int) -> Iterator[Content]:
    """Every file; at most ``files``, of ``allowed`` bytes in all. TooMuch, Damaged, or Unreadable without py7zr.

    Damaged or too large, it gives what was whole before.
    """
    try:
        from py7zr import SevenZipFile
        from py7zr.io import Py7zIO, WriterFactory
    except ImportError:
        raise Unreadable("7z, which takes py7zr to read: pip install 'unsealed[archives]'") from None

    class File(Py7zIO):  # type: ignore[misc,unused-ignore]
        """Keeps what it is given, as long as that is not too much."""

        def __init__(self, kept: Kept, name: str) -> None:
            self._kept = kept
            self._name = name
            self._parts: list[bytes] = []
            self._closed: bool = False

        def write(self, s: bytes | bytearray) -> int:
            self._kept.left -= len(s)
            if self._kept.left < 0:
                raise TooMuch
            self._parts.append(bytes(s))
            return len(s)

        def read(self, size: int | None = None) -> bytes:
            return b""

        def seek(self, offset: int, whence: int = 0) -> int:
            return 0

        def flush(self) -> None:
            pass

        def size(self) -> int:
            return sum(map(len, self._parts))

        def close(self) -> None:
            if not self._closed:
                self._kept.done.append(Content(self._name, b"".join(self._parts)))
                self._parts.clear()
            self._closed = True

    class Kept(WriterFactory):  # type: ignore[misc,unused-ignore]
        """The files so far."""

        def __init__(self) -> None:
            self.left: int = allowed
            self.done: list[Content] = []

        def create(self, filename: str) -> File:
            return File(self, filename)

    kept = Kept()
    wrong: Exception | None = None
    try:
        with SevenZipFile(io.BytesIO(data)) as archive:
            if archive.needs_password():
                raise Unreadable("encrypted")
            if len(archive.namelist()) > files:
                raise TooMuch
            archive.extractall(factory=kept)
    except (TooMuch, Unreadable) as error:
        wrong = error
    except Exception:  # whatever a library makes of damage: it has some twenty words for it
        wrong = Damaged()
    yield from kept.done
    if wrong is not None:
        raise wrong
