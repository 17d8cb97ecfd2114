"""Git LFS: a file of some lines in the repository stands for content that is kept elsewhere.

Scanning the lines alone is clean whatever the content is, so whoever meets one looks for the content where git-lfs
keeps what it has fetched, or says that it was not scanned. Nothing is fetched.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import lru_cache

from scanner.git.run import Git

# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: keys in this order, fewer than 1024 bytes.
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-.*\n)*oid sha256:([0-9a-f]{64})\nsize \d+\n"
)
_BEGINNING = b"version https://git-lfs."
_LARGEST = 1024
_FILE = b".gitattributes"


def is_pointer(data: bytes) -> bool:
    """True for a file that stands for another."""
    return _named(data) != ""


def content(git: Git, data: bytes, *, limit: int) -> bytes:
    """What ``data`` stands for, if it is a pointer and its content is here and has no more than ``limit`` bytes; else
    ``data`` itself."""
    name = _named(data)
    if not name:
        return data
    path = os.path.join(_folder(git, os.getcwd()), "objects", name[:2], name[2:4], name)
    try:
        if os.path.getsize(path) > limit:
            return data
        with open(path, "rb") as file:
            return file.read(limit)
    except OSError:
        return data


@lru_cache(maxsize=8)
def _folder(git: Git, here: str) -> str:
    """Where git-lfs keeps things, for a command called from ``here``: a commit can bring thousands of pointers."""
    folder = (git.succeeds("rev-parse", "--git-common-dir") or b"").decode("utf-8", "surrogateescape").rstrip("\n")
    return os.path.join(here, git.where, folder, "lfs")


def used(git: Git) -> bool:
    """True where attributes in the newest commit, in any of its folders, send files to LFS."""
    listed = (git.succeeds("ls-tree", "-r", "-z", "--full-tree", "HEAD") or b"").split(b"\0")
    names = [
        entry.split(b"\t", 1)[0].split(b" ")[2] for entry in listed if entry.endswith((b"\t" + _FILE, b"/" + _FILE))
    ]
    if not names:
        return False
    found = git.succeeds("cat-file", "blob", names[0].decode("ascii")) if len(names) == 1 else _read(git, names)
    return b"filter=lfs" in (found or b"")


def _read(git: Git, names: Sequence[bytes]) -> bytes:
    return git.output("cat-file", "--batch", stdin=b"".join(name + b"\n" for name in names))


def _named(data: bytes) -> str:
    if len(data) > _LARGEST or not data.startswith(_BEGINNING):
        return ""
    found = _POINTER.fullmatch(data)
    return found[1].decode() if found else ""
