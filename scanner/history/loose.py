"""Objects that lie in files of their own."""

from __future__ import annotations

import os
import string
import zlib
from collections.abc import Iterator
from pathlib import Path

from scanner.history.errors import NoObject

_HEX = frozenset(string.hexdigits.lower())
_LONGEST_HEADER = 64
# Compressed bytes that surely give the header: before the first byte comes out, deflate may describe its codes.
_FIRST = 4096


def loose_names(objects: Path, name_size: int) -> Iterator[bytes]:
    """The binary names of all loose objects below the folder ``objects``, in order."""
    for byte in range(256):
        folder = f"{byte:02x}"
        try:
            entries = sorted(os.listdir(objects / folder))
        except OSError:
            continue
        for entry in entries:
            if len(entry) == 2 * name_size - 2 and _HEX.issuperset(entry):
                yield bytes.fromhex(folder + entry)


def read_loose(objects: Path, name: bytes, *, limit: int) -> tuple[str, bytes]:
    """Type and bytes of a loose object. NoObject when it is gone, damaged or larger than ``limit`` bytes."""
    text = name.hex()
    try:
        with open(objects / text[:2] / text[2:], "rb") as file:
            stream = zlib.decompressobj()
            head = stream.decompress(file.read(_FIRST), _LONGEST_HEADER)
            label, zero, data = head.partition(b"\0")
            kind, _, size = label.partition(b" ")
            if not zero or not size.isdigit():
                raise NoObject(f"loose object {text} has no header")
            length = int(size)
            if length > limit:
                raise NoObject(f"loose object {text} has {length:,} bytes, more than --max-size allows")
            rest = length - len(data)
            body = stream.decompress(stream.unconsumed_tail + file.read(), rest + 1) if rest >= 0 else b""
    except OSError as error:
        raise NoObject(f"loose object {text} cannot be read: {error.strerror}") from None
    except zlib.error:
        raise NoObject(f"loose object {text} is damaged") from None
    if len(body) != rest or not stream.eof:
        raise NoObject(f"loose object {text} is damaged")
    return kind.decode("ascii", "replace"), data + body
