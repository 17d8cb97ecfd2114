"""What a range of commits adds, for pull requests in CI: BASE..HEAD, or BASE for up to HEAD."""

from __future__ import annotations

import argparse

from scanner.commands import shared


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``unsealed range``."""
    parser.add_argument("range", metavar="BASE..HEAD", help="an all-zero BASE means a new branch")
    parser.add_argument("-C", dest="where", default="", metavar="DIR", help="the repository, if not this folder")
    shared.add_scan_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Scan and report; the exit code."""
    from scanner.git import revisions
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.context import context_for, enclosing_root
    from scanner.pipeline.range import scan_range

    git = shared.git_at(args.where)
    commits = revisions.parse_range(git, args.range)
    context = context_for(enclosing_root(args.where), shared.scan_options(args))
    result = scan_range(git, text_scanner(context.options), context, commits)
    summary = result.summary._replace(target=args.range)
    if commits.tips and not summary.commits and not summary.skipped:
        meant = args.range if ".." in args.range else f"{args.range}..HEAD"
        summary = summary._replace(notes=(*summary.notes, f"{meant} holds no commit: there was nothing to scan"))
    result = result._replace(summary=summary)
    return shared.report(result, args, setting="range")
