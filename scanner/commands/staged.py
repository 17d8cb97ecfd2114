"""The pre-commit hook: scan what the commit would add, and nothing else."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from scanner.commands import shared
from scanner.model.errors import ExitCode, GitError

if TYPE_CHECKING:
    from scanner.git.run import Git


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``unsealed staged``."""
    parser.add_argument("-C", dest="where", default="", metavar="DIR", help="the repository, if not this folder")
    parser.add_argument("--all", action="store_true", help="every file of the index, not only what changed")
    shared.add_scan_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Scan and report; silent and 0 for a clean commit."""
    from scanner.git import changes

    git = shared.git_at(args.where)
    changed = [] if args.all else changes.staged(git)
    between = (os.environ.get("PRE_COMMIT_FROM_REF"), os.environ.get("PRE_COMMIT_TO_REF"))
    if not changed and not args.all and all(between):
        # `pre-commit run --from-ref A --to-ref B`: CI asks for a range, and nothing is staged.
        from scanner.commands import range as range_command

        args.range = f"{between[0]}..{between[1]}"
        return range_command.run(args)
    if not args.all and not any(change.after for change in changed):
        _refuse_bare(git, args.where)
    everything = args.all or (not changed and under_pre_commit_run())
    if everything:
        changed = changes.tracked(git)
        if not changed and changes.staged(git):
            raise GitError("the index is empty, so nothing was scanned: check out what HEAD has")
    elif not changed:
        return nothing_staged(args)
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.context import context_for, enclosing_root
    from scanner.pipeline.staged import scan_changes

    context = context_for(enclosing_root(args.where), shared.scan_options(args))
    kept = [change for change in changed if not context.excluded(change.path)]
    scanner = text_scanner(context.options)
    result = scan_changes(git, scanner, context, changed=kept, everything=everything)
    return shared.report(result, args, setting="staged", left_out=len(kept) < len(changed))


def _refuse_bare(git: Git, where: str) -> None:
    """GitError in a bare repository, which has no index: all of HEAD would look as if it was to be deleted.

    Git is asked only where no ``.git`` lies above, for that takes as long as all else in an empty commit.
    """
    from scanner.pipeline.context import enclosing_root

    named = "GIT_DIR" in os.environ or "GIT_INDEX_FILE" in os.environ
    if named or os.path.lexists(os.path.join(enclosing_root(where), ".git")):
        return
    if git.succeeds("rev-parse", "--is-bare-repository") == b"true\n":
        raise GitError("a bare repository has no index: use `unsealed history` or `unsealed range BASE..HEAD`")


def under_pre_commit_run() -> bool:
    """True under ``pre-commit run`` started by hand or by CI.

    There the index holds no change, and passing without a look would be a lie (with ``--all-files`` above all).
    A real commit differs by ``GIT_INDEX_FILE``, which git sets for its hooks.
    """
    return bool(os.environ.get("PRE_COMMIT")) and "GIT_INDEX_FILE" not in os.environ


def nothing_staged(args: argparse.Namespace) -> int:
    """An empty commit is clean. In CI nothing is ever staged, so there the command is the wrong one.

    ConfigError or UsageError for a configuration that would not do for the next commit.
    """
    from scanner.pipeline.context import context_for, enclosing_root

    context_for(enclosing_root(args.where), shared.scan_options(args))
    blind = bool(os.environ.get("CI")) and "GIT_INDEX_FILE" not in os.environ
    if blind:
        shared.note(
            "nothing is staged, so nothing was scanned; in CI use `unsealed range BASE..HEAD` or `history`", args
        )
    elif args.verbose:
        shared.note("nothing is staged", args)
    if args.format or args.output:
        from scanner.model.result import ScanResult, ScanSummary, Skipped

        # Whoever asked for a report reads one.
        skipped = (Skipped("the index", "nothing is staged, so nothing was scanned"),) if blind else ()
        return shared.report(ScanResult((), ScanSummary(target="index", skipped=skipped)), args, setting="staged")
    return ExitCode.INCOMPLETE if blind else ExitCode.CLEAN
