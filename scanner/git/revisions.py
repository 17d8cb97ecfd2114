"""Names of commits: resolving them, ranges of them, and where a shallow clone ends."""

from __future__ import annotations

import os
from typing import NamedTuple

from scanner.git.run import Git
from scanner.model.errors import GitError, UsageError

_DEEPEN = "fetch the rest with `git fetch --unshallow` (GitHub: fetch-depth: 0, GitLab: GIT_DEPTH: 0)"


class Range(NamedTuple):
    """Commits that ``tips`` reach and ``since`` do not; both are ids. Empty ``since`` is the whole history."""

    tips: tuple[str, ...]
    since: tuple[str, ...]


def is_zero(name: str) -> bool:
    """True for the all-zero id by which git says "there is none": a branch that is new, or deleted."""
    return len(name) >= 40 and not name.strip("0")


def resolve(git: Git, name: str, *, kind: str = "commit") -> str:
    """The id of the commit called ``name``; of ``kind`` "object", a tag's own id, for its message is text too.

    GitError says what to do when there is none here.
    """
    out = git.succeeds("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{{kind}}}")
    if out is not None:
        return out.decode("ascii").strip()
    git.output("rev-parse", "--git-dir")
    if is_shallow(git):
        raise GitError(f"{name} is not in this shallow clone: {_DEEPEN}")
    raise GitError(f"there is no {kind} {name} here: fetch it first, or check the name")


def parse_range(git: Git, text: str) -> Range:
    """``BASE..HEAD``, ``BASE...HEAD`` (from where they parted) or ``BASE`` (up to HEAD).

    An all-zero base means a new branch: see ``known_before``. An all-zero head is a deletion.
    UsageError where the base is empty: git reads HEAD there, and a pipeline whose variable is unset would be green.
    """
    base, dots, head = text.partition("...") if "..." in text else text.partition("..")
    if not base.strip():
        raise UsageError(f"the range {text!r} has no base: is a variable unset? (HEAD..NAME counts from HEAD)")
    tip = head or "HEAD"
    if is_zero(tip):
        return Range((), ())
    tips = (resolve(git, tip),)
    if dots and is_zero(base):
        return Range(tips, known_before(git, tips[0]))
    return Range(tips, (resolve(git, base),))


def known_before(git: Git, tip: str) -> tuple[str, ...]:
    """The commits that were known when a new branch with this ``tip`` came.

    A server's hook sees its refs as they were. In CI they are as they became: a tag that came with the branch, the
    merge that a pull request would make, a branch on top of this one. Those that contain the tip say nothing of what is
    new; were they believed, nothing would be.
    """
    refs = other_refs(git)
    if os.environ.get("GIT_QUARANTINE_PATH"):
        return refs
    containing = _containing(git, tip, refs)
    return tuple(name for name in refs if name not in containing)


def _containing(git: Git, tip: str, commits: tuple[str, ...]) -> set[str]:
    """Commits that reach ``tip``, up to ``commits``, in one walk: git's ``--contains`` takes one for each."""
    given = "".join(f"{name}\n" for name in (*commits, f"^{tip}"))
    out = git.output("rev-list", "--topo-order", "--reverse", "--parents", "--stdin", stdin=given.encode())
    found = {tip}
    for line in out.decode("ascii").splitlines():
        name, *parents = line.split()
        if not found.isdisjoint(parents):
            found.add(name)
    return found


def other_refs(git: Git, pattern: str = "") -> tuple[str, ...]:
    """The commits that refs (below ``pattern``, or all) lead to."""
    names = git.output("for-each-ref", "--format=%(objectname)^{commit}", *([pattern] if pattern else []))
    found = git.output("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=names)
    lines = (line.split() for line in found.decode("ascii").splitlines())
    return tuple(sorted({name for name, *kind in lines if kind == ["commit"]}))


def boundary(git: Git, commits: Range) -> tuple[str, ...]:
    """The commits just outside of the range: what stood before it."""
    if not commits.since:
        return ()
    arguments = "".join(f"{name}\n" for name in (*commits.tips, *(f"^{name}" for name in commits.since)))
    out = git.output("rev-list", "--boundary", "--stdin", stdin=arguments.encode())
    return tuple(line[1:] for line in out.decode("ascii").splitlines() if line.startswith("-"))


def is_shallow(git: Git) -> bool:
    """True in a clone that was told to leave history out."""
    return git.succeeds("rev-parse", "--is-shallow-repository") == b"true\n"


def cut_inside(git: Git, commits: Range) -> str:
    """Why a range cannot be told from a shallow clone, or an empty string when it can."""
    if not is_shallow(git):
        return ""
    path = git.output("rev-parse", "--git-path", "shallow").decode("utf-8", "surrogateescape").rstrip("\n")
    try:
        with open(f"{git.where}/{path}" if git.where and not path.startswith("/") else path, encoding="ascii") as file:
            ends = set(file.read().split())
    except (OSError, ValueError):
        return f"this clone is shallow and does not say where it ends: {_DEEPEN}"
    arguments = "".join(f"{name}\n" for name in (*commits.tips, *(f"^{name}" for name in commits.since)))
    inside = set(git.output("rev-list", "--stdin", stdin=arguments.encode()).decode("ascii").split())
    if inside & ends:
        return f"this shallow clone ends inside the range: {_DEEPEN}"
    return ""
