"""What a file's first bytes say it packs, and how much of it is unpacked. Light: every file of a scan asks."""

from __future__ import annotations

from typing import NamedTuple


class ArchiveLimits(NamedTuple):
    """What is read of one outermost archive. ``member`` and ``total`` are bytes, ``ratio`` is out by in."""

    depth: int = 4
    files: int = 50_000
    member: int = 256 * 1024 * 1024
    total: int = 1024 * 1024 * 1024
    ratio: int = 1000


_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"]\x00", "lzma"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"!<arch>\n", "ar"),
    # What is not read, and told.
    (b"\x1f\x9d", "compress"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"LZIP\x01", "lzip"),
    (b"\x89LZO\x00", "lzop"),
    (b"MSCF\0\0\0\0", "cabinet"),
    (b"\xed\xab\xee\xdb", "rpm"),
    (b"xar!\0", "xar"),
    (b"hsqs", "squashfs"),
    (b"# v2 git bundle\n", "git bundle"),
    (b"# v3 git bundle\n", "git bundle"),
)
_ANY = tuple(magic for magic, _ in _MAGIC)
_TAR_MAGIC_AT = 257
# A zip's directory ends it, whatever stands in front of it: a line that says who runs it, a program that unpacks it.
_ZIP_END, _ZIP_END_SIZE = b"PK\x05\x06", 22
# How a bzip2 stream goes on: with a block, or with its end.
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")
# What xz takes for the older format, which has no magic: settings (mostly the same ones), a dictionary of a power of
# two bytes or of half as many more, the size of the content or that it is not told, and a zero.
_LZMA_HEAD = 14
_SMALLEST_DICTIONARY, _UNTOLD, _LARGEST_CONTENT = 4096, (1 << 64) - 1, 1 << 38

STREAMS = frozenset({"gzip", "bzip2", "xz", "lzma", "zstd"})


def kind_of_archive(data: bytes) -> str:
    """The format by its first bytes (``zip``, ``tar``, ``gzip`` …), a zip's by its last; or an empty string."""
    if data.startswith(_ANY):
        kind = next(kind for magic, kind in _MAGIC if data.startswith(magic))
        # So few letters alone may begin anything else as well.
        if kind == "bzip2":
            return kind if data[4:10] in _BZIP2_BLOCKS else ""
        if kind == "lzma":
            return kind if _begins_lzma(data[:_LZMA_HEAD]) else ""
        return kind
    if data[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar":
        return "tar"
    return "zip" if data[-_ZIP_END_SIZE : 4 - _ZIP_END_SIZE] == _ZIP_END else ""


def _begins_lzma(head: bytes) -> bool:
    dictionary, content = int.from_bytes(head[1:5], "little"), int.from_bytes(head[5:13], "little")
    # The highest bit, and perhaps the next.
    plain = dictionary.bit_count() == 1 or (dictionary.bit_count() == 2 and dictionary & dictionary >> 1)
    told = content == _UNTOLD or content < _LARGEST_CONTENT
    return bool(plain and dictionary >= _SMALLEST_DICTIONARY and told and head[13:] == b"\0")
