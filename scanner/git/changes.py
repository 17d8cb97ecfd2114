"""What changed between two trees: ids and names, never patch text.

A patch can hide content (a ``-diff`` attribute, a text converter, UTF-16); ids cannot.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scanner.git.run import Git, fields
from scanner.model.errors import GitError

_SUBMODULE = "160000"


class Change(NamedTuple):
    """One path: blob ids before and after, empty where there was or is none (submodules count as none)."""

    path: str
    before: str
    after: str


_RAW = ("--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none")


# Added, modified, of another type: what is unmerged, or deleted, has no name.
_THERE = ("A", "M", "T")


def staged(git: Git) -> list[Change]:
    """The index against HEAD, or against nothing before the first commit."""
    out = git.succeeds("diff-index", "--cached", *_RAW, "HEAD", "--")
    if out is None:
        out = _against_nothing(git)
    return list(parse_raw(out))


def _against_nothing(git: Git) -> bytes:
    """For an unborn branch. GitError where there is no repository, or HEAD exists and cannot be read."""
    git.output("rev-parse", "--git-dir")
    if git.succeeds("rev-parse", "--verify", "--quiet", "HEAD^{tree}") is not None:
        return git.output("diff-index", "--cached", *_RAW, "HEAD", "--")
    if git.succeeds("rev-parse", "--verify", "--quiet", "HEAD") is not None:
        raise GitError("HEAD cannot be read: the repository is damaged or a partial clone; try `git fsck`")
    empty = git.output("hash-object", "-t", "tree", "--stdin", stdin=b"").decode().strip()
    return git.output("diff-index", "--cached", *_RAW, empty, "--")


def between(git: Git, before: str, after: str) -> list[Change]:
    """Two tree-ish names (already verified to exist)."""
    return list(parse_raw(git.output("diff-tree", "-r", *_RAW, "--end-of-options", before, after, "--")))


def parse_raw(out: bytes) -> Iterator[Change]:
    """The entries of ``--raw -z`` output. Paths keep odd bytes as surrogates.

    GitError for what is there and has no name: git reads what is missing of an index that was cut off as zeros.
    """
    parts = iter(fields(out))
    for header in parts:
        if not header.startswith(b":"):
            continue
        path = next(parts, b"").decode("utf-8", "surrogateescape")
        mode_before, mode_after, before, after, status = header[1:].decode().split(" ", 4)
        if status[:1] in _THERE and not after.strip("0"):
            raise GitError("the index is damaged: remove .git/index and run `git reset`")
        yield Change(path, _blob(mode_before, before), _blob(mode_after, after))


def _blob(mode: str, name: str) -> str:
    return "" if mode in ("000000", _SUBMODULE) or not name.strip("0") else name


def tracked(git: Git) -> list[Change]:
    """Every file of the index, as if it were new."""
    out = git.output("ls-files", "--stage", "-z", "--full-name")
    found = []
    for entry in fields(out):
        meta, _, path = entry.partition(b"\t")
        mode, name, _ = meta.decode().split(" ")
        if mode != _SUBMODULE:
            found.append(Change(path.decode("utf-8", "surrogateescape"), "", name))
    return found
