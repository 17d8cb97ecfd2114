"""Text that any database takes."""

from __future__ import annotations


def stored(text: str) -> str:
    """``text`` without what UTF-8 or PostgreSQL cannot hold: odd bytes and NUL become visible escapes."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
