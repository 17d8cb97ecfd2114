"""Making a baseline and keeping it: ``create``, ``update``, ``prune``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from scanner.commands.baselines.book import Book, fits, for_path
from scanner.commands.baselines.seen import Seen
from scanner.commands.baselines.survey import Surveyed, Target, add_survey_arguments, survey, target_of, today
from scanner.commands.baselines.upkeep import look
from scanner.model.errors import ExitCode, UsageError
from scanner.model.plural import plural
from scanner.model.result import Skipped
from scanner.suppress.baseline_file import Baseline, baseline_of, read_baseline
from scanner.suppress.digest import COSTS, DEFAULT_COST, Salt
from scanner.suppress.entry import DECISIONS, Entry, Key, checked_date
from scanner.suppress.store import write_whole


def add_decision_arguments(parser: argparse.ArgumentParser) -> None:
    """What is written down with each new entry."""
    parser.add_argument("--decision", choices=DECISIONS, default="open", help="what was decided about new entries")
    parser.add_argument("--owner", default="", metavar="NAME", help="who answers for new entries")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why they are accepted")
    parser.add_argument("--expires", default="", metavar="DATE", help="the last day on which they are, as 2027-01-31")
    parser.add_argument("--scope", action="store_true", help="accept findings in their present files only")


def add_create_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``create``."""
    add_survey_arguments(parser)
    add_decision_arguments(parser)
    parser.add_argument(
        "--cost", type=int, choices=COSTS, default=DEFAULT_COST, metavar=f"{COSTS.start}-{COSTS.stop - 1}",
        help=f"how slow guessing a password is, as a power of two (default {DEFAULT_COST})",
    )  # fmt: skip


def add_update_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``update``."""
    add_survey_arguments(parser)
    add_decision_arguments(parser)


def add_prune_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``prune``."""
    add_survey_arguments(parser)
    parser.add_argument("-n", "--dry-run", action="store_true", help="only list what would go")


def create(args: argparse.Namespace) -> int:
    """Write a new baseline of everything that is found."""
    target = target_of(args)
    if os.path.lexists(target.baseline):
        raise UsageError(f"{target.name} is there already: `unsealed baseline update` adds to it")
    return _grow(args, target, baseline_of([Salt.fresh(args.cost)], []))


def update(args: argparse.Namespace) -> int:
    """Add what is new and keep every decision. Entries under a second salt move to the first as they are found."""
    target = target_of(args)
    return _grow(args, target, opened(target))


def prune(args: argparse.Namespace) -> int:
    """Remove entries that nothing needs: not found any more, or expired."""
    target = target_of(args)
    baseline = opened(target)
    seen = survey(args, target, baseline.salts)
    if not seen.complete:
        return incomplete(seen.skipped, "nothing was pruned")
    stale = _stale(baseline, seen.found)
    expired = [entry for entry in baseline if entry.expires and entry.expires < today() and entry not in stale]
    for words, entries in (("no longer found", stale), ("expired", expired)):
        for entry in entries:
            until = f" until {entry.expires}" if entry.expires else ""
            sys.stdout.write(f"{words}: {entry.shown}{until}\n")
    book = Book(baseline)
    for entry in (*stale, *expired):
        book.remove(entry.key)
    kept = book.closed()
    gone = len(baseline) - len(kept)
    if gone and not args.dry_run:
        save(target, kept)
    say(args, f"{gone} {'would go' if args.dry_run else 'removed'}, {len(kept)} kept in {target.name}")
    return ExitCode.CLEAN


def opened(target: Target) -> Baseline:
    """The baseline that is there. UsageError when there is none."""
    if not os.path.exists(target.baseline):
        raise UsageError(f"{target.name} is not there: `unsealed baseline create` writes one")
    return read_baseline(Path(target.baseline), target.name)


def _grow(args: argparse.Namespace, target: Target, baseline: Baseline) -> int:
    check_expiry(args.expires)
    seen = look(args, target, baseline)
    book = Book(baseline)
    book.use_first_salt(seen.found)
    added = 0
    # In the order of the rules, so that of several that find a secret always the same one gives the entry its name.
    for one in sorted(seen.found, key=lambda one: one.rule):
        paths = book.uncovered(one)
        if not one.recorded.source and paths:
            added += 1
            for path in map(for_path, paths) if args.scope else ("",):
                book.put(_entry(one, path, args))
    made = book.closed()
    save(target, made)
    say(args, f"{target.name}: {plural(len(made), 'entry')}; {plural(added, 'finding')} added")
    waiting = sum(entry.decision == "open" for entry in made)
    if waiting:
        say(args, f"{waiting:,} wait for a decision: unsealed baseline audit")
    expired = sum(one.expired for one in seen.found)
    if expired:
        say(args, f"{expired} count again because what silenced them has expired: unsealed baseline audit")
    if seen.missed:
        return incomplete(seen.skipped, "what was not looked at is not in the baseline")
    return ExitCode.CLEAN


def _entry(one: Seen, path: str, args: argparse.Namespace) -> Entry:
    return Entry(
        key=Key(one.rule, one.recorded.digests[0], path),
        decision=args.decision,
        owner=args.owner,
        expires=args.expires,
        reason=args.reason,
    )


def _stale(baseline: Baseline, found: Iterable[Surveyed]) -> list[Entry]:
    """Entries whose secret was not found in any file they are for."""
    seen: dict[object, list[str]] = {}
    for one in found:
        for digest in one.recorded.digests:
            seen.setdefault(digest, []).extend(one.paths)
    return [entry for entry in baseline if not any(fits(entry, path) for path in seen.get(entry.key.digest, ()))]


def check_expiry(expires: str) -> None:
    """UsageError when ``--expires`` is no date, or one that has passed."""
    try:
        checked_date(expires)
    except ValueError as error:
        raise UsageError(f"--{error}") from None
    if expires and expires < today():
        raise UsageError(f"--expires {expires} has passed")


def save(target: Target, baseline: Baseline) -> None:
    """Write the baseline, whole or not at all."""
    write_whole(Path(target.baseline), baseline.render())


def say(args: argparse.Namespace, message: str) -> None:
    """One line of what was done, unless ``-q``."""
    if not args.quiet:
        sys.stdout.write(message + "\n")


def incomplete(skipped: Iterable[Skipped], consequence: str) -> int:
    """Say what was not looked at and what follows from it; the exit code."""
    blocking = [f"{one.what}: {one.why}" for one in skipped if one.blocking]
    for line in (*blocking, f"the scan is incomplete: {consequence}"):
        sys.stderr.write(f"unsealed: {line}\n")
    return ExitCode.INCOMPLETE
