"""What ``unsealed org`` answers from its store: status, findings, secrets, triage, export, and a sweep's end."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from typing import TYPE_CHECKING

from scanner.commands import reporting, shared
from scanner.model.errors import ExitCode, UsageError
from scanner.model.levels import Severity
from scanner.model.plural import plural
from scanner.model.result import ScanResult, ScanSummary

if TYPE_CHECKING:
    from scanner.org.store.engine import Store
    from scanner.org.store.views import Asked, SecretRow, SweepRow

ACTIONS = ("status", "findings", "secrets", "triage", "export")
LEVELS = [level.label for level in Severity]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the questions."""
    ask = parser.add_argument_group("questions to the store")
    ask.add_argument("--new", action="store_true", help="only secrets first seen in the newest sweep")
    ask.add_argument("--state", action="append", default=[], choices=("open", "rotating", "rotated", "accepted"))
    ask.add_argument("--severity", default="info", choices=LEVELS, help="hide what is below it")
    ask.add_argument("--repository", default="", metavar="NAME", help="only what this repository holds")
    ask.add_argument("--all", action="store_true", help="also what is silenced, or in no history any more")
    ask.add_argument("--json", action="store_true", help="status and secrets as JSON")
    ask.add_argument("--owner", default=None, metavar="WHO", help="triage: who sees to it")
    ask.add_argument("--note", default=None, metavar="TEXT", help="triage: a remark")
    ask.add_argument("--until", default=None, metavar="DATE", help="triage: the last day it is accepted")
    reporting.add_listing_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Answer one question; the exit code."""
    try:
        from scanner.org.store.engine import Store
    except ImportError:
        raise UsageError("unsealed org needs SQLAlchemy and Alembic: pip install 'unsealed[org]'") from None
    from datetime import UTC, datetime

    from scanner.org.store.triage import reopen_expired

    action, *rest = args.targets
    if rest and action != "triage":
        raise UsageError(f"unsealed org {action} takes no TARGET")
    store = Store.open(args.store, create=False)
    try:
        reopen_expired(store, today=datetime.now(UTC).strftime("%Y-%m-%d"))
        if action == "triage":
            return _triage(store, rest, args)
        if action == "status":
            return _status(store, args)
        if action == "secrets":
            return _secrets(store, args)
        return _report(store, _asked(store, args), args, setting="org")
    finally:
        store.close()


def conclude(store: Store, sweep: int, args: argparse.Namespace) -> int:
    """Report what a sweep found that was not known before, tell the webhook, and say how complete it was."""
    from scanner.org.store.views import Asked

    failed = _notify(store, sweep, args)
    asked = Asked(sweep=sweep, states=("open", "rotating"), severity=Severity[args.severity.upper()])
    code = _report(store, asked, args, setting="org", sweep=sweep)
    return ExitCode.INCOMPLETE if failed else code


def _notify(store: Store, sweep: int, args: argparse.Namespace) -> bool:
    from scanner.model.errors import UnsealedError
    from scanner.org import webhook
    from scanner.org.store import sweeps
    from scanner.org.store.views import Asked, findings

    if not args.webhook or sweeps.notified(store, sweep):
        return False
    grave = findings(store, Asked(sweep=sweep, states=("open",), severity=Severity[args.webhook_severity.upper()]))
    if not grave:
        return False
    body = webhook.message(grave, target=sweeps.target_of(store, sweep), sweep=sweep)
    try:
        webhook.send(args.webhook, body, key=os.environ.get("UNSEALED_WEBHOOK_KEY", ""))
    except UnsealedError as error:
        shared.note(str(error), args)
        return True
    sweeps.mark_notified(store, sweep)
    return False


def _asked(store: Store, args: argparse.Namespace) -> Asked:
    from scanner.org.store.views import Asked, last_sweep

    return Asked(
        sweep=last_sweep(store) if args.new else None,
        states=tuple(args.state),
        severity=Severity[args.severity.upper()],
        repository=args.repository,
        silenced=args.all,
        gone=args.all,
    )


def _report(store: Store, asked: Asked, args: argparse.Namespace, *, setting: str, sweep: int | None = None) -> int:
    """Findings in any report format. What the newest sweep did not scan makes every answer incomplete."""
    from scanner.commands import version
    from scanner.org.store import views
    from scanner.org.store.trend import trend
    from scanner.report.interface import ReportOptions, TrendPoint
    from scanner.report.output import parse_targets, write_reports

    number = sweep if sweep is not None else views.last_sweep(store)
    rows = [row for row in views.sweep_rows(store) if row.id == number]
    result = ScanResult(tuple(views.findings(store, asked)), _summary(store, rows))
    options = ReportOptions(
        setting=setting,
        verbosity=-1 if args.quiet else args.verbose,
        group_by=args.group_by,
        limit=args.limit,
        version=version.version(),
        advice=reporting.guidance(),
        describe=reporting.descriptions(tuple(args.rules)),
        trend=[TrendPoint(*point) for point in trend(store)],
    )
    write_reports(result, parse_targets(args.format, args.output), options)
    return shared.exit_code(result, exit_zero=args.exit_zero)


def _summary(store: Store, rows: list[SweepRow]) -> ScanSummary:
    from datetime import UTC, datetime

    from scanner.org.store import views

    if not rows:
        return ScanSummary(target="the store")
    row = rows[0]
    seconds = ((row.finished or datetime.now(UTC)) - row.started).total_seconds()
    notes = (f"sweep {row.id}: {_states(row)}; {plural(row.new, 'secret')} not seen before",)
    return ScanSummary(row.target, row.texts, row.bytes, 0, seconds, tuple(views.gap_list(store, row.id)), notes)


def _states(row: SweepRow) -> str:
    number = sum(row.states.values())
    parts = ", ".join(f"{count} {state}" for state, count in sorted(row.states.items()))
    return f"{plural(number, 'repository')} ({parts})" if parts else "no repositories"


def _status(store: Store, args: argparse.Namespace) -> int:
    """Sweeps, secrets by state, time to rotate. Exit 3 when the newest sweep is not whole."""
    from scanner.org.store import triage, views

    rows = views.sweep_rows(store)
    states = triage.totals(store)
    rotated, days = triage.days_to_rotate(store)
    gaps = views.gap_list(store, rows[0].id) if rows else []
    if args.json:
        told = {
            "sweeps": [
                row._asdict()
                | {"started": row.started.isoformat(), "finished": row.finished and row.finished.isoformat()}
                for row in rows
            ],
            "secrets": states,
            "rotated": rotated,
            "mean_days_to_rotate": days,
            "not_scanned": [gap._asdict() for gap in gaps],
        }
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
    else:
        for row in rows:
            end = row.finished.strftime("%Y-%m-%d %H:%M") if row.finished else "not finished"
            what = f"{_states(row)}, {plural(row.new, 'new secret')}"
            line = f"sweep {row.id}  {row.started:%Y-%m-%d %H:%M} to {end}  {what}"
            sys.stdout.write(_plain(f"{line}  {row.target}") + "\n")
        counted = ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "none"
        sys.stdout.write(f"secrets: {counted}\n")
        if days is not None:
            sys.stdout.write(f"mean time to rotate: {days:.1f} days ({rotated} rotated)\n")
        for gap in gaps:
            sys.stdout.write(_plain(f"not scanned: {gap.what}: {gap.why}") + "\n")
    whole = not rows or (rows[0].finished is not None and not any(gap.blocking for gap in gaps))
    return ExitCode.CLEAN if whole else ExitCode.INCOMPLETE


def _secrets(store: Store, args: argparse.Namespace) -> int:
    """One line a secret, with every repository that holds it."""
    from scanner.org.store import views

    rows = views.secret_rows(store, _asked(store, args), limit=args.limit or 0)
    if args.json:
        told = [
            row._asdict() | {"severity": row.severity.label, "first_seen": row.first_seen.isoformat()} for row in rows
        ]
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return ExitCode.CLEAN
    for row in rows:
        sys.stdout.write(_plain(_line(row)) + "\n")
    return ExitCode.CLEAN


def _line(row: SecretRow) -> str:
    shown = ", ".join(row.repositories[:5]) + (
        f" and {len(row.repositories) - 5} more" if len(row.repositories) > 5 else ""
    )
    state = f"{row.state} until {row.until}" if row.until else row.state
    owner = f", {row.owner}" if row.owner else ""
    head = f", in {plural(row.in_head, 'HEAD')}" if row.in_head else ""
    return (
        f"{row.fingerprint[:12]}  {row.severity.label:8}  {state}{owner}  {row.title}  {row.redacted}  "
        f"in {plural(len(row.repositories), 'repository')}{head}: {shown}"
    )


def _triage(store: Store, rest: list[str], args: argparse.Namespace) -> int:
    from scanner.org.store.triage import Decision, triage

    if not rest or len(rest) > 2:
        raise UsageError("write: unsealed org triage FINGERPRINT [open|rotating|rotated|accepted] [--owner] [--note]")
    decision = Decision(rest[1] if len(rest) == 2 else None, args.owner, args.note, args.until)
    fingerprint = triage(store, rest[0].lower(), decision, who=_who())
    shared.note(f"{fingerprint}: {decision.state or 'noted'}", args)
    return ExitCode.CLEAN


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _plain(line: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in line)
