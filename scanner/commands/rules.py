"""List, show and check rules: the shipped ones, and your own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scanner.model.errors import ExitCode, UsageError
from scanner.ruleset.loader import load_rules
from scanner.ruleset.location import rules_dir
from scanner.ruleset.schema import RuleSource


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``unsealed rules``."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|show|check")
    listing = actions.add_parser("list", help="one line a rule")
    listing.add_argument("--rules", action="append", default=[], metavar="DIR", help="more rules")
    showing = actions.add_parser("show", help="one rule, whole")
    showing.add_argument("id")
    showing.add_argument("--rules", action="append", default=[], metavar="DIR", help="more rules")
    checking = actions.add_parser("check", help="run every example and counter-example")
    checking.add_argument("rules", nargs="*", metavar="DIR", help="your own rules; none means the shipped ones")


def run(args: argparse.Namespace) -> int:
    """The exit code: ``check`` gives 2 when a rule does not hold."""
    folders = [Path(folder) for folder in args.rules]
    for folder in folders:
        if not folder.exists():
            raise UsageError(f"{folder}: there is no such file or folder")
    if args.action == "check":
        return _check(folders)
    sources = load_rules([rules_dir(), *folders])
    if args.action == "list":
        _list(sources)
        return ExitCode.CLEAN
    return _show(args.id, sources)


def _list(sources: tuple[RuleSource, ...]) -> None:
    width = max(len(source.rule.id) for source in sources)
    for source in sorted(sources, key=lambda source: source.rule.id):
        rule = source.rule
        sys.stdout.write(f"{rule.id:<{width}}  {rule.severity.label:<8}  {rule.confidence.label:<6}  {rule.title}\n")


def _show(name: str, sources: tuple[RuleSource, ...]) -> int:
    source = next((source for source in sources if source.rule.id == name), None)
    if source is None:
        import difflib

        near = difflib.get_close_matches(name, [source.rule.id for source in sources], 3)
        raise UsageError(f"there is no rule {name!a}" + (f"; near it: {', '.join(near)}" if near else ""))
    rule = source.rule
    lines = [
        f"{rule.id}: {rule.title}",
        f"  {rule.description}",
        f"  severity {rule.severity.label}, confidence {rule.confidence.label}, pack {rule.pack}",
        f"  {'detector ' + rule.detector if rule.detector else 'pattern ' + rule.pattern}",
    ]
    if rule.keywords:
        lines.append(f"  beside one of: {', '.join(rule.keywords)} (within {rule.near} lines)")
    if rule.pair:
        lines.append(f"  with its partner within {rule.near} lines: {rule.pair}")
    if rule.checks:
        lines.append(f"  checks: {', '.join(rule.checks)}")
    lines.append(f"  rotation guide: {rule.rotation}")
    lines += [f"  see {link}" for link in rule.references]
    lines.append(f"  defined in {source.file}:{source.line}")
    sys.stdout.write("\n".join(lines) + "\n")
    return ExitCode.CLEAN


def _check(folders: list[Path]) -> int:
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.options import ScanOptions
    from scanner.rotation.guides import guide_ids
    from scanner.selftest.examples import check_examples
    from scanner.selftest.rules import check_rules

    sources = load_rules(folders or [rules_dir()])
    complaints = list(check_rules(sources, frozenset(guide_ids())))
    if not complaints or all("valid expression" not in complaint.text for complaint in complaints):
        scanner = text_scanner(ScanOptions(rules=tuple(map(str, folders)), pack="strict", advice=True))
        complaints += check_examples(sources, scanner)
    for complaint in complaints:
        sys.stderr.write(f"{complaint}\n")
    examples = sum(len(source.examples) + len(source.counter_examples) for source in sources)
    wrong = len({complaint.rule for complaint in complaints})
    sys.stdout.write(f"{len(sources)} rules, {examples} examples: {len(sources) - wrong} hold, {wrong} do not\n")
    return ExitCode.USAGE if complaints else ExitCode.CLEAN
