"""Scan everything a repository's history holds."""

from __future__ import annotations

import argparse
from functools import partial

from scanner.commands import reporting, shared
from scanner.model.errors import UsageError


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
    from scanner.git.run import Git
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.context import context_for, enclosing_root
    from scanner.pipeline.history import Wanted, scan_history
    from scanner.report.progress import progress

    if args.state and (args.since or args.branch or args.path or args.unreachable or args.whole_blobs):
        raise UsageError("--state remembers whole sweeps: it does not go with options that choose a part of history")
    context = context_for(enclosing_root(args.repository), shared.scan_options(args))
    wanted = Wanted(
        since=tuple(args.since),
        branches=tuple(args.branch),
        paths=tuple(args.path),
        unreachable=args.unreachable,
        whole=args.whole_blobs,
    )
    bar = progress("history", unit="portions", wanted=not (args.quiet or args.no_progress))
    git, scanner = Git(args.repository), text_scanner(context.options)
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
