"""Turn findings into another format, merge several results, or compare two.

Reads our JSON and JSON Lines, gitleaks' JSON, trufflehog's JSON lines, and SARIF. The exit code is 0 when the report
is written; --diff gives 1 when there is something new, and 3 when the newer scan was incomplete.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace

from scanner.commands import reporting
from scanner.commands.shared import fingerprint_key
from scanner.model.errors import ExitCode, UsageError
from scanner.model.finding import Finding
from scanner.model.levels import Severity
from scanner.model.result import ScanResult
from scanner.report import FORMATS
from scanner.report.interface import ReportOptions
from scanner.report.nextsteps import COMPARISON
from scanner.report.output import parse_targets, write_reports
from scanner.report.reading import read_findings
from scanner.report.reading.combine import compare, merge
from scanner.report.reading.record import ReadOptions
from scanner.ruleset.schema import Rule


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``unsealed report``."""
    parser.add_argument("findings", nargs="*", metavar="FINDINGS", help="reports to read; - is the standard input")
    parser.add_argument("--diff", nargs=2, metavar=("OLD", "NEW"), help="say what is new, gone and unchanged")
    parser.add_argument(
        "-f", "--format", action="append", default=[], metavar="FORMAT[=FILE]",
        help=f"{', '.join(FORMATS)}; several may be given, each with its own file",
    )  # fmt: skip
    parser.add_argument("-o", "--output", metavar="FILE", help="write the report to FILE")
    parser.add_argument(
        "--severity", default="info", choices=[level.label for level in Severity], help="leave out what is below it"
    )
    reporting.add_listing_arguments(parser)
    parser.add_argument("--remote", metavar="URL", help="the repository's address, for links to files")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of our JSON, and nothing else")
    parser.add_argument("--show-secrets", action="store_true", help="keep raw values that the files hold")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="say more")
    parser.add_argument("-q", "--quiet", action="store_true", help="one line a finding")


def run(args: argparse.Namespace) -> int:
    """Read, merge or compare, write."""
    if args.schema:
        sys.stdout.write(schema())
        return ExitCode.CLEAN
    if bool(args.diff) == bool(args.findings):
        raise UsageError("give files of findings, or --diff OLD NEW")
    targets = parse_targets(args.format, args.output)
    reading = ReadOptions(key=fingerprint_key(), show_secrets=args.show_secrets)
    if args.diff:
        old, new = (read_findings(path, reading) for path in args.diff)
        result = compare(merge([old]), merge([new]))
    else:
        result = merge([read_findings(path, reading) for path in args.findings])
    least = Severity[args.severity.upper()]
    found = tuple(finding for finding in guided(result.findings) if finding.severity >= least)
    result = ScanResult(found, result.summary)
    write_reports(result, targets, _options(args))
    return _exit_code(result) if args.diff else ExitCode.CLEAN


def schema() -> str:
    """The JSON Schema of ``-f json``."""
    from importlib.resources import files

    return files("scanner.report").joinpath("findings.schema.json").read_text("utf-8")


def guided(findings: Iterable[Finding]) -> Iterable[Finding]:
    """Findings of other tools with the guide of our rule that is most like theirs by name."""
    chosen: dict[str, str] = {}
    for finding in findings:
        if finding.guide:
            yield finding
            continue
        if finding.rule not in chosen:
            chosen[finding.rule] = guide_for(finding.rule, reporting.known_rules())
        yield replace(finding, guide=chosen[finding.rule])


def guide_for(rule_id: str, rules: Mapping[str, Rule]) -> str:
    """The guide of the rule called so; else of the one that shares the provider and most words; else the generic.

    Every tool calls its rules after the provider and the kind of token, so words are a good guess.
    """
    if rule_id in rules:
        return rules[rule_id].rotation
    words = _words(rule_id)
    best, score = "generic", 0.0
    for known in rules.values():
        own = known.id.split("-")
        if own[0] not in words:
            continue
        shared = len(words.intersection(own)) - len(own) / 100
        if shared > score:
            best, score = known.rotation, shared
    return best


def _words(rule_id: str) -> frozenset[str]:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", rule_id).lower()
    return frozenset(re.split(r"[^a-z0-9]+", apart))


def _options(args: argparse.Namespace) -> ReportOptions:
    from scanner.commands.version import version

    return ReportOptions(
        setting=COMPARISON if args.diff else "report",
        verbosity=-1 if args.quiet else args.verbose,
        show_secrets=args.show_secrets,
        group_by=args.group_by,
        limit=args.limit,
        version=version(),
        remote=args.remote or reporting.ci_remote(),
        advice=reporting.guidance(),
        describe=reporting.descriptions(),
    )


def _exit_code(result: ScanResult) -> int:
    if any(skipped.blocking for skipped in result.summary.skipped):
        return ExitCode.INCOMPLETE
    return ExitCode.FINDINGS if any(finding.status == "new" for finding in result.findings) else ExitCode.CLEAN
