"""Scan many repositories into a store, and ask the store.

TARGET is a folder of clones, a file of clone addresses, one address, github:OWNER, gitlab:GROUP,
gitea:https://HOST/OWNER, or the address of an account on a public host. A sweep scans what is new since the last
one with the same rules; one that was interrupted goes on where it stood.

Instead of targets: status, findings, secrets, export, or triage FINGERPRINT [open|rotating|rotated|accepted].
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.commands import orgstore, shared
from scanner.model.errors import UsageError
from scanner.report import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.result import Skipped
    from scanner.org.executors import Pool
    from scanner.org.store.engine import Store
    from scanner.org.targets import Filters
    from scanner.org.values import Repository, Settings

_STORE = "unsealed.db"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``unsealed org``."""
    parser.add_argument("targets", nargs="+", metavar="TARGET", help="what to scan; or what to ask the store")
    parser.add_argument("--store", default=_STORE, metavar="URL", help=f"a file or postgresql+psycopg://… ({_STORE})")
    sweep = parser.add_argument_group("sweeps")
    sweep.add_argument("--name", action="append", default=[], metavar="GLOB", help="only repositories of this name")
    sweep.add_argument("--skip-name", action="append", default=[], metavar="GLOB", help="none of this name")
    sweep.add_argument("--no-archived", action="store_true", help="leave out archived repositories")
    sweep.add_argument("--no-forks", action="store_true", help="leave out forks")
    sweep.add_argument("--visibility", action="append", default=[], choices=("public", "internal", "private"))
    sweep.add_argument("--pushed-since", default="", metavar="DATE", help="leave out what was pushed before YYYY-MM-DD")
    sweep.add_argument("--wikis", action="store_true", help="wikis as well")
    sweep.add_argument("--workers", type=int, default=0, metavar="N", help="processes; 0 is one a processor")
    sweep.add_argument("--dask", default="", metavar="URL", help="a Dask scheduler, tcp://host:port, or local:N")
    sweep.add_argument("--cache", default="", metavar="DIR", help="where mirrors are kept")
    sweep.add_argument(
        "--cache-size", type=shared.size, default=50 << 30, metavar="BYTES", help="for all mirrors (50g)"
    )
    sweep.add_argument("--clone-size", type=shared.size, default=20 << 30, metavar="BYTES", help="for one (20g)")
    sweep.add_argument("--clone-time", type=float, default=3600, metavar="SECONDS", help="for one (3600)")
    sweep.add_argument(
        "--large", type=shared.size, default=64 << 20, metavar="BYTES", help="share out larger histories (64m)"
    )
    sweep.add_argument(
        "--rules", action="append", default=[], metavar="DIR", help="more rules, beside the shipped ones"
    )
    sweep.add_argument("--pack", choices=("default", "strict"), help="strict reports what is less sure as well")
    sweep.add_argument("--baseline", action="append", default=[], metavar="PATH", help="findings in it do not count")
    sweep.add_argument("--max-size", type=shared.size, default=0, metavar="BYTES", help="pass over larger files")
    sweep.add_argument("--webhook", default="", metavar="URL", help="tell of new findings (UNSEALED_WEBHOOK_KEY signs)")
    sweep.add_argument("--webhook-severity", default="critical", choices=orgstore.LEVELS, help="from this severity on")
    orgstore.add_arguments(parser)
    parser.add_argument("-f", "--format", action="append", default=[], metavar="FORMAT[=FILE]", help=", ".join(FORMATS))
    parser.add_argument("-o", "--output", metavar="FILE", help="write the report to FILE")
    parser.add_argument("--exit-zero", action="store_true", help="exit 0 even with findings (not when incomplete)")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="say more")
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing but failures")
    parser.add_argument("--no-progress", action="store_true", help="no progress bar")


