"""The pre-push hook: scan what the push would publish, in every commit of it."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from scanner.commands import shared
from scanner.model.errors import GitError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.git.revisions import Range
    from scanner.git.run import Git


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``unsealed push``."""
    parser.add_argument("remote", nargs="?", default="", help="the remote's name, as git gives it to its hook")
    parser.add_argument("url", nargs="?", default="", help="the remote's address, as git gives it to its hook")
    parser.add_argument("-C", dest="where", default="", metavar="DIR", help="the repository, if not this folder")
    shared.add_scan_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Scan and report; the exit code."""
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.context import context_for, enclosing_root
    from scanner.pipeline.range import scan_range

    git = shared.git_at(args.where)
    # Git's own hook is given the remote's name; without one nobody has written anything to standard input.
    lines = _told_by_pre_commit() or (_told_by_git() if args.remote else [])
    commits = pushed(git, args.remote, lines)
    context = context_for(enclosing_root(args.where), shared.scan_options(args))
    result = scan_range(git, text_scanner(context.options), context, commits)
    result = result._replace(summary=result.summary._replace(target=args.remote or _remote_of_pre_commit() or "HEAD"))
    if args.remote and not lines:
        # Everything is up to date, or another hook was given the names and did not hand them on.
        shared.note("no ref was named to the hook: HEAD alone was looked at (lefthook: set `use_stdin: true`)", args)
    elif borrowed := _borrowed(git, args.remote or _remote_of_pre_commit()):
        shared.note(borrowed, args)
    return shared.report(result, args, setting="push")


def pushed(git: Git, remote: str, lines: Sequence[tuple[str, str]]) -> Range:
    """What is about to be pushed: ``lines`` are (local id, remote id) of each ref; without any, HEAD against its
    upstream.

    A branch that is new on the remote, or whose remote end is not here (it was rewritten), counts from what any
    branch of that remote has.
    """
    from scanner.git.revisions import Range, is_zero, resolve

    if not lines:
        return Range((resolve(git, "HEAD"),), _known_to(git, _upstream_remote(git)))
    tips: list[str] = []
    since: list[str] = []
    remote = remote or _remote_of_pre_commit()
    for local, there in lines:
        if is_zero(local):
            continue
        tips.append(resolve(git, local, kind="object"))
        here = there and not is_zero(there) and git.succeeds("cat-file", "-e", f"{there}^{{commit}}") is not None
        since += [resolve(git, there)] if here else _known_to(git, remote)
    return Range(tuple(dict.fromkeys(tips)), tuple(dict.fromkeys(since)))


def _told_by_pre_commit() -> list[tuple[str, str]]:
    """(to, from) from the environment that pre-commit gives its pre-push hooks; from is empty for a whole branch."""
    environ = os.environ
    if environ.get("PRE_COMMIT_TO_REF"):
        return [(environ["PRE_COMMIT_TO_REF"], environ.get("PRE_COMMIT_FROM_REF", ""))]
    if environ.get("PRE_COMMIT") and environ.get("PRE_COMMIT_LOCAL_BRANCH"):
        return [(environ["PRE_COMMIT_LOCAL_BRANCH"], "")]
    return []


def _told_by_git() -> list[tuple[str, str]]:
    """(local id, remote id) of each ref, from the lines git writes to a pre-push hook.

    What is pushed may be called ``HEAD^{/a b}``: only the last three words have no blanks. GitError for any other line.
    """
    if sys.stdin is None or sys.stdin.isatty():
        return []
    found = []
    for line in filter(bytes.strip, sys.stdin.buffer):
        words = line.decode("ascii", "replace").rsplit(maxsplit=3)
        if len(words) < 4:
            raise GitError("what git says is pushed is not understood: scan with `unsealed range BASE..HEAD`")
        found.append((words[1], words[3]))
    return found


def _known_to(git: Git, remote: str) -> tuple[str, ...]:
    """Where the branches of ``remote`` were when last heard of; of every remote when it has no name, or when it is
    new here: a fork of a large project would be scanned from its first commit."""
    known = _branches(git, remote) if remote else ()
    return known or (_branches(git) if "/" not in remote else ())


def _borrowed(git: Git, remote: str) -> str:
    """What to say where other remotes' branches stood in for those of ``remote``, which may be the first public one."""
    if not remote or "/" in remote or _branches(git, remote) or not _branches(git):
        return ""
    return f"{remote} is new here: what other remotes have was not looked at again; `unsealed history` looks at all"


def _branches(git: Git, remote: str = "") -> tuple[str, ...]:
    from scanner.git.revisions import other_refs

    return other_refs(git, f"refs/remotes/{remote}/" if remote else "refs/remotes/")


def _remote_of_pre_commit() -> str:
    return os.environ.get("PRE_COMMIT_REMOTE_NAME", "")


def _upstream_remote(git: Git) -> str:
    out = git.succeeds("rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}")
    return out.decode("utf-8", "replace").partition("/")[0].strip() if out else ""
