"""The quickest library at hand that does what zlib does."""

from __future__ import annotations

from typing import Any


def fastest() -> Any:
    """ISA-L, a drop-in for zlib: a layer or an object of a pack takes 0.4 to 0.6 of the time. Not every machine has it.

    Its errors are its own, no ``zlib.error``.
    """
    try:
        from isal import isal_zlib
    except ImportError:
        import zlib

        return zlib
    return isal_zlib
