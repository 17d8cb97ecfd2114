"""Where a repository's history ends: every ref and HEAD, and what may lead from there to here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from scanner.git.run import Git, first_line
from scanner.model.errors import GitError


class Tips(NamedTuple):
    """Object names of all refs and HEAD, sorted, each once. ``broken`` says how many refs name what is not here."""

    names: tuple[str, ...]
    broken: int


def tips(git: Git) -> Tips:
    """All tips; none for an empty repository. GitError where there is no repository."""
    process = git.start("show-ref", "--head", "--hash")
    out, complaint = process.communicate()
    if process.returncode not in (0, 1) or (process.returncode == 1 and complaint.startswith(b"fatal")):
        raise GitError(first_line(complaint) or "this is no repository")
    # A plain folder would be answered with "no refs" by an old git.
    if not out and git.succeeds("rev-parse", "--git-dir") is None:
        raise GitError("this is no repository")
    return Tips(
        tuple(sorted(set(out.decode("ascii", "replace").split()))), complaint.count(b"not point to a valid object")
    )


def existing(git: Git, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of ``names`` that this repository has: a forced push may have taken others away."""
    if not names:
        return ()
    out = git.output("cat-file", "--batch-check=%(objectname)", stdin="".join(f"{name}\n" for name in names).encode())
    return tuple(line for line in out.decode("ascii", "replace").split("\n") if line and " " not in line)


def lost(git: Git, before: Sequence[str], now: Sequence[str]) -> str:
    """Why what ``before`` reaches is not all here and reached from ``now``; empty when it is."""
    if existing(git, tuple(before)) != tuple(before):
        return "commits that it knows are gone"
    asked = "".join(f"{name}\n" for name in (*before, *(f"^{name}" for name in now)))
    try:
        left = git.output("rev-list", "-1", "--stdin", stdin=asked.encode())
    except GitError:
        return "what it knows cannot be read"
    return "history was rewritten" if left.strip() else ""


def root(git: Git, names: tuple[str, ...]) -> str:
    """The first of the root commits that ``names`` lead to: equal in a repository and its forks. Empty for none."""
    if not names:
        return ""
    given = "".join(f"{name}\n" for name in names).encode()
    process = git.start("rev-list", "--max-parents=0", "--stdin", stdin=True)
    out, _ = process.communicate(given)
    return "" if process.returncode else min(out.decode("ascii", "replace").split(), default="")
