"""How fast an organisation is swept: the first time, again with nothing new, and in how much memory.

    python bench/org.py --repositories 500 --largest 20000 [--dask local:2]

Repositories are made by ``git fast-import`` from a seed: commits follow a heavy tail, every tenth is a fork. The first
sweep is held against scanning the same repositories one after the other in this process, start-up excluded.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SOURCE))
_CODE = """
import resource, sys
from scanner.cli import main
code = main(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


def stream(commits: int, chance: random.Random) -> bytes:
    """A history of ``commits``: each changes one of some files by a few lines; one in 200 brings a password."""
    files = [[f"line {n} of file {f} {chance.getrandbits(40):x}" for n in range(60)] for f in range(min(40, commits))]
    out = [b"reset refs/heads/main\n"]
    for number in range(commits):
        at = chance.randrange(len(files))
        lines = files[at]
        lines[chance.randrange(len(lines))] = f"changed {chance.getrandbits(60):x}"
        if chance.random() < 0.005:
            lines.append(f'DB_PASSWORD="{chance.getrandbits(80):x}Zq!"')
        data = "\n".join(lines).encode()
        message = b"change %d" % number
        out.append(b"commit refs/heads/main\ncommitter A <a@example.org> %d +0000\n" % (1_600_000_000 + number * 60))
        out.append(
            b"data %d\n%s\nM 644 inline src/file%d.py\ndata %d\n%s\n" % (len(message), message, at, len(data), data)
        )
    return b"".join(out)


def make(folder: Path, count: int, largest: int, seed: int) -> None:
    chance = random.Random(seed)
    made: list[Path] = []
    for number in range(count):
        path = folder / f"r{number:05}.git"
        if made and number % 10 == 9:
            subprocess.run(
                ["git", "clone", "-q", "--bare", "--no-local", str(chance.choice(made)), str(path)], check=True
            )
            continue
        commits = min(largest, max(1, int(chance.paretovariate(0.8) * 3)))
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(path)], check=True)
        subprocess.run(["git", "-C", str(path), "fast-import", "--quiet"], input=stream(commits, chance), check=True)
        made.append(path)


def one_by_one(folder: Path) -> float:
    """Seconds of a loop over all repositories."""
    from scanner.git.run import Git
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.context import Context
    from scanner.pipeline.history import Wanted, scan_history
    from scanner.pipeline.options import ScanOptions

    options = ScanOptions(repo_config=False)
    scanner = text_scanner(options)
    started = time.monotonic()
    for path in sorted(folder.iterdir()):
        scan_history(Git(str(path)), scanner, Context("", options), Wanted())
    return time.monotonic() - started


def sweep(folder: Path, store: Path, *more: str) -> tuple[float, int]:
    """Seconds, and the coordinator's peak memory in kB."""
    started = time.monotonic()
    command = [sys.executable, "-c", _CODE, "org", str(folder), "--store", str(store), "-q", "-o", os.devnull, *more]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(SOURCE)}, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    return time.monotonic() - started, int(done.stderr.split()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=int, default=100)
    parser.add_argument("--largest", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dask", default="")
    args = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="unsealed-bench-"))
    try:
        make(work / "all", args.repositories, args.largest, args.seed)
        few = work / "few"
        few.mkdir()
        for path in sorted((work / "all").iterdir())[: max(1, args.repositories // 10)]:
            shutil.copytree(path, few / path.name)
        loop = one_by_one(work / "all")
        first, memory = sweep(work / "all", work / "s.db")
        again, _ = sweep(work / "all", work / "s.db")
        _, small = sweep(few, work / "few.db")
        one = work / "one"
        one.mkdir()
        subprocess.run(["git", "init", "-q", "--bare", str(one / "empty.git")], check=True)
        start, _ = sweep(one, work / "one.db")
        first, again = max(first - start, 0.01), max(again - start, 0.01)
        count = args.repositories
        packs = sum(path.stat().st_size for path in (work / "all").rglob("*.pack"))
        print(f"packs           {packs / 1e6:8.1f} MB")
        print(f"start-up        {start:8.1f} s  taken off below")
        print(f"one by one      {loop:8.1f} s  {count / loop:8.1f} repositories a second")
        print(f"first sweep     {first:8.1f} s  {100 * loop / first:8.0f} % of the loop's throughput")
        print(f"nothing new     {again:8.1f} s  {count / again:8.1f} repositories a second")
        print(f"coordinator     {small / 1024:8.0f} MB for a tenth of them, {memory / 1024:.0f} MB for all")
        if args.dask:
            start, _ = sweep(one, work / "done.db", "--dask", args.dask)
            dask = sweep(work / "all", work / "d.db", "--dask", args.dask)[0] - start
            print(f"by Dask         {dask:8.1f} s  {100 * (dask / first - 1):+8.0f} % against local processes")
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
