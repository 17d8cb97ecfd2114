"""The user's folder for what this program made once and needs again: private, or there is none."""

from __future__ import annotations

import os
import stat


def cache_dir() -> str:
    """The user's cache folder for this program, made private; empty when there can be none."""
    folder = wanted_dir()
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        return folder if _private(folder) else ""
    except OSError:
        return ""


def wanted_dir() -> str:
    """Where that folder is to be."""
    base = os.environ.get("UNSEALED_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    return os.path.join(base or os.path.join(os.path.expanduser("~"), ".cache"), "unsealed")


def is_ours(name: str) -> bool:
    """True for the names of files that are kept in that folder."""
    digits, _, kind = name.removesuffix(".index").partition(".")
    return kind in ("rules", "compiled", "sieves", "expressions") and len(digits) == 8 and digits.isalnum()


def _private(folder: str) -> bool:
    if not hasattr(os, "getuid"):
        return True
    state = os.stat(folder)
    return state.st_uid == os.getuid() and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
