#!/usr/bin/env python3
"""What a baseline costs: the hook with 10,000 entries, update and merge, and what guessing from the file costs.

    python bench/baseline.py [--entries N] [--runs N] [--json FILE]

Processes are timed whole, wall clock. One in eight secrets is a password, which gets the slow digest; the others are
random tokens. "Cold" is the first run in a clone, before its git folder remembers slow digests.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SOURCE))

from scanner.model.secret import Secret  # noqa: E402
from scanner.ruleset.examples import fill  # noqa: E402
from scanner.suppress.digest import Salt  # noqa: E402

NAME = ".unsealed.baseline"
A_FILE = 20
TEMPLATES = (
    'token_{n} = "<<ghp_ %A30 %crc62>>"',
    'slack_{n} = "<<xoxb- %D12 - %D12 - %A24>>"',
    'stripe_{n} = "<<sk_live_ %A24>>"',
)
PASSWORD = 'password_{n} = "<<%A12>>"'


def run(folder: Path, *arguments: str, codes: tuple[int, ...] = (0,)) -> float:
    """Seconds that ``unsealed`` took."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "scanner", *arguments], cwd=folder, env=environment(folder), capture_output=True
    )
    if done.returncode not in codes:
        raise SystemExit(f"{arguments}: {done.returncode}: {done.stderr.decode()}{done.stdout.decode()[:500]}")
    return time.perf_counter() - started


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT", "CI"))}
    return {**kept, "PYTHONPATH": str(SOURCE), "XDG_CACHE_HOME": str(folder.parent / "cache")}


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, env=environment(folder))


def repository(folder: Path, number: int) -> None:
    """``number`` secrets, committed."""
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for at in range(0, number, A_FILE):
        lines = [
            fill((PASSWORD if n % 8 == 0 else TEMPLATES[n % 3]).format(n=n), str(n))
            for n in range(at, min(at + A_FILE, number))
        ]
        path = folder / f"pkg{at // 1000}" / f"module_{at}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines) + "\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "secrets")


def median(times: int, work: Callable[[], float]) -> float:
    return statistics.median(work() for _ in range(times))


def hook(folder: Path, runs: int) -> dict[str, float]:
    """Milliseconds of the hook on a commit that adds nothing, and on one that adds a new secret."""
    clean, guilty = folder / "clean.py", folder / "guilty.py"
    made: dict[str, float] = {}
    for words, name in (("with", NAME), ("without", "")):
        if not name:
            (folder / NAME).rename(folder.parent / "kept")
        clean.write_text("x = 1\n" * 200)
        git(folder, "add", "clean.py")
        run(folder, "staged")
        made[f"clean, {words} baseline"] = 1000 * median(runs, lambda: run(folder, "staged"))
        guilty.write_text(fill('password = "<<%A13>>"\n', "guilty"))
        git(folder, "add", "guilty.py")
        made[f"new secret, {words} baseline"] = 1000 * median(runs, lambda: run(folder, "staged", codes=(1,)))
        git(folder, "rm", "-q", "--cached", "guilty.py", "clean.py")
    (folder.parent / "kept").rename(folder / NAME)
    guilty.unlink()
    clean.unlink()
    return made


def forget(folder: Path) -> None:
    for path in (folder / ".git").glob("unsealed-*"):
        path.unlink()


def edit(folder: Path) -> None:
    """A known file under a new name with a line more, and a file with a new secret, both staged."""
    number = len(list(folder.glob("edited_*")))
    known = sorted(folder.glob("pkg*/*.py"))[number]
    known.write_text("import os\n" + known.read_text())
    known.rename(folder / f"edited_{number}_{known.name}")
    (folder / f"new_{number}.py").write_text(fill(PASSWORD.format(n=0) + "\n", f"new {number}"))
    git(folder, "add", "-A")


def upkeep(folder: Path, runs: int) -> dict[str, float]:
    """Seconds of ``update``, history included, and of the merge driver."""

    def cold() -> float:
        forget(folder)
        return run(folder, "baseline", "update", "-q")

    def edited() -> float:
        edit(folder)
        return run(folder, "baseline", "update", "-q")

    def committed() -> float:
        edit(folder)
        git(folder, "commit", "-q", "-m", "edit")
        return run(folder, "baseline", "update", "-q")

    made = {"update, nothing remembered": cold()}
    made["update, nothing changed"] = median(runs, lambda: run(folder, "baseline", "update", "-q"))
    made["update, a file moved and a new secret"] = median(runs, edited)
    run(folder, "baseline", "update", "-q")
    made["update, the same committed before"] = committed()
    made["update, after that"] = run(folder, "baseline", "update", "-q")
    made["scan, all known"] = median(runs, lambda: run(folder, "staged", "--all", "-q"))
    base = (folder / NAME).read_bytes()
    lines = base.split(b"\n")
    sides = [b"\n".join(lines[:-1:2] + lines[1:4] + [b""]), base.replace(b"decision=open", b"decision=false")]
    header = lines[:3]
    sides[0] = b"\n".join([*header, *sorted(set(lines[3:-1:2])), b""])
    paths = [folder.parent / name for name in ("base", "ours", "theirs")]

    def merge() -> float:
        for path, content in zip(paths, (base, *sides), strict=True):
            path.write_bytes(content)
        return run(folder, "baseline", "merge-driver", *map(str, paths), NAME)

    made["merge"] = median(runs, merge)
    return made


def guessing() -> dict[str, float]:
    """Guesses a second on one core against the file: for a password, and for what only a random token gets."""
    salt = Salt.fresh()
    rates: dict[str, float] = {}
    for words, seconds, guess in (
        ("password guesses a second", 3.0, b"hunter2-%d"),
        ("token guesses a second", 1.0, fill("<<%A40>>", "x").encode() + b"%d"),
    ):
        started, count = time.perf_counter(), 0
        while time.perf_counter() - started < seconds:
            salt.digest("generic", Secret(guess % count))
            count += 1
        rates[words] = count / (time.perf_counter() - started)
    started, count = time.perf_counter(), 0
    while time.perf_counter() - started < 1.0:
        for _ in range(1000):
            hashlib.sha1(b"hunter2-%d" % count, usedforsecurity=False).digest()
            count += 1
    rates["the same against unsalted SHA-1"] = count / (time.perf_counter() - started)
    return rates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", metavar="FILE")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "repo"
        repository(folder, args.entries)
        run(folder, "staged")
        created = run(folder, "baseline", "create", "-q")
        content = (folder / NAME).read_bytes()
        slow = content.count(b".s.")
        made: dict[str, float] = {
            "entries": content.count(b"decision="), "of them slow": slow,
            "kilobytes": len(content) / 1000, "create, s": created,
        }  # fmt: skip
        made |= {f"hook, {words}, ms": value for words, value in hook(folder, args.runs).items()}
        made |= {f"{words}, s": value for words, value in upkeep(folder, args.runs).items()}
    made |= guessing()
    for words, value in made.items():
        print(f"{words:<44}{value:>12,.2f}")
    if args.json:
        Path(args.json).write_text(json.dumps(made, indent=2) + "\n")


if __name__ == "__main__":
    main()
