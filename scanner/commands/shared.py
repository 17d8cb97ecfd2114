"""What the scanning commands have in common: options, reports, the exit code."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from scanner.commands import reporting
from scanner.model.errors import ExitCode, UsageError
from scanner.model.levels import Severity
from scanner.model.result import ScanResult
from scanner.model.secret import DEFAULT_KEY
from scanner.pipeline.options import LARGEST_TEXT, ScanOptions
from scanner.report import FORMATS
from scanner.sources.magic import ArchiveLimits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.git.run import Git
    from scanner.model.finding import Finding
    from scanner.report.output import Target


# Formats that say themselves what was silenced and switched off.
_NOTED = ("text", "json", "sarif")


def add_scan_arguments(parser: argparse.ArgumentParser) -> None:
    """Options that every scanning command takes."""
    parser.add_argument(
        "-f", "--format", action="append", default=[], metavar="FORMAT[=FILE]",
        help=f"{', '.join(FORMATS)}; several may be given, each with its own file",
    )  # fmt: skip
    parser.add_argument("-o", "--output", metavar="FILE", help="write the report to FILE")
    parser.add_argument("--baseline", action="append", default=[], metavar="PATH", help="findings in it do not count")
    parser.add_argument("--config", metavar="PATH", help="a configuration file instead of the repository's own")
    parser.add_argument("--no-repo-config", action="store_true", help="ignore configuration found in the repository")
    parser.add_argument(
        "--rules", action="append", default=[], metavar="DIR", help="more rules, beside the shipped ones"
    )
    parser.add_argument("--pack", choices=("default", "strict"), help="strict reports what is less sure as well")
    parser.add_argument(
        "--severity", choices=[level.label for level in Severity], help="hide what is below it"
    )
    parser.add_argument("--exit-zero", action="store_true", help="exit 0 even with findings (not when incomplete)")
    parser.add_argument("--show-secrets", action="store_true", help="print raw values")
    parser.add_argument("--show-dropped", action="store_true", help="list what was matched and judged no secret")
    reporting.add_listing_arguments(parser)
    parser.add_argument("--max-size", type=size, default=LARGEST_TEXT, metavar="BYTES", help="pass over larger texts")
    parser.add_argument(
        "--max-archive-depth", type=reporting.count, default=ArchiveLimits().depth, metavar="N",
        help="archives within archives that are opened; 0 opens none",
    )  # fmt: skip
    parser.add_argument(
        "--max-archive-size",
        type=size,
        default=ArchiveLimits().total,
        metavar="BYTES",
        help="unpack no more of one archive",
    )
    parser.add_argument(
        "--max-archive-files", type=reporting.count, default=ArchiveLimits().files, metavar="N",
        help="unpack no more files of one archive",
    )  # fmt: skip
    parser.add_argument(
        "--max-archive-ratio", type=reporting.count, default=ArchiveLimits().ratio, metavar="N",
        help="unpack nothing to more than so many times its size",
    )  # fmt: skip
    parser.add_argument(
        "--max-time", type=reporting.count, default=0, metavar="SECONDS", help="stop after so long; 0 is no limit"
    )
    parser.add_argument(
        "--max-memory", type=size, default=0, metavar="BYTES",
        help="give each process no more (where the system can); 0 is no limit",
    )  # fmt: skip
    parser.add_argument("--strict", action="store_true", help="exit 3 when anything at all was passed over")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="say more")
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing but findings and failures")
    parser.add_argument("--no-progress", action="store_true", help="no progress bar")


def size(word: str) -> int:
    """A number of bytes; ``k``, ``m`` and ``g`` are powers of 1024."""
    factor = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}.get(word[-1:].lower(), 1)
    number = word if factor == 1 else word[:-1]
    if not number.isdecimal():
        raise argparse.ArgumentTypeError(f"{word!r} is no number of bytes (for example 500k, 20m, 1g)")
    return int(number) * factor


def scan_options(args: argparse.Namespace) -> ScanOptions:
    """The pipeline's options; UsageError for a rules folder that is not there or a key that is too short."""
    for folder in args.rules:
        if not os.path.exists(folder):
            raise UsageError(f"--rules {folder}: there is no such file or folder")
    limit_memory(args.max_memory)
    return ScanOptions(
        rules=tuple(args.rules),
        severity=Severity[args.severity.upper()] if args.severity else Severity.INFO,
        severity_told=args.severity is not None,
        show_secrets=args.show_secrets,
        show_dropped=args.show_dropped,
        advice=getattr(args, "advice", False),
        key=fingerprint_key(),
        max_size=args.max_size,
        max_time=args.max_time,
        baselines=tuple(args.baseline),
        repo_config=not args.no_repo_config,
        config=args.config or "",
        pack=args.pack or "",
        archives=ArchiveLimits(
            depth=args.max_archive_depth,
            member=min(args.max_size, args.max_archive_size),
            total=args.max_archive_size,
            files=args.max_archive_files,
            ratio=args.max_archive_ratio,
        ),
    )


