"""Scan files, folders and standard input."""

from __future__ import annotations

import argparse
import os

from scanner.commands import reporting, shared
from scanner.model.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``unsealed scan``."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="files and folders; - is standard input")
    parser.add_argument("--no-ignore", action="store_true", help="scan files that .gitignore names as well")
    parser.add_argument("--advice", action="store_true", help="add findings that are advice, not leaks")
    parser.add_argument(
        "--workers", type=reporting.count, default=0, metavar="N", help="processes; 0 is as many as pay"
    )
    shared.add_scan_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Scan and report; the exit code."""
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.context import context_for, enclosing_root
    from scanner.pipeline.paths import FILES_A_TASK, scan_paths
    from scanner.report.progress import progress

    if "-" in args.paths and os.path.lexists("-"):
        raise UsageError("a file here is called -: write ./- for it, or scan standard input from another folder")
    named = next((path for path in args.paths if path != "-"), "")
    context = context_for(enclosing_root(named), shared.scan_options(args))
    bar = progress("scan", unit="files", wanted=not (args.quiet or args.no_progress))
    result = scan_paths(
        args.paths,
        text_scanner(context.options),
        context,
        ignore=not args.no_ignore,
        workers=args.workers,
        tick=lambda done, total: bar.update(done * FILES_A_TASK, total * FILES_A_TASK),
    )
    bar.close()
    return shared.report(result, args, setting="scan")
