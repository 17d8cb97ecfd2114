"""Writing a baseline as JSON, for dashboards and spreadsheets; ``import`` reads it back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scanner.commands.baselines.edit import opened
from scanner.commands.baselines.survey import add_target_arguments, target_of
from scanner.model.errors import ExitCode
from scanner.suppress.interchange import to_json
from scanner.suppress.store import write_whole


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``export``."""
    add_target_arguments(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write; standard output without it")


def export(args: argparse.Namespace) -> int:
    """Write every entry with every field. Nothing is scanned, and no secret can be told from it."""
    content = to_json(opened(target_of(args)))
    if args.output:
        write_whole(Path(args.output), content)
    else:
        sys.stdout.write(content.decode())
    return ExitCode.CLEAN
