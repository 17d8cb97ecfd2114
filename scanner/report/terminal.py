"""What the terminal at the other end can show: colour, width, characters."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import BinaryIO

from scanner.model.levels import Severity
from scanner.report.interface import ReportOptions
from scanner.report.plain import visible
from scanner.report.screen import is_terminal

_STYLES = {"bold": "1", "dim": "2", "alarm": "1;31"} | {
    name: str(code) for code, name in enumerate(("red", "green", "yellow", "blue", "magenta", "cyan"), 31)
}
SEVERITY_STYLE = {
    Severity.CRITICAL: "alarm",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "blue",
}
_NO_TERMINAL_WIDTH = 120
_NARROWEST = 40


@dataclass(frozen=True, slots=True)
class Paint:
    """Makes text fit to be shown: cleans it, always, and colours it where that is wanted."""

    color: bool

    def __call__(self, text: str, style: str = "") -> str:
        """``text`` with nothing left in it that could move the cursor, in ``style``."""
        safe = visible(text)
        return f"\x1b[{_STYLES[style]}m{safe}\x1b[0m" if style and self.color and safe else safe


def paint_for(out: BinaryIO, options: ReportOptions) -> Paint:
    """Colour as asked; else as NO_COLOR and FORCE_COLOR say; else on a terminal that understands it."""
    if options.color is not None:
        return Paint(options.color)
    if os.environ.get("NO_COLOR"):
        return Paint(color=False)
    if os.environ.get("FORCE_COLOR"):
        return Paint(color=True)
    return Paint(is_terminal(out) and os.environ.get("TERM") != "dumb" and _console_understands_escapes())


def width_for(out: BinaryIO, options: ReportOptions) -> int:
    """Columns to fill; a file or a pipe gets a readable width, the same wherever it is written."""
    if options.width is not None:
        return max(_NARROWEST, options.width)
    if not is_terminal(out):
        return _NO_TERMINAL_WIDTH
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked) > 0:
        return max(_NARROWEST, int(asked))
    try:
        return max(_NARROWEST, os.get_terminal_size(out.fileno()).columns or 80)
    except (OSError, ValueError, AttributeError):
        return _NO_TERMINAL_WIDTH


def _console_understands_escapes() -> bool:
    """Windows consoles have to be told to read escape sequences, and old ones cannot; others always do."""
    if sys.platform != "win32":
        return True
    import ctypes

    kernel = ctypes.windll.kernel32
    handle = kernel.GetStdHandle(-11)  # the standard output
    mode = ctypes.c_ulong()
    if not kernel.GetConsoleMode(handle, ctypes.byref(mode)):
        return bool(os.environ.get("TERM"))  # a pty of a Unix-like shell
    return bool(kernel.SetConsoleMode(handle, mode.value | 0x0004))
