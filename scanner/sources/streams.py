"""Compressed bytes read a piece at a time, never more of them than was allowed.

What a header says of sizes is not believed: bytes are counted as they come out.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from scanner.model.fastzlib import fastest

# Output made at a time. Small enough that many streams fit in memory, large enough that Python's part is small.
_PIECE = 1 << 20
# An archive's dictionary may not cost more memory than this.
_LARGEST_DICTIONARY = 512 * 1024 * 1024


class TooMuch(Exception):
    """More came out of a compressed stream than its limit allows."""


class Unreadable(Exception):
    """The stream's compression is none that is read here; the text says which."""


class Work:
    """Bytes that may still be unpacked in all, whatever comes of them: what is given up took as long as the rest."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left


class Reader(Protocol):
    """Where bytes are taken from, in order."""

    def read(self, size: int, /) -> bytes: ...


class Decompressor(Protocol):
    """What zlib, bz2, lzma and zstd have in common, with the rest of the input kept inside."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


_library = fastest()


class _Borrowed:
    """A library's object, which may know no types."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def unused_data(self) -> bytes:
        unused: bytes = self._inner.unused_data
        return unused


class _Deflate(_Borrowed):
    """zlib's object in the manner of the others: input that did not fit stays inside."""

    def __init__(self, window_bits: int) -> None:
        super().__init__(_library.decompressobj(wbits=window_bits))
        self._full = False

    @property
    def needs_input(self) -> bool:
        # All input may be taken while there is more to come out.
        return not (self._full or self._inner.unconsumed_tail)

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        tail = self._inner.unconsumed_tail
        try:
            made: bytes = self._inner.decompress(tail + data if tail else data, max_length)
        except _library.error as error:
            raise zlib.error(str(error)) from None
        self._full = len(made) >= max_length
        return made


class _Zstd(_Borrowed):
    """zstd's object with an error of its own as zlib's."""

    def __init__(self, inner: Any, error: type[Exception]) -> None:
        super().__init__(inner)
        self._error = error

    @property
    def needs_input(self) -> bool:
        return bool(self._inner.needs_input)

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        try:
            made: bytes = self._inner.decompress(data, max_length)
        except self._error as error:
            raise zlib.error(str(error)) from None
        return made


class _Lzma1:
    """A zip's LZMA member: raw, its settings in front of it. It may end without a mark."""

    @staticmethod
    def made(settings: bytes) -> Decompressor:
        if len(settings) < 5 or settings[0] >= 225:
            raise lzma.LZMAError
        packed, dictionary = settings[0], int.from_bytes(settings[1:5], "little")
        if dictionary > _LARGEST_DICTIONARY:
            raise TooMuch
        rest, literal_context = divmod(packed, 9)
        position, literal_position = divmod(rest, 5)
        chosen = {
            "id": lzma.FILTER_LZMA1, "dict_size": max(dictionary, 4096),
            "lc": literal_context, "lp": literal_position, "pb": position,
        }  # fmt: skip
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[chosen])


def decompressor(kind: str) -> Decompressor:
    """A new decompressor for ``gzip``, ``deflate``, ``bzip2``, ``xz``, ``lzma`` or ``zstd``. Unreadable for others."""
    if kind == "gzip":
        return _Deflate(31)
    if kind == "deflate":
        return _Deflate(-15)
    if kind == "bzip2":
        return bz2.BZ2Decompressor()
    if kind == "xz":
        return lzma.LZMADecompressor(memlimit=_LARGEST_DICTIONARY)
    if kind == "lzma":
        return lzma.LZMADecompressor(format=lzma.FORMAT_ALONE, memlimit=_LARGEST_DICTIONARY)
    if kind == "zstd":
        return _zstd()
    raise Unreadable(kind)


def lzma_member(settings: bytes) -> Decompressor:
    """A decompressor for a zip's LZMA member with these five bytes of settings."""
    return _Lzma1.made(settings)


def _zstd() -> Decompressor:
    try:
        # Part of Python from 3.14 on.
        from compression.zstd import ZstdDecompressor, ZstdError  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        try:
            from backports.zstd import ZstdDecompressor, ZstdError
        except ImportError:
            raise Unreadable("zstd, which this Python does not read: pip install 'unsealed[archives]'") from None
    return _Zstd(ZstdDecompressor(), ZstdError)


class Inflated:
    """What ``source`` unpacks to. ``make`` gives a decompressor for each of the streams that follow one another.

    ``read`` raises TooMuch once more than ``allowed`` bytes came out, or more than ``work`` has left, EOFError for a
    stream that ends early, and whatever the decompressor raises for one that is damaged.
    """

    def __init__(
        self, source: Iterable[bytes], make: Callable[[], Decompressor], allowed: int, work: Work | None = None
    ) -> None:
        self._source = iter(source)
        self._make = make
        self._left = allowed
        self._work = work or Work(allowed)
        self._pieces = self._unpacked()
        self._piece = b""
        self._at = 0

    def read(self, size: int, /) -> bytes:
        """The next ``size`` bytes; fewer only at the end."""
        end = self._at + size
        if end <= len(self._piece):
            found = self._piece[self._at : end]
            self._at = end
            return found
        parts = [self._piece[self._at :]]
        wanted = size - len(parts[0])
        self._piece, self._at = b"", 0
        while wanted > 0:
            piece = next(self._pieces, None)
            if piece is None:
                break
            parts.append(piece[:wanted])
            if len(piece) > wanted:
                self._piece, self._at = piece, wanted
            wanted -= len(parts[-1])
        return b"".join(parts)

    def _unpacked(self) -> Iterator[bytes]:
        data = next(self._source, b"")
        while data:
            current = self._make()
            while not current.eof:
                out = current.decompress(data, _PIECE)
                self._left -= len(out)
                self._work.left -= len(out)
                if self._left < 0 or self._work.left < 0:
                    raise TooMuch
                if out:
                    yield out
                data = b""
                if not current.eof and getattr(current, "needs_input", True):
                    data = next(self._source, b"")
                    if not data:
                        raise EOFError
            # Streams may follow one another, with zeros in between and after the last.
            data = current.unused_data.lstrip(b"\0")
            while not data:
                following = next(self._source, b"")
                if not following:
                    return
                data = following.lstrip(b"\0")


def everything(reader: Reader, allowed: int) -> bytes:
    """All that is left in ``reader``; TooMuch when that is more than ``allowed`` bytes."""
    parts = []
    while piece := reader.read(min(_PIECE, allowed + 1)):
        allowed -= len(piece)
        if allowed < 0:
            raise TooMuch
        parts.append(piece)
    return b"".join(parts)


def pieces(reader: Reader, size: int = 1 << 18) -> Iterator[bytes]:
    """All of ``reader``, a piece at a time."""
    while piece := reader.read(size):
        yield piece
