"""What to say of a text of which the scan ended early: one of them must not stop the others."""

from __future__ import annotations

import os

from scanner.model.errors import UnsealedError, place_of
from scanner.model.result import Skipped


def missed(name: str, error: Exception) -> Skipped:
    """That the text called ``name`` was not scanned for that ``error``.

    Raises it again where all ends with it: a disk that fails, what is said as it stands, and for whoever looks for it.
    """
    if isinstance(error, MemoryError):
        return Skipped(name, "needs more memory than there is")
    if isinstance(error, (UnsealedError, OSError)) or os.environ.get("UNSEALED_DEBUG"):
        raise error
    return Skipped(name, f"was not scanned to its end by a mistake of ours, {place_of(error)}: please report it")
