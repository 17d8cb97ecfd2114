"""Scanning to learn what a baseline has to hold: every finding with its digests."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from scanner.commands.baselines.seen import Seen
from scanner.git.run import Git
from scanner.model.errors import UsageError
from scanner.model.finding import Finding
from scanner.model.levels import Severity
from scanner.model.result import ScanResult, Skipped
from scanner.pipeline.context import Context, context_for, enclosing_root
from scanner.pipeline.options import ScanOptions
from scanner.suppress import Tally
from scanner.suppress.baseline_file import FILE_NAME
from scanner.suppress.digest import Salt
from scanner.suppress.record import Recorded, RecordSource


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One finding, and what is to be written down of it."""

    finding: Finding
    recorded: Recorded

    @property
    def seen(self) -> Seen:
        """The part of it that bringing a baseline up to date needs."""
        return Seen(self.finding.rule, self.paths, self.recorded, self.finding.status == "new")

    @property
    def paths(self) -> tuple[str, ...]:
        """Where it was seen, each path once."""
        places = self.finding.occurrences
        return tuple(dict.fromkeys(place.path for place in places)) if places else (self.finding.path,)


@dataclass(frozen=True, slots=True)
class Survey:
    """All that was found. ``skipped`` is what could not be looked at; ``tally`` what silenced how much."""

    found: tuple[Surveyed, ...]
    skipped: tuple[Skipped, ...]
    tally: Tally
    context: Context

    @property
    def complete(self) -> bool:
        """True when everything was looked at, history included: only then is an entry known to be stale."""
        return not any(skipped.blocking for skipped in self.skipped)


@dataclass(frozen=True, slots=True)
class Target:
    """The repository or folder of a baseline, and the baseline's own path."""

    root: str
    baseline: str

    @property
    def git(self) -> bool:
        """True when there is a repository."""
        return os.path.lexists(os.path.join(self.root, ".git"))

    @property
    def usual(self) -> bool:
        """True when every scan of the repository finds the baseline by itself."""
        return os.path.abspath(self.baseline) == os.path.join(self.root, FILE_NAME)

    @property
    def name(self) -> str:
        """The baseline's path as it is shown."""
        return os.path.normpath(self.baseline)


def add_target_arguments(parser: argparse.ArgumentParser) -> None:
    """Where: the repository and the baseline."""
    parser.add_argument("-C", dest="where", default=".", metavar="DIR", help="the repository, if not this folder")
    parser.add_argument("--baseline", metavar="PATH", help=f"the baseline, if not {FILE_NAME} at the repository's top")


def add_survey_arguments(parser: argparse.ArgumentParser) -> None:
    """What to scan, and with which rules."""
    add_target_arguments(parser)
    parser.add_argument("--no-history", action="store_true", help="the files of the index only")
    parser.add_argument("--config", default="", metavar="PATH", help="a configuration file instead of the repository's")
    parser.add_argument("--rules", action="append", default=[], metavar="DIR", help="more rules")
    parser.add_argument("--pack", choices=("default", "strict"), default="", help="strict: what is less sure as well")
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing but failures")


def target_of(args: argparse.Namespace) -> Target:
    """The repository or folder that is meant. UsageError when it is not there."""
    if not os.path.isdir(args.where):
        raise UsageError(f"-C {args.where}: there is no such folder")
    root = enclosing_root(args.where)
    named = args.baseline or context_for(root, ScanOptions()).own_baseline
    return Target(root, named or os.path.relpath(os.path.join(root, FILE_NAME)))


def survey(
    args: argparse.Namespace, target: Target, salts: Sequence[Salt], *, foreign: Sequence[str] | None = None
) -> Survey:
    """Scan everything with ``salts``.

    ``foreign`` are further files that may silence findings, given when it is asked what they silence: then a
    finding is silenced that is so anywhere, and otherwise one that counts anywhere counts.
    """
    context = recording_context(args, target, salts, foreign=foreign or ())
    results = list(_results(args, target, context))
    found = surveyed(finding for result in results for finding in result.findings)
    skipped = tuple(one for result in results for one in result.summary.skipped)
    distinct = _distinct(found, silenced=foreign is not None)
    return Survey(tuple(distinct), skipped, context.tally, context)


def recording_context(
    args: argparse.Namespace, target: Target, salts: Sequence[Salt], *, foreign: Sequence[str] = ()
) -> Context:
    """The context of a scan in which every finding's reason holds its digests under ``salts``."""
    baselines = list(foreign)
    if os.path.exists(target.baseline) and not target.usual:
        baselines.append(target.baseline)
    options = ScanOptions(rules=tuple(args.rules), config=args.config, pack=args.pack, baselines=tuple(baselines))
    context = context_for(target.root, options)
    context.sources = (RecordSource(tuple(salts)),)
    return context


def surveyed(findings: Iterable[Finding]) -> list[Surveyed]:
    """Those that a baseline may hold: advice is no leak."""
    return [
        Surveyed(finding, Recorded.parse(finding.status_reason))
        for finding in findings
        if finding.severity > Severity.INFO
    ]


def _results(args: argparse.Namespace, target: Target, context: Context) -> list[ScanResult]:
    from scanner.pipeline.build import text_scanner

    scanner = text_scanner(context.options)
    if not target.git:
        from scanner.pipeline.paths import scan_paths

        return [scan_paths([target.root], scanner, context)]
    from scanner.pipeline.tracked import scan_tracked

    git = Git(target.root)
    results = [scan_tracked(git, scanner, context)]
    if not args.no_history:
        from scanner.pipeline.history import Wanted, scan_history

        results.append(scan_history(git, scanner, context, Wanted()))
    return results


def _distinct(found: Sequence[Surveyed], *, silenced: bool) -> list[Surveyed]:
    """One a secret, with the places of all: what is in the files is in the history as well."""
    joined: dict[str, Surveyed] = {}
    for one in found:
        known = joined.get(one.finding.fingerprint)
        if known is None:
            joined[one.finding.fingerprint] = one
            continue
        first, second = (one, known) if bool(one.recorded.source) == silenced else (known, one)
        places = first.finding.occurrences + second.finding.occurrences
        joined[one.finding.fingerprint] = replace(first, finding=replace(first.finding, occurrences=places))
    return list(joined.values())


def today() -> str:
    """This day as an ISO date, by the local clock."""
    return time.strftime("%Y-%m-%d")
