"""7z archives, through py7zr where it is installed: in memory, each byte counted as it comes out.

No program is started and nothing is written to disk. rar is left out: what reads it in Python starts another program.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import NamedTuple

from scanner.sources.streams import TooMuch, Unreadable, Work
from scanner.sources.tar import Damaged


class Content(NamedTuple):
    """One file of an archive."""

    name: str
    data: bytes


class _Account:
    """What came out so far, and how much more may."""

    def __init__(self, left: int, work: Work) -> None:
        self.done: list[Content] = []
        self._left = left
        self._work = work

    def take(self, size: int) -> None:
        """Count bytes that came out."""
        self._left -= size
        self._work.left -= size
        if self._left < 0 or self._work.left < 0:
            raise TooMuch


def contents(data: bytes, *, files: int, allowed: int, work: Work | None = None) -> Iterator[Content]:
    """Every file; at most ``files``, of ``allowed`` bytes in all. TooMuch, Damaged, or Unreadable without py7zr.

    What comes out is ``work``.

    Damaged or too large, it gives what was whole before.
    """
    try:
        from py7zr import SevenZipFile
        from py7zr.io import Py7zIO, WriterFactory
    except ImportError:
        raise Unreadable("7z, which takes py7zr to read: pip install 'unsealed[archives]'") from None

    account = _Account(allowed, work or Work(allowed))

    class File(Py7zIO):  # type: ignore[misc,unused-ignore]
        """Keeps what it is given, as long as that is not too much."""

        def __init__(self, name: str) -> None:
            self.name: str = name
            self.parts: list[bytes] = []
            self.open: bool = True

        def write(self, s: bytes | bytearray) -> int:
            account.take(len(s))
            self.parts.append(bytes(s))
            return len(s)

        def read(self, size: int | None = None) -> bytes:
            return b""

        def seek(self, offset: int, whence: int = 0) -> int:
            return 0

        def flush(self) -> None:
            pass

        def size(self) -> int:
            return sum(len(part) for part in self.parts)

        def close(self) -> None:
            if self.open:
                account.done.append(Content(self.name, b"".join(self.parts)))
                self.parts.clear()
            self.open = False

    class Files(WriterFactory):  # type: ignore[misc,unused-ignore]
        """Makes a place for each."""

        def create(self, filename: str) -> File:
            return File(filename)

    wrong: Exception | None = None
    try:
        with SevenZipFile(io.BytesIO(data)) as archive:
            if archive.needs_password():
                raise Unreadable("encrypted")
            if len(archive.namelist()) > files:
                raise TooMuch
            archive.extractall(factory=Files())
    except (TooMuch, Unreadable) as error:
        wrong = error
    except Exception:  # whatever a library makes of damage: it has some twenty words for it
        wrong = Damaged()
    yield from account.done
    if wrong is not None:
        raise wrong
