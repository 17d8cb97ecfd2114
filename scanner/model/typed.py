"""The standard input, which a program that starts us may have closed."""

from __future__ import annotations

import sys
from typing import BinaryIO

from scanner.model.errors import UsageError


def standard_input() -> BinaryIO:
    """The bytes of the standard input. UsageError where there is none."""
    if sys.stdin is None:
        raise UsageError("-: the standard input is closed")
    return sys.stdin.buffer
