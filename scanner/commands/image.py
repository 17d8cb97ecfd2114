"""Scan a container image's archive: every layer, deleted files too, its configuration and its history."""

from __future__ import annotations

import argparse

from scanner.commands import reporting, shared


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``unsealed image``."""
    parser.add_argument("archive", metavar="ARCHIVE", help="from docker save, or an OCI layout: a tar or a folder")
    parser.add_argument("--dockerfile", default="", metavar="FILE", help="name the lines of this Dockerfile")
    parser.add_argument("--workers", type=reporting.count, default=0, metavar="N", help="processes; 0 is one a core")
    shared.add_scan_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Scan and report; the exit code."""
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.context import context_for, enclosing_root
    from scanner.pipeline.image import scan_image
    from scanner.report.progress import progress

    context = context_for(enclosing_root(args.archive), shared.scan_options(args))
    bar = progress("image", unit="layers", wanted=not (args.quiet or args.no_progress))
    result = scan_image(
        args.archive,
        text_scanner(context.options),
        context,
        dockerfile=args.dockerfile,
        workers=args.workers,
        tick=bar.update,
    )
    bar.close()
    return shared.report(result, args, setting="image")
