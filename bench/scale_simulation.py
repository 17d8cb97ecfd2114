"""What a sweep of very many repositories takes and costs: a seeded simulation with its parameters stated.

    python bench/scale_simulation.py                      10,000 and 1,000,000 repositories, as in docs/scale.md
    python bench/scale_simulation.py --check 500 --seconds 67 --bytes 3.7e8 --rate 3e6
                                                          against a measured sweep of two cores, no fetching

Repositories have log-normal sizes with a Pareto tail. A worker fetches, scans, and hands in; machines share their
network. Work is taken from one queue; a machine fails at random, and what it was doing is done again.
"""

from __future__ import annotations

import argparse
import heapq
import math
import random
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Parameters:
    """Sizes in bytes of packs, rates in bytes a second, times in seconds, prices in dollars."""

    repositories: int = 10_000
    machines: int = 8
    cores: int = 8
    median: float = 1.0e6
    spread: float = 2.0  # sigma of the log-normal
    tail: float = 0.01  # share of repositories in the tail
    tail_start: float = 1.0e8
    tail_exponent: float = 1.2
    largest: float = 2.0e10
    bandwidth: float = 1.25e8  # a machine's network
    host_rate: float = 1.0e9  # what all hosts together send
    latency: float = 0.3  # to ask a host for news
    scan_rate: float = 3.0e6  # bytes of pack a core and second, as measured on small, often changed files
    overhead: float = 0.03  # a repository, beside its bytes
    portions: float = 5.0e8  # a larger history is one worker's longest piece of work no more
    split: bool = False
    between_failures: float = 200 * 3600.0  # a machine's mean time
    changed: float = 0.05  # repositories with news in a night
    news: float = 0.01  # of their bytes
    price: float = 0.35  # a machine and hour


def sizes(parameters: Parameters, chance: random.Random) -> list[float]:
    """One size a repository."""
    found = []
    for _ in range(parameters.repositories):
        if chance.random() < parameters.tail:
            size = parameters.tail_start * chance.paretovariate(parameters.tail_exponent)
        else:
            size = chance.lognormvariate(math.log(parameters.median), parameters.spread)
        found.append(min(size, parameters.largest))
    return found


def sweep(parameters: Parameters, seed: int, *, first: bool) -> tuple[float, float, int]:
    """Seconds until the last repository is done, core seconds worked, and failures met."""
    chance = random.Random(seed)
    work = sizes(parameters, chance)
    workers = parameters.machines * parameters.cores
    # Shared equally: a worker's part of its machine's network and of what hosts send.
    rate = min(parameters.bandwidth / parameters.cores, parameters.host_rate / workers)
    free = [0.0] * workers
    heapq.heapify(free)
    busy, failures = 0.0, 0
    mean = parameters.between_failures
    for size in work:
        if not first:
            size = size * parameters.news if chance.random() < parameters.changed else 0.0
        pieces = max(1, math.ceil(size / parameters.portions)) if parameters.split else 1
        for _ in range(pieces):
            begin = heapq.heappop(free)
            takes = parameters.latency + parameters.overhead + size / pieces * (1 / rate + 1 / parameters.scan_rate)
            lost = 0.0
            while (until := chance.expovariate(1 / mean)) < takes:
                lost += until
                failures += 1
            heapq.heappush(free, begin + lost + takes)
            busy += lost + takes
    return max(free), busy, failures


def line(name: str, parameters: Parameters, seed: int, *, first: bool) -> str:
    seconds, busy, failures = sweep(parameters, seed, first=first)
    hours = seconds / 3600
    cost = hours * parameters.machines * parameters.price
    used = busy / (seconds * parameters.machines * parameters.cores)
    shape = f"{parameters.machines} x {parameters.cores}"
    return f"| {name} | {shape} | {hours:.2f} h | {used:.0%} | {failures} | ${cost:,.2f} |"


def main() -> None:
    base = Parameters()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", type=int, default=0, metavar="N", help="repositories of a measured sweep")
    parser.add_argument("--seconds", type=float, default=0.0, help="what it took on two cores")
    parser.add_argument("--rate", type=float, default=base.scan_rate, help="bytes a core and second, if known better")
    parser.add_argument("--bytes", type=float, default=0.0, help="bytes of all packs")
    args = parser.parse_args()
    if args.check:
        own = replace(base, repositories=args.check, machines=1, cores=2, latency=0.0, bandwidth=1e12, host_rate=1e12)
        own = replace(own, scan_rate=args.rate, median=args.bytes / args.check, spread=0.0, tail=0.0)
        predicted, _, _ = sweep(own, args.seed, first=True)
        print(f"predicted {predicted:.1f} s, measured {args.seconds:.1f} s: {predicted / args.seconds:.2f} of it")
        return
    print("| sweep | machines x cores | time | busy | failures | cost |\n| --- | --- | --- | --- | --- | --- |")
    for count, machines in ((10_000, 1), (10_000, 8), (1_000_000, 32), (1_000_000, 128)):
        parameters = replace(base, repositories=count, machines=machines)
        print(line(f"{count:,}, first", parameters, args.seed, first=True))
        print(line(f"{count:,}, nightly", parameters, args.seed, first=False))
    large = replace(base, repositories=1_000_000, machines=128, split=True)
    print(line("1,000,000, first, large ones in portions", large, args.seed, first=True))


if __name__ == "__main__":
    main()
