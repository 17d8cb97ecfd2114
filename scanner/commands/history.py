"""Scan everything a repository's history holds."""

from __future__ import annotations

import argparse
import os
import posixpath
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from scanner.commands import reporting, shared
from scanner.model.errors import UsageError

if TYPE_CHECKING:
    from scanner.git.run import Git


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``unsealed history``."""
    parser.add_argument("repository", nargs="?", default="", metavar="REPO", help="a repository, if not this folder's")
    parser.add_argument("--since", action="append", default=[], metavar="REV", help="leave out what REV leads to")
    parser.add_argument("--branch", action="append", default=[], metavar="REV", help="only what REV leads to")
    parser.add_argument("--path", action="append", default=[], metavar="PATH", help="only what lies at or below PATH")
    parser.add_argument(
        "--unreachable", action="store_true", help="also what no ref leads to: amended commits, dropped stashes"
    )
    parser.add_argument("--state", metavar="FILE", help="remember what was scanned, and scan only what is new since")
    parser.add_argument("--whole-blobs", action="store_true", help="scan every version of every file whole (slow)")
    parser.add_argument("--workers", type=reporting.count, default=0, metavar="N", help="processes; 0: as many as pay")
    shared.add_scan_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Scan and report; the exit code."""
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.context import context_for, enclosing_root
    from scanner.pipeline.history import Wanted, scan_history
    from scanner.report.progress import progress

    if args.state and (args.since or args.branch or args.path or args.unreachable or args.whole_blobs):
        raise UsageError("--state remembers whole sweeps: it does not go with options that choose a part of history")
    git = shared.git_at(args.repository)
    paths = tuple(_below(git, path, args.branch, anywhere=args.unreachable) for path in args.path)
    context = context_for(enclosing_root(args.repository), shared.scan_options(args))
    wanted = Wanted(
        since=tuple(args.since),
        branches=tuple(args.branch),
        paths=paths,
        unreachable=args.unreachable,
        whole=args.whole_blobs,
    )
    bar = progress("history", unit="portions", wanted=not (args.quiet or args.no_progress))
    scanner = text_scanner(context.options)
    everything = partial(scan_history, git, scanner, context, wanted, workers=args.workers, tick=bar.update)
    try:
        if args.state:
            from scanner.pipeline.state import scan_remembering

            result = scan_remembering(git, scanner, context, args.state, everything)
        else:
            result = everything()
    finally:
        bar.close()
    return shared.report(result, args, setting="history")


def _below(git: Git, path: str, branches: Sequence[str], *, anywhere: bool) -> str:
    """A path of ``--path`` as git writes it. UsageError for one that no commit has: a misspelt folder or an unset
    variable would be green. ``anywhere`` does not ask the commits; what ``branches`` are is checked elsewhere."""
    clean = posixpath.normpath(path.replace(os.sep, "/")) if path.strip() else "."
    if clean in (".", "..") or clean.startswith(("/", "../")):
        raise UsageError(f"--path {path!r}: give a path below the repository's root, as git names it")
    if anywhere:
        return clean
    # Git counts paths from where it is called, and has no other way here: our pathspecs are literal.
    here = (git.succeeds("rev-parse", "--show-prefix") or b"").decode("utf-8", "surrogateescape").rstrip("\n")
    where = ("--end-of-options", *branches, "--", posixpath.relpath(clean, here or "."))
    if git.succeeds("rev-list", "-1", "--full-history", *([] if branches else ["--all"]), *where) == b"":
        raise UsageError(f"--path {path!r}: no commit here has it; paths count from the repository's root")
    return clean
