"""Could this value be a secret, or is it a placeholder, a reference, a name?"""

from __future__ import annotations

from scanner.model.filekind import FileKind


def implausible(
    value: bytes, *, mode: str, key: str = "", kind: FileKind = FileKind.OTHER, line: bytes = b""
) -> str:
    """Empty when ``value`` may be a secret, else why not."""
    if mode != "none" and len(set(value)) <= 3:
        return "placeholder"
    return ""
