"""How fast an organisation is swept: the first time, again with nothing new, on Dask, and in how much memory.

    python bench/org_set.py SET --repositories 500 --largest 20000
    python bench/org.py SET                        all of it; or some of: loop first again memory dask
    python bench/org.py SET dask --dask local:2 --times 3

Dask is held against local processes in turn, ``--times`` over, and the median pair is kept.

The first sweep is held against scanning the same repositories one after the other by what ``unsealed history`` runs,
which shares each large one among all processors. Start-up is taken off on both sides: the loop runs in this process
with its rules loaded, and a sweep of one empty repository is what a sweep takes to start. Results are kept in
SET/../measured.json, so that parts can be measured at different times.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SOURCE))
PARTS = ("loop", "first", "again", "memory", "dask")
# The peak of this process alone, whatever its parent took.
_CODE = """
import sys
from scanner.cli import main
code = main(sys.argv[1:])
print([line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")][0], file=sys.stderr)
sys.exit(code)
"""


class Swept(NamedTuple):
    """Seconds of wall time, seconds of all processors, and the coordinator's peak in MB."""

    seconds: float
    cpu: float
    memory: float


def one_by_one(paths: list[Path]) -> Swept:
    """A loop of what ``unsealed history`` does, in this process and those it forks."""
    from scanner.git.run import Git
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.context import Context
    from scanner.pipeline.history import Wanted, scan_history
    from scanner.pipeline.options import ScanOptions

    options = ScanOptions(repo_config=False)
    scanner = text_scanner(options)
    before, started = _processors(), time.monotonic()
    for path in paths:
        scan_history(Git(str(path)), scanner, Context("", options), Wanted())
    return Swept(time.monotonic() - started, _processors() - before, 0.0)


def _processors() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def sweep(target: Path, store: Path, *more: str) -> Swept:
    """``unsealed org`` in a process of its own."""
    before, started = _processors(), time.monotonic()
    command = [sys.executable, "-c", _CODE, "org", str(target), "--store", str(store), "-q", "-o", os.devnull, *more]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(SOURCE)}, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    return Swept(time.monotonic() - started, _processors() - before, int(done.stderr.split()[-1]) / 1024)


def in_turn(work: Path, everything: Path, *, more: list[str], dask: str, times: int) -> dict[str, Swept]:
    """A sweep by local processes and one by Dask, ``times`` over: the pair whose wall times have the median ratio."""
    pairs = []
    for number in range(times):
        local = sweep(everything, work / f"l{number}.db", *more)
        pairs.append((local, sweep(everything, work / f"d{number}.db", "--dask", dask)))
        print("local", *local, "dask", *pairs[-1][1], file=sys.stderr, flush=True)
    pairs.sort(key=lambda pair: pair[1].seconds / pair[0].seconds)
    local, spread = pairs[len(pairs) // 2]
    return {"local": local, "dask": spread}


def measure(paths: list[Path], args: argparse.Namespace, work: Path) -> dict[str, Swept]:
    """Each part asked for, by its name."""
    parts, more = args.parts or list(PARTS), ["--workers", args.workers]
    made: dict[str, Swept] = {}
    everything = _links(work / "all", paths)
    (work / "one").mkdir()
    subprocess.run(["git", "init", "-q", "--bare", str(work / "one" / "empty.git")], check=True)
    if "loop" in parts:
        made["loop"] = one_by_one(paths)
    made["start"] = sweep(work / "one", work / "one.db", *more)
    if "first" in parts or "again" in parts:
        made["first"] = sweep(everything, work / "s.db", *more)
    if "again" in parts:
        made["again"] = sweep(everything, work / "s.db", *more)
    if "memory" in parts:
        made["tenth"] = sweep(_links(work / "few", paths[: max(1, len(paths) // 10)]), work / "few.db", *more)
    if "dask" in parts:
        made["dask start"] = sweep(work / "one", work / "done.db", "--dask", args.dask)
        made |= in_turn(work, everything, more=more, dask=args.dask, times=args.times)
    return made


def _links(folder: Path, paths: list[Path]) -> Path:
    """``paths`` below one folder, in no space: the same set is measured whole and in part."""
    folder.mkdir()
    for path in paths:
        shutil.copytree(path, folder / path.name, copy_function=os.link)
    return folder


def table(made: dict[str, Swept], count: int) -> list[str]:
    """Lines for people."""
    lines = [f"{name:12}{one.seconds:8.1f} s {one.cpu:8.1f} CPU s {one.memory:6.0f} MB" for name, one in made.items()]
    start = made["start"].seconds if "start" in made else 0.0
    first = made["first"].seconds - start if "first" in made else 0.0
    if first and "loop" in made:
        lines.append(f"first sweep: {100 * made['loop'].seconds / first:.0f} % of the loop's throughput (80 wanted)")
        work = made["first"].cpu - made["start"].cpu
        lines.append(f"             {100 * made['loop'].cpu / work:.0f} % by processor time, whatever else ran")
    if "again" in made:
        rate = count / max(0.01, made["again"].seconds - start)
        lines.append(f"nothing new: {rate:.0f} repositories a second (50 wanted)")
    if first and "tenth" in made:
        grown = made["first"].memory / made["tenth"].memory - 1
        lines.append(f"coordinator: {100 * grown:+.0f} % from a tenth of the repositories to all (10 allowed)")
    if "start" in made and "dask" in made:
        over = (made["dask"].seconds - made["dask start"].seconds) / (made["local"].seconds - start) - 1
        lines.append(f"Dask: {100 * over:+.0f} % against local processes (15 allowed)")
        work = (made["dask"].cpu - made["dask start"].cpu) / (made["local"].cpu - made["start"].cpu)
        lines.append(f"      {100 * (work - 1):+.0f} % by processor time")
    return lines


def main() -> None:
    """Measure, and keep what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; nothing means all")
    parser.add_argument("--some", type=int, default=1, metavar="N", help="every Nth repository alone, for a quick look")
    parser.add_argument("--workers", default="2")
    parser.add_argument("--dask", default="local:2")
    parser.add_argument("--times", type=int, default=3, help="pairs of a local sweep and one on Dask")
    args = parser.parse_intermixed_args()
    paths = sorted(path.resolve() for path in args.set.iterdir() if path.suffix == ".git")[:: args.some]
    kept = args.set.parent / f"measured-{len(paths)}.json"
    known = json.loads(kept.read_text()) if kept.exists() else {}
    with tempfile.TemporaryDirectory(prefix="unsealed-bench-", dir=args.set.parent) as work:
        made = measure(paths, args, Path(work))
    known |= {name: list(one) for name, one in made.items()}
    kept.write_text(json.dumps(known, indent=1))
    packs = sum(file.stat().st_size for path in paths for file in path.rglob("*.pack"))
    print(f"{len(paths)} repositories, {packs / 1e6:.0f} MB of packs")
    print("\n".join(table({name: Swept(*one) for name, one in known.items()}, len(paths))))


if __name__ == "__main__":
    main()
