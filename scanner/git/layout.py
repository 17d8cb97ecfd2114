"""Where a repository keeps its objects, what its refs name, and whether all of its history is here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from scanner.git.run import Git, first_line
from scanner.model.errors import GitError

HEAD = "HEAD"


class Ref(NamedTuple):
    """A name and the object it stands for, as a hexadecimal object name."""

    name: str
    object: str


class Layout(NamedTuple):
    """``name_size`` is the length of a binary object name in bytes: 20, or 32 with SHA-256.

    ``refs`` are all refs, HEAD and the HEADs of other work trees; empty in a repository without commits.
    ``shallow`` is true where history was cut by a shallow clone, ``partial`` where objects were left at a remote.
    """

    objects: Path
    alternates: str
    name_size: int
    refs: tuple[Ref, ...]
    shallow: bool
    partial: bool


def layout(git: Git) -> Layout:
    """The layout of the repository. GitError where there is none."""
    out = git.output("rev-parse", "--is-shallow-repository", "--show-object-format").decode("ascii", "replace")
    objects = git.output("rev-parse", "--git-path", "objects").decode("utf-8", "surrogateescape").rstrip("\n")
    words = out.split()
    return Layout(
        objects=Path(os.path.join(git.where, objects)),
        alternates=os.environ.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", ""),
        name_size=32 if words[-1] == "sha256" else 20,
        refs=refs(git),
        shallow=words[0] == "true",
        partial=is_partial(git),
    )


def refs(git: Git) -> tuple[Ref, ...]:
    """All refs in the order of their names, after HEAD and the HEADs of other work trees."""
    code, out, complaint = git.ask("for-each-ref", "--format=%(objectname) %(refname)")
    if code:
        raise GitError(f"the refs cannot be read: {first_line(complaint)}")
    found = []
    head = git.succeeds("rev-parse", "--verify", "--quiet", HEAD)
    if head is not None:
        found.append(Ref(HEAD, head.decode("ascii").strip()))
    for name in work_tree_heads(git):
        if all(ref.object != name for ref in found):
            found.append(Ref("HEAD of another work tree", name))
    for entry in out.decode("utf-8", "surrogateescape").split("\n"):
        name, blank, label = entry.partition(" ")
        if blank:
            found.append(Ref(label, name))
    return tuple(found)


def work_tree_heads(git: Git) -> tuple[str, ...]:
    """The HEADs of all work trees, this one included; none for an unborn branch."""
    lines = (git.succeeds("worktree", "list", "--porcelain") or b"").split(b"\n")
    names = [line[5:].decode("ascii", "replace") for line in lines if line.startswith(b"HEAD ")]
    return tuple(dict.fromkeys(name for name in names if name.strip("0")))


def resolved(git: Git, revision: str) -> str:
    """The commit that ``revision`` names. GitError when there is none."""
    out = git.succeeds("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if out is None:
        raise GitError(f"there is no commit called {revision!a} in this repository")
    return out.decode("ascii").strip()


def missing_objects(git: Git, tips: tuple[str, ...]) -> tuple[str, ...]:
    """Names of objects that ``tips`` lead to and that are not here. Reads every tree: seconds for a large history."""
    given = "".join(f"{name}\n" for name in tips).encode()
    code, out, complaint = git.ask("rev-list", "--objects", "--quiet", "--missing=print", "--stdin", stdin=given)
    missing = tuple(line[1:].decode("ascii", "replace") for line in out.split(b"\n") if line.startswith(b"?"))
    if code and not missing:
        why = first_line(complaint) or f"git rev-list ended with {code}"
        raise GitError(f"the history is not complete: {why}")
    return missing


def is_partial(git: Git) -> bool:
    """True in a clone that left objects at its remote."""
    return git.succeeds("config", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$") is not None
