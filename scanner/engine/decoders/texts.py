"""Is it text? And what is inside a compressed one."""

from __future__ import annotations

# Bytes of readable text; what UTF-8 uses beyond ASCII counts too, and is checked apart.
_READABLE = bytes(range(32, 127)) + b"\t\n\r\x1b"
_HIGH = bytes(range(128, 256))
_PROBE = 48
_GZIP, _ZLIB = b"\x1f\x8b\x08", (b"x\x9c", b"x\xda", b"x\x01", b"x^")
# A well-packed text becomes some ten times larger; a bomb a thousand times.
_RATIO = 200


def is_text(data: bytes) -> bool:
    """True when nearly every byte is readable; the beginning decides for what is clearly no text."""
    probe = data[:_PROBE]
    if len(probe.translate(None, _READABLE + _HIGH)) * 20 > len(probe):
        return False
    odd = len(data.translate(None, _READABLE))
    if odd * 20 <= len(data):
        return True
    if odd * 2 > len(data):
        return False
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return sum(map(str.isprintable, text[:4096])) * 10 >= len(text[:4096]) * 9


def from_utf16(data: bytes) -> bytes:
    """``data`` as UTF-8 if it is plain text in UTF-16 (what PowerShell encodes), else empty."""
    if len(data) < 16 or len(data) % 2 or data[1:16:2].strip(b"\0") or b"\0" in data[0:16:2]:
        return b""
    return data.decode("utf-16-le", "replace").encode("utf-8", "replace")


def is_packed(data: bytes) -> bool:
    """True for the first bytes of a gzip or zlib stream."""
    return data.startswith(_GZIP) or data.startswith(_ZLIB)


def unpacked(data: bytes, limit: int) -> tuple[bytes, bool]:
    """The text in a gzip or zlib stream, at most ``limit`` bytes of it, and whether there is more; empty for anything
    else."""
    import zlib

    stream = zlib.decompressobj(31 if data.startswith(_GZIP) else 15)
    limit = min(limit, len(data) * _RATIO)
    try:
        text = stream.decompress(data, limit)
    except zlib.error:
        return b"", False
    return (text, len(text) == limit and not stream.eof) if is_text(text) else (b"", False)
