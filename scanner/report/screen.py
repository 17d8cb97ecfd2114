"""Whether somebody watches: asked by every run, and most are watched by nobody."""

from __future__ import annotations


def is_terminal(out: object) -> bool:
    """True for an open terminal; false for files, pipes, closed and foreign objects."""
    try:
        return bool(out.isatty())  # type: ignore[attr-defined]
    except (ValueError, AttributeError, OSError):
        return False