def run(args: argparse.Namespace) -> int:
    """Sweep or ask; the exit code."""
    if args.targets[0] in orgstore.ACTIONS:
        return orgstore.run(args)
    try:
        from scanner.org.store.engine import Store
    except ImportError:
        raise UsageError("unsealed org needs SQLAlchemy and Alembic: pip install 'unsealed[org]'") from None
    from scanner.org import targets, webhook
    from scanner.pipeline.org import key_id

    for target in args.targets:
        targets.check(target)
    if args.webhook:
        webhook.check(args.webhook, os.environ.get("UNSEALED_WEBHOOK_KEY", ""))
    filters = _filters(args)
    settings = _settings(args)
    store = Store.open(args.store, key_id=key_id(shared.fingerprint_key()))
    try:
        return _sweep(store, settings, filters, args)
    finally:
        store.close()


def _filters(args: argparse.Namespace) -> Filters:
    from datetime import date

    from scanner.org.targets import Filters

    if args.pushed_since:
        try:
            date.fromisoformat(args.pushed_since)
        except ValueError:
            raise UsageError(f"--pushed-since {args.pushed_since!a}: write YYYY-MM-DD") from None
    return Filters(
        names=tuple(args.name),
        without=tuple(args.skip_name),
        archived=not args.no_archived,
        forks=not args.no_forks,
        visibility=tuple(args.visibility),
        since=args.pushed_since,
        wikis=args.wikis,
    )


def _settings(args: argparse.Namespace) -> Settings:
    from scanner.org.values import Settings
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.org import key_id, options_of
    from scanner.pipeline.ruleprint import rules_digest

    for path in args.baseline:
        if not os.path.isfile(path):
            raise UsageError(f"--baseline {path}: there is no such file")
    settings = Settings(
        rules=tuple(os.path.abspath(path) for path in args.rules),
        pack=args.pack or "",
        max_size=args.max_size,
        baselines=tuple(os.path.abspath(path) for path in args.baseline),
        key_id=key_id(shared.fingerprint_key()),
        cache=os.path.abspath(args.cache) if args.cache else str(_default_cache()),
        cache_limit=args.cache_size,
        clone_limit=args.clone_size,
        clone_seconds=args.clone_time,
        large=args.large,
    )
    options = options_of(settings)
    return settings._replace(rules_digest=rules_digest(text_scanner(options), options))


def _default_cache() -> Path:
    home = os.environ.get("UNSEALED_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    return Path(home) / "mirrors" if home else Path.home() / ".cache" / "unsealed" / "mirrors"


def _sweep(store: Store, settings: Settings, filters: Filters, args: argparse.Namespace) -> int:
    from scanner.commands.version import version
    from scanner.org.store import sweeps
    from scanner.pipeline.org import Progress, enlist, run_sweep
    from scanner.report.progress import progress

    target = ", ".join(_named(target) for target in args.targets)
    described = repr((sorted({_named(target) for target in args.targets}), filters))
    begun = sweeps.begin(store, target=target, key=described, rules=settings.rules_digest, version=version())
    if begun.resumed:
        shared.note(f"going on with sweep {begun.id}, which was interrupted", args)
    bar = progress("org", unit="repositories", wanted=not (args.quiet or args.no_progress))
    skipped = enlist(store, begun.id, _every(args.targets, filters))
    sweeps.target_gaps(store, begun.id, skipped)
    total = sweeps.counts(store, begun.id).get(sweeps.PENDING, 0)
    pool = _pool(args)

    def told(done: Progress) -> None:
        bar.update(done.done, total)

    try:
        run_sweep(store, begun.id, settings, pool, told=told)
    finally:
        pool.close()
        bar.close()
    code = orgstore.conclude(store, begun.id, args)
    # Last of all: killed before this, the same command tells again what was found, and nobody misses it.
    sweeps.finish(store, begun.id)
    return code


def _named(target: str) -> str:
    """A target as the store calls it: the same from whatever folder it was named, and without a user name."""
    from scanner.git.clone import shown

    return os.path.realpath(target) if os.path.exists(target) else shown(target)


def _every(targets: list[str], filters: Filters) -> Iterator[Repository | Skipped]:
    from scanner.org.targets import repositories

    for target in targets:
        yield from repositories(target, filters)


def _pool(args: argparse.Namespace) -> Pool:
    from scanner.org import executors
    from scanner.pipeline.parallel import processes

    if args.dask:
        return executors.Dask(args.dask)
    count = args.workers or processes()
    return executors.Here() if count == 1 else executors.Processes(count)
