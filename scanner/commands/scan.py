"""Scan files, folders and standard input."""

from __future__ import annotations

import argparse

from scanner.commands import shared


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``unsealed scan``."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="files and folders; - is standard input")
    parser.add_argument("--no-ignore", action="store_true", help="scan files that .gitignore names as well")
    parser.add_argument("--advice", action="store_true", help="add findings that are advice, not leaks")
    shared.add_scan_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Scan and report; the exit code."""
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.context import context_for, enclosing_root
    from scanner.pipeline.paths import scan_paths

    named = next((path for path in args.paths if path != "-"), "")
    context = context_for(enclosing_root(named), shared.scan_options(args))
    result = scan_paths(args.paths, text_scanner(context.options), context)
    return shared.report(result, args, setting="scan")
