"""Inflating one object's data, never to more than it claims."""

from __future__ import annotations

import zlib

from scanner.history.headers import Damaged
from scanner.model.fastzlib import fastest

_library = fastest()
_decompress = _library.decompress
_start = _library.decompressobj
_ERRORS = (zlib.error, _library.error)

# Deflate cannot make more than this many bytes out of one.
_MOST = 1032
# Up to this many bytes in all a lie costs less than watching for it does.
_HARMLESS = 32 * 1024 * 1024


def inflate(data: bytes, size: int) -> bytes:
    """The ``size`` bytes that the zlib stream at the start of ``data`` holds. Damaged when it holds others."""
    if size > _MOST * len(data) + _MOST:
        raise Damaged("an object claims more data than it can hold")
    try:
        if _MOST * len(data) <= _HARMLESS:
            whole: bytes = _decompress(data, 15, size + 1)
            complete = True
        else:
            stream = _start()
            whole = stream.decompress(data, size + 1)
            complete = stream.eof
    except _ERRORS:
        raise Damaged("an object's compressed data is damaged") from None
    if len(whole) != size or not complete:
        raise Damaged("an object's data is not of the size it claims")
    return whole
