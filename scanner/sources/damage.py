"""What can be wrong with packed bytes, and how it is told: never with a word of what was packed."""

from __future__ import annotations

import lzma
import zipfile
import zlib

from scanner.sources import tar
from scanner.sources.streams import TooMuch, Unreadable

_BROKEN = (zipfile.BadZipFile, tar.Damaged, zlib.error, lzma.LZMAError, OSError, EOFError)
# What the standard library's readers raise beyond what they say they do.
_SURPRISES = (ValueError, NotImplementedError, RuntimeError, OverflowError, MemoryError, IndexError, KeyError)
DAMAGE = (TooMuch, Unreadable, *_BROKEN, *_SURPRISES)


def told(error: BaseException, kind: str) -> str:
    """Why something called ``kind`` was not read to its end."""
    if isinstance(error, TooMuch):
        return "unpacks to more than the limit"
    if isinstance(error, Unreadable):
        return f"is {error}"
    if isinstance(error, _BROKEN):
        return f"is a damaged {kind}: {type(error).__name__}"
    return f"cannot be read as {kind}: {type(error).__name__}"
