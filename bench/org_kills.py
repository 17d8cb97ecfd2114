"""Kills sweeps at random moments, and holds the store that is left against one of an undisturbed run.

    python bench/org_kills.py --kills 100                         a SQLite store
    python bench/org_kills.py --kills 100 --postgres              a PostgreSQL server, which is killed as well
    python bench/org_kills.py --kills 20 --dask local:2

What is killed, with SIGKILL: the coordinator, one of its workers, or the database. When a sweep has ended in spite of
it, some repositories get commits, secrets among them, or lose files, and both stores are swept again. Exit code 1 when
the two stores differ in anything but times and row numbers, or a killed coordinator leaves workers behind.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SOURCE))

from sqlalchemy import create_engine, text  # noqa: E402
from sqlalchemy.exc import DBAPIError  # noqa: E402

from bench.org_set import change, make  # noqa: E402
from tools.postgres import Cluster  # noqa: E402

_REPOSITORY = "(select url from repositories where id = repository)"
_SWEEP = "(select count(*) from sweeps where sweeps.id <= {})"
# Everything that a sweep leaves but times and the numbers of rows: a database that crashed leaves some out.
_CONTENT = {
    "repositories": "select url, name, rules, tips, family from repositories",
    "sweeps": "select target, rules, finished is null from sweeps",
    "visits": f"select {_SWEEP.format('sweep')}, {_REPOSITORY}, state, texts, bytes from visits",
    "gaps": f"select {_SWEEP.format('sweep')}, {_REPOSITORY}, what, why, blocking from gaps",
    "secrets": "select fingerprint, rule, severity, confidence, redacted, "
    f"{_SWEEP.format('first_sweep')}, state from secrets",
    "presences": f"select fingerprint, {_REPOSITORY}, {_SWEEP.format('first_sweep')}, path, line, "
    '"column", "commit", author, in_head, refs, detail, status, gone from presences',
    "occurrences": f'select fingerprint, {_REPOSITORY}, place, "commit", path, line from occurrences',
}
# Longer than anything here takes: a sweep that stands still is a failure, too.
_PATIENCE = 300


def content(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """What the store at ``url`` holds, in an order of its own."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return {
                # SQLite has no truth values of its own.
                name: sorted(
                    (
                        tuple(int(one) if isinstance(one, bool) else one for one in row)
                        for row in connection.execute(text(query))
                    ),
                    key=repr,
                )
                for name, query in _CONTENT.items()
            }
    finally:
        engine.dispose()


class Shaken:
    """Sweeps that are killed; ``kills`` counts what was hit, by kind."""

    def __init__(self, command: list[str], store: str, chance: random.Random, cluster: Cluster | None) -> None:
        self._command = [*command, "--store", store]
        self._store = store
        self._chance = chance
        self._cluster = cluster
        self.kills: dict[str, int] = {}
        self.orphans = 0
        self._sweeps = 0

    def sweep(self, left: int) -> None:
        """One sweep, however often it takes; at most ``left`` kills."""
        wanted = sum(self.kills.values()) + left
        self._sweeps += 1
        while True:
            process = subprocess.Popen(self._command, stderr=subprocess.PIPE, start_new_session=True)
            while sum(self.kills.values()) < wanted:
                try:
                    # Some at once, most while it is scanning.
                    process.wait(self._chance.uniform(0.05, 4.0))
                    break
                except subprocess.TimeoutExpired:
                    self._kill(process)
            _, complaint = process.communicate(timeout=_PATIENCE)
            if process.returncode in (0, 1):
                return
            if process.returncode == -signal.SIGKILL and self._ended():
                return
            if process.returncode != -signal.SIGKILL:
                raise SystemExit(f"the sweep ended with {process.returncode}: {complaint.decode()}")

    def _ended(self) -> bool:
        """True when this sweep was over when it was killed: one run more would be one sweep more."""
        engine = create_engine(self._store)
        try:
            with engine.connect() as connection:
                over = text("select count(*) from sweeps where finished is not null")
                return int(connection.execute(over).scalar_one()) >= self._sweeps
        except DBAPIError:
            return False  # killed before there were tables
        finally:
            engine.dispose()

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        victims = ["coordinator", "worker"] + (["database"] if self._cluster else [])
        victim = self._chance.choice(victims)
        children = _workers(process.pid)
        if victim == "database" and self._cluster:
            self._cluster.stop()
            time.sleep(self._chance.uniform(0.0, 1.0))
            self._cluster.start()
        elif victim == "worker":
            if not children:
                return
            with suppress(ProcessLookupError):
                os.kill(self._chance.choice(children), signal.SIGKILL)
        else:
            process.kill()
            process.wait()
            self.orphans += _left(children)
        self.kills[victim] = self.kills.get(victim, 0) + 1


def _workers(parent: int) -> list[int]:
    """Processes that ``parent`` started to scan."""
    listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(parent)], capture_output=True, text=True)
    found = [line.split(None, 1) for line in listed.stdout.splitlines()]
    return [int(one[0]) for one in found if "spawn_main" in one[1]]


def _left(children: list[int]) -> int:
    """How many of ``children`` are there still after a while."""
    until = time.monotonic() + 20
    while children and time.monotonic() < until:
        children = [one for one in children if _alive(one)]
        time.sleep(0.05)
    return len(children)


def _alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def run(args: argparse.Namespace, work: Path, cluster: Cluster | None) -> int:
    """Kill, compare, tell; the exit code."""
    chance = random.Random(args.seed)
    make(work / "all", args.repositories, args.largest, args.seed)
    shaken = cluster.url if cluster else f"sqlite:///{work / 'shaken.db'}"
    calm = f"sqlite:///{work / 'calm.db'}"
    base = [sys.executable, "-m", "scanner", "org", str(work / "all"), "-q", "-o", os.devnull]
    how = ["--dask", args.dask] if args.dask else ["--workers", "2"]
    killer = Shaken([*base, *how], shaken, chance, cluster)
    rounds = 0
    while True:
        rounds += 1
        if subprocess.run([*base, "--workers", "2", "--store", calm], check=False).returncode not in (0, 1):
            raise SystemExit("the undisturbed sweep failed")
        left = args.kills - sum(killer.kills.values())
        killer.sweep(left)
        if left <= 0:
            break
        for path in sorted((work / "all").iterdir()):
            if chance.random() < 0.3:
                change(path, chance)
    wanted, found = content(calm), content(shaken)
    told = ", ".join(f"{count} of the {name}" for name, count in sorted(killer.kills.items()))
    print(f"{sum(killer.kills.values())} kills ({told}) in {rounds} sweeps of {args.repositories} repositories")
    print(", ".join(f"{len(rows)} {name}" for name, rows in wanted.items()))
    different = [name for name in wanted if wanted[name] != found[name]]
    for name in different:
        print(f"{name}: missing {sorted(set(wanted[name]) - set(found[name]), key=repr)[:3]}")
        print(f"{name}: too much {sorted(set(found[name]) - set(wanted[name]), key=repr)[:3]}")
    if killer.orphans:
        print(f"{killer.orphans} workers outlived their coordinator")
    print("the stores differ" if different else "the stores are the same")
    return 1 if different or killer.orphans else 0


def main() -> int:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--repositories", type=int, default=150)
    parser.add_argument("--largest", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--postgres", action="store_true", help="on a server of its own, which is killed as well")
    parser.add_argument("--dask", default="")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="unsealed-kills-") as work:
        if not args.postgres:
            return run(args, Path(work), None)
        with Cluster() as cluster:
            return run(args, Path(work), cluster)


if __name__ == "__main__":
    sys.exit(main())
