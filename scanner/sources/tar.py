"""Tar archives read as a stream: names and contents, a few microseconds an entry.

The standard library's module makes an object of thirty fields of each header and can be led into other modes; what is
needed here is the name, the kind and the bytes. Understood are ustar, GNU's long names and large numbers, and pax
headers. Nothing is ever written to disk, so a name can be whatever it likes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from scanner.sources.streams import Reader

BLOCK = 512
_FILE = frozenset(b"0\x007")
_LINKS = frozenset(b"12")
_LONG_NAME, _LONG_LINK, _PAX, _PAX_ALL, _SPARSE = b"LKxgS"
# A name, or a set of pax records, of more than this is an attack.
_LARGEST_HEADER = 1 << 20
_ZEROS = bytes(BLOCK)
_LARGEST_SUM = BLOCK * 255


class Damaged(Exception):
    """The bytes are no tar from here on."""


class Entry(NamedTuple):
    """One entry: ``file`` is true for a regular file, ``link`` holds where a link leads; ``size`` in bytes."""

    name: str
    size: int
    file: bool
    link: str = ""


class TarReader:
    """Walks one tar. ``content`` belongs to the entry that came last, and may be left unread."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._left = 0
        self._padding = 0

    def entries(self) -> Iterator[Entry]:
        """Every entry in order. Damaged where what follows is no header, or the tar ends within an entry."""
        name = link = ""
        pax: dict[bytes, bytes] = {}
        common: dict[bytes, bytes] = {}
        while True:
            self._pass()
            header = self._reader.read(BLOCK)
            if not header or header == _ZEROS:
                return
            if len(header) < BLOCK or not _sound(header):
                raise Damaged
            kind, size = header[156], _number(header[124:136])
            if kind in (_LONG_NAME, _LONG_LINK, _PAX, _PAX_ALL):
                text = self._extension(size)
                if kind == _LONG_NAME:
                    name = _name(text)
                elif kind == _LONG_LINK:
                    link = _name(text)
                else:
                    (common if kind == _PAX_ALL else pax).update(_records(text))
                continue
            told = {**common, **pax}
            size = _decimal(told.get(b"size"), size)
            if kind == _SPARSE:
                self._pass_map(header)
            stored = kind in _FILE or kind == _SPARSE or kind not in b"123456"
            self._begin(size if stored else 0)
            yield Entry(
                name=_name(told[b"path"]) if b"path" in told else name or _long(header),
                size=size if stored else 0,
                file=kind in _FILE or kind == _SPARSE,
                link=(_name(told[b"linkpath"]) if b"linkpath" in told else link or _name(header[157:257]))
                if kind in _LINKS
                else "",
            )
            name, link, pax = "", "", {}

    def content(self) -> bytes:
        """All that is left of the current entry. Damaged when the tar ends before it does."""
        data = self._reader.read(self._left)
        if len(data) < self._left:
            raise Damaged
        self._left = 0
        return data

    def read(self, size: int, /) -> bytes:
        """Some of the current entry, so that an entry can be a stream itself."""
        data = self._reader.read(min(size, self._left))
        self._left -= len(data)
        return data

    def _begin(self, size: int) -> None:
        self._left, self._padding = size, -size % BLOCK

    def _pass_map(self, header: bytes) -> None:
        """Skip what follows the header of a file with holes: where they are. The content is read without them."""
        more = header[482]
        while more:
            block = self._reader.read(BLOCK)
            if len(block) < BLOCK:
                raise Damaged
            more = block[504]

    def _extension(self, size: int) -> bytes:
        if size > _LARGEST_HEADER:
            raise Damaged
        self._begin(size)
        return self.content()

    def _pass(self) -> None:
        """Skip what is left of the current entry."""
        left = self._left + self._padding
        self._left = self._padding = 0
        skip = getattr(self._reader, "skip", None)
        if skip is not None and left > BLOCK:
            skip(left)
            return
        while left > 0:
            piece = self._reader.read(min(left, 1 << 20))
            if not piece:
                raise Damaged
            left -= len(piece)


def _sound(header: bytes) -> bool:
    """True when the header's checksum is right."""
    try:
        told = _number(header[148:156])
    except Damaged:
        return False
    # Adler-32's lower half is one more than the sum, by a modulus that leaves of its 130,000 values two at most alike.
    low = zlib.adler32(header) & 0xFFFF
    return told <= _LARGEST_SUM and (told + sum(header[148:156]) - 8 * 32 + 1 - low) % 65521 == 0


def _number(field: bytes) -> int:
    """Octal digits, or GNU's form for large numbers."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.partition(b"\0")[0].strip()
    try:
        value = int(digits or b"0", 8)
    except ValueError:
        raise Damaged from None
    if value < 0:
        raise Damaged
    return value


def _decimal(digits: bytes | None, otherwise: int) -> int:
    if digits is None:
        return otherwise
    if not digits.isdigit() or len(digits) > 18:
        raise Damaged
    return int(digits)


def _long(header: bytes) -> str:
    prefix = header[345:500] if header[257:263] == b"ustar\0" else b""
    name = _name(header[:100])
    front = _name(prefix)
    return f"{front}/{name}" if front else name


def _name(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _records(data: bytes) -> dict[bytes, bytes]:
    """Pax records: ``length key=value`` and a line break each, the length counting all of it."""
    found: dict[bytes, bytes] = {}
    at = 0
    while at < len(data):
        blank = data.find(b" ", at, at + 20)
        if blank < 0 or not data[at:blank].isdigit():
            break
        end = at + int(data[at:blank])
        if end <= blank or end > len(data):
            raise Damaged
        key, _, value = data[blank + 1 : end - 1].partition(b"=")
        found[key] = value
        at = end
    return found
