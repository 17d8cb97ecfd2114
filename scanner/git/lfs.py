"""Git LFS: a file of some lines in the repository stands for content that is kept elsewhere.

Scanning the lines alone is clean whatever the content is, so whoever meets one looks for the content where git-lfs
keeps what it has fetched, or says that it was not scanned. Nothing is fetched.
"""

from __future__ import annotations

import os
import re

from scanner.git.run import Git

# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: keys in this order, fewer than 1024 bytes.
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-.*\n)*oid sha256:([0-9a-f]{64})\nsize \d+\n"
)
_BEGINNING = b"version https://git-lfs."
_LARGEST = 1024


def is_pointer(data: bytes) -> bool:
    """True for a file that stands for another."""
    return _named(data) != ""


def content(git: Git, data: bytes, *, limit: int) -> bytes:
    """What ``data`` stands for, if it is a pointer and its content is here and has no more than ``limit`` bytes; else
    ``data`` itself."""
    name = _named(data)
    if not name:
        return data
    folder = (git.succeeds("rev-parse", "--git-common-dir") or b"").decode("utf-8", "surrogateescape").rstrip("\n")
    path = os.path.join(git.where, folder, "lfs", "objects", name[:2], name[2:4], name)
    try:
        if os.path.getsize(path) > limit:
            return data
        with open(path, "rb") as file:
            return file.read(limit)
    except OSError:
        return data


def used(git: Git) -> bool:
    """True where the newest commit's attributes send files to LFS."""
    return b"filter=lfs" in (git.succeeds("cat-file", "blob", "HEAD:.gitattributes") or b"")


def _named(data: bytes) -> str:
    if len(data) > _LARGEST or not data.startswith(_BEGINNING):
        return ""
    found = _POINTER.fullmatch(data)
    return found[1].decode() if found else ""
