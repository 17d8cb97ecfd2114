"""Names of commits: resolving them, ranges of them, and where a shallow clone ends."""

from __future__ import annotations

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

    An all-zero base means a new branch: its commits that no ref here has. An all-zero head is a deletion.
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
        return Range(tips, other_refs(git, tips[0]))
    return Range(tips, (resolve(git, base),))


def other_refs(git: Git, tip: str, pattern: str = "") -> tuple[str, ...]:
    """The commits that refs (below ``pattern``, or all) point to, without ``tip`` itself."""
    out = git.output("for-each-ref", "--format=%(objectname) %(*objectname)", *([pattern] if pattern else []))
    names = {name for line in out.decode("ascii").splitlines() for name in line.split()}
    commits = {name for name in names if git.succeeds("cat-file", "-e", f"{name}^{{commit}}") is not None}
    return tuple(sorted(commits - {tip}))


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
