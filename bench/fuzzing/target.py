"""One thing to be fuzzed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import NamedTuple

from scanner.history.headers import Damaged
from scanner.model.errors import UnsealedError

# What a parser may say of input that is none of its own. Everything else is a crash.
EXPECTED = (UnsealedError, Damaged)
Run = Callable[[bytes], Hashable]


class Target(NamedTuple):
    """``make`` gets a folder of its own and gives the function that takes an input.

    What that function returns stands for the way the input went: an input that goes a new way is kept and changed
    further. ``words`` are pieces worth inserting. Inputs have up to ``largest`` bytes, most of them up to ``usual``.
    """

    name: str
    make: Callable[[Path], Run]
    seeds: Callable[[], Sequence[bytes]]
    words: Sequence[bytes] = ()
    largest: int = 8192
    usual: int = 1 << 20


def size_class(number: int) -> int:
    """Numbers of about the same size are the same way."""
    return number.bit_length()
