"""Where a repository's history ends: every ref and HEAD, and what may lead from there to here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from scanner.git.layout import work_tree_heads
from scanner.git.run import Git, first_line
from scanner.model.errors import GitError


class Tips(NamedTuple):
    """Object names of all refs and of HEAD, here and in other work trees, sorted, each once.

    ``broken`` says how many refs name what is not here.
    """

    names: tuple[str, ...]
    broken: int


def tips(git: Git) -> Tips:
    """All tips; none for an empty repository. GitError where there is no repository."""
    code, out, complaint = git.ask("show-ref", "--head", "--hash")
    if code not in (0, 1) or (code == 1 and complaint.startswith(b"fatal")):
        raise GitError(first_line(complaint) or "this is no repository")
    # A plain folder would be answered with "no refs" by an old git.
    if not out and git.succeeds("rev-parse", "--git-dir") is None:
        raise GitError("this is no repository")
    names = {*out.decode("ascii", "replace").split(), *_elsewhere(git)}
    return Tips(tuple(sorted(names)), complaint.count(b"not point to a valid object"))


def _elsewhere(git: Git) -> tuple[str, ...]:
    """The HEADs of other work trees, which no ref need name."""
    for inner in (os.path.join(git.where, ".git"), git.where):
        # Git is not asked where it is plain that there are none: of hundreds of clones that takes seconds.
        if os.path.isfile(os.path.join(inner, "HEAD")) and not os.path.isdir(os.path.join(inner, "worktrees")):
            return ()
    return work_tree_heads(git)


def existing(git: Git, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of ``names`` that this repository has: a forced push may have taken others away."""
    if not names:
        return ()
    out = git.output("cat-file", "--batch-check=%(objectname)", stdin="".join(f"{name}\n" for name in names).encode())
    return tuple(line for line in out.decode("ascii", "replace").split("\n") if line and " " not in line)


def is_behind(git: Git, commit: str, revision: str) -> bool:
    """True when ``revision`` is there and ``commit`` leads up to it."""
    return git.succeeds("merge-base", "--is-ancestor", commit, revision) is not None


def commits_behind(git: Git, names: Sequence[str], revision: str) -> frozenset[str]:
    """Those of ``names`` that are commits, not tags, and lead up to ``revision``; none where there is no such thing."""
    commits = sorted(set(names) - _others(git, names)) if names else []
    if not commits:
        return frozenset()
    asked = "".join(f"{name}\n" for name in (*commits, f"^{revision}")).encode()
    try:
        return frozenset(commits).difference(git.output("rev-list", "--stdin", stdin=asked).decode("ascii").split())
    except GitError:
        return frozenset()


def lost(git: Git, before: Sequence[str], now: Sequence[str]) -> str:
    """Why what ``before`` reaches is not all here and reached from ``now``; empty when it is."""
    if existing(git, tuple(before)) != tuple(before):
        return "commits that it knows are gone"
    asked = "".join(f"{name}\n" for name in (*before, *(f"^{name}" for name in now)))
    try:
        left = git.output("rev-list", "-1", "--stdin", stdin=asked.encode())
    except GitError:
        return "what it knows cannot be read"
    if left.strip() or not _others(git, before) <= set(now):
        return "history was rewritten"
    return ""


def _others(git: Git, names: Sequence[str]) -> set[str]:
    """Those of ``names`` that are no commits: a tag that is taken away takes its message with it."""
    out = git.output("cat-file", "--batch-check", stdin="".join(f"{name}\n" for name in names).encode())
    lines = [line.split(" ") for line in out.decode("ascii", "replace").splitlines()]
    return {line[0] for line in lines if line[1:2] != ["commit"]}


def root(git: Git, names: tuple[str, ...]) -> str:
    """The first of the root commits that ``names`` lead to: equal in a repository and its forks. Empty for none."""
    if not names:
        return ""
    given = "".join(f"{name}\n" for name in names).encode()
    code, out, _ = git.ask("rev-list", "--max-parents=0", "--stdin", stdin=given)
    return "" if code else min(out.decode("ascii", "replace").split(), default="")
