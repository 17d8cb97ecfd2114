"""What the rules cost: megabytes a second of the first pass, and the seconds each rule takes.

    python bench/rules.py [--json FILE] [--top N] [--alone] [PATH ...]

Reads the files below PATH (by default the source of Python's standard library) into buffers like those of a
sweep, and measures, in processor time, the better of two:

- the first pass with every rule loaded, in MB/s;
- for each rule, how often the first pass wakes it in a megabyte, and what its exact expression, its checks and
  its plausibility then take;
- with ``--alone``, the first pass with this rule only: which expressions Hyperscan finds dear.

Shares of one run can be compared; the seconds depend on the machine and on the text.
"""

from __future__ import annotations

import argparse
import json
import sys
import sysconfig
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from scanner.engine.encoding import to_text
from scanner.engine.engine import Engine
from scanner.engine.prefilter import Prefilter
from scanner.ruleset.location import rules_folder

MEGABYTE = 1_000_000
BUFFER = 4 * MEGABYTE
# More says nothing new, and the exact pass keeps every file in memory.
MOST = 48 * MEGABYTE


def files(paths: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Name and content of every readable file, up to MOST bytes in sum."""
    total = 0
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if total < MOST and file.is_file() and not file.is_symlink():
                data = file.read_bytes()
                total += len(data)
                yield str(file), data


def buffers(texts: Sequence[tuple[str, bytes]]) -> list[bytes]:
    """The files one after the other, in pieces of BUFFER bytes."""
    whole = b"\n".join(data for _, data in texts)
    return [whole[at : at + BUFFER] for at in range(0, len(whole), BUFFER)]


def first_pass(prefilter: Prefilter, pieces: Sequence[bytes]) -> float:
    """Processor seconds for all ``pieces``, the better of two."""
    best = float("inf")
    for _ in range(2):
        start = time.thread_time()
        for piece in pieces:
            prefilter.hits(piece)
        best = min(best, time.thread_time() - start)
    return best


def exact_pass(engine: Engine, texts: Sequence[tuple[str, bytes]]) -> tuple[Counter[int], dict[int, float]]:
    """How often each rule was woken, and the processor seconds its matcher took."""
    woken: Counter[int] = Counter()
    seconds: dict[int, float] = defaultdict(float)
    for path, data in texts:
        text = to_text(data, path)
        by_rule = defaultdict(list)
        for hit in engine.prefilter(text.data):
            if hit.entry < engine.first_trigger:
                by_rule[engine.rules.expressions[hit.entry].rule].append(hit)
        for rule, hits in by_rule.items():
            woken[rule] += len(hits)
            start = time.thread_time()
            engine.match(text, hits)
            seconds[rule] += time.thread_time() - start
    return woken, seconds


def alone(engine: Engine, pieces: Sequence[bytes]) -> dict[int, float]:
    """Seconds of the first pass with the expressions of one rule only, for each rule."""
    by_rule = defaultdict(list)
    for expression in engine.rules.expressions:
        by_rule[expression.rule].append(expression)
    return {rule: first_pass(Prefilter.compile(own, ()), pieces[:1]) for rule, own in by_rule.items()}


def main() -> int:
    """Prints the table; 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path, default=[Path(sysconfig.get_paths()["stdlib"])])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--top", type=int, default=25)
    parser.add_argument("--alone", action="store_true")
    args = parser.parse_args()
    texts = list(files(args.paths))
    pieces = buffers(texts)
    size = sum(map(len, pieces)) / MEGABYTE
    if not size:
        sys.exit("bench/rules.py: nothing to read below the paths given")
    engine = Engine.load([rules_folder()])
    whole = Prefilter.compile(engine.rules.expressions, ())
    scan = first_pass(whole, pieces)
    print(f"{len(engine.rules)} rules, {len(engine.rules.expressions)} expressions; {len(texts)} files, {size:.1f} MB")
    print(f"first pass: {size / scan:.0f} MB/s ({scan:.2f} s)")
    exact_pass(engine, texts[:50])  # compiles what is common, which is not what is measured
    woken, seconds = exact_pass(engine, texts)
    spent = sum(seconds.values())
    print(f"exact pass: {size / spent:.0f} MB/s ({spent:.2f} s), {sum(woken.values()) / size:.0f} hits a MB")
    single = alone(engine, pieces) if args.alone else {}
    per = len(pieces[0]) / MEGABYTE
    table = [
        {
            "rule": engine.rules.rule(rule).id,
            "hits_per_mb": round(woken[rule] / size, 2),
            "exact_ms_per_mb": round(seconds.get(rule, 0) / size * 1000, 3),
            "alone_ms_per_mb": round(single[rule] / per * 1000, 3) if rule in single else None,
        }
        for rule in {*woken, *single}
    ]
    table.sort(key=lambda row: -(float(row["exact_ms_per_mb"] or 0) + float(row["alone_ms_per_mb"] or 0)))
    print(f"\n{'rule':36}{'hits/MB':>10}{'exact ms/MB':>13}{'alone ms/MB':>13}")
    for row in table[: args.top]:
        dear = "-" if row["alone_ms_per_mb"] is None else f"{row['alone_ms_per_mb']:.3f}"
        print(f"{row['rule']:36}{row['hits_per_mb']:>10}{row['exact_ms_per_mb']:>13}{dear:>13}")
    if args.json:
        result = {"mb": size, "first_mb_s": size / scan, "exact_mb_s": size / spent, "rules": table}
        args.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