def git_at(where: str) -> Git:
    """Git in the folder that was named, or here. UsageError where there is none: the command line is what is wrong."""
    from scanner.git.run import Git

    if where and not os.path.isdir(where):
        there = "is a file: `unsealed scan` reads files" if os.path.exists(where) else "there is no such folder"
        raise UsageError(f"{where}: {there}")
    return Git(where)


def limit_memory(size: int) -> None:
    """Let this process, and those it starts, have ``size`` bytes of their own; 0 is no limit.

    Packs that are mapped are the file system's and do not count. UsageError where the system knows no such limit.
    """
    if not size:
        return
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    except (ImportError, ValueError, OSError):
        raise UsageError("--max-memory: this system does not limit a process's memory") from None


def fingerprint_key() -> bytes:
    """``UNSEALED_KEY`` where it is set (at least 16 bytes), else the fixed key."""
    key = os.environ.get("UNSEALED_KEY", "").encode()
    if not key:
        return DEFAULT_KEY
    if len(key) < 16:
        raise UsageError("UNSEALED_KEY has fewer than 16 bytes: a short key can be guessed; try `openssl rand -hex 32`")
    return key


def report(result: ScanResult, args: argparse.Namespace, *, setting: str, left_out: bool = False) -> int:
    """Write the reports that were asked for; the exit code of DESIGN's table.

    ``left_out`` says that configuration kept some of what was to be scanned from being so.
    """
    _tell_of_cache(args)
    if args.strict:
        # Every report is to say what the exit code does.
        skipped = tuple(one._replace(blocking=True) for one in result.summary.skipped)
        result = result._replace(summary=result.summary._replace(skipped=skipped))
    if setting == "staged" and _says_nothing(result, args, left_out=left_out):
        return ExitCode.CLEAN
    from scanner.commands import version
    from scanner.report.interface import ReportOptions
    from scanner.report.output import parse_targets, write_reports

    targets = parse_targets(args.format, args.output)
    options = ReportOptions(
        setting=setting,
        verbosity=-1 if args.quiet else args.verbose,
        show_secrets=args.show_secrets,
        group_by=args.group_by,
        limit=args.limit,
        version="" if _text_only(targets) else version.version(),
        remote=reporting.ci_remote(),
        advice=reporting.guidance(),
        describe=reporting.descriptions(tuple(args.rules)),
    )
    write_reports(result, targets, options)
    if not any(target.format in _NOTED and not target.path for target in targets):
        from scanner.report.plain import visible_line

        # Nobody is silenced unseen: a log shows it whatever the reports hold.
        for said in result.summary.notes:
            note(visible_line(said), args)
    return exit_code(result, exit_zero=args.exit_zero)


def _tell_of_cache(args: argparse.Namespace) -> None:
    """A hook that takes seconds for every commit is switched off by whoever does not know why."""
    from scanner.engine.cache import unkept

    if folder := unkept():
        from scanner.report.plain import visible_line

        why = "the rules are compiled again in every run, which takes seconds"
        note(
            visible_line(
                f"{folder} cannot be written or is not yours alone: {why}; UNSEALED_CACHE_DIR names another folder"
            ),
            args,
        )


def _says_nothing(result: ScanResult, args: argparse.Namespace, *, left_out: bool) -> bool:
    """True for a clean hook on a terminal: no report is written, so none is imported.

    What the configuration switches off is said there when it mattered; a log, which others read, always says it.
    """
    asked = args.format or args.output or args.verbose
    noted = result.summary.notes and (left_out or not sys.stdout.isatty())
    return not (asked or noted or result.findings or result.summary.skipped)


def _text_only(targets: Sequence[Target]) -> bool:
    """True when nothing is written that names the tool's version, which takes 20 ms to look up."""
    return all(target.format == "text" for target in targets)


def exit_code(result: ScanResult, *, exit_zero: bool) -> int:
    """Incomplete outweighs findings: a scan that did not look everywhere is never taken for a full one."""
    if any(skipped.blocking for skipped in result.summary.skipped):
        return ExitCode.INCOMPLETE
    if any(counts(finding) for finding in result.findings) and not exit_zero:
        return ExitCode.FINDINGS
    return ExitCode.CLEAN


def counts(finding: Finding) -> bool:
    """True for findings that fail a run: new ones above info."""
    return finding.status == "new" and finding.severity > Severity.INFO


def note(message: str, args: argparse.Namespace) -> None:
    """One line on the error stream, unless -q."""
    if not args.quiet:
        sys.stderr.write(f"unsealed: {message}\n")
