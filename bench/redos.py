"""What a hostile text costs each rule: a megabyte made for its expressions, the way the scan goes.

    python bench/redos.py [RULE ...] [--screen BYTES] [--size BYTES] [--kinds N]
                           [--worst N] [--top N] [--limit RATIO] [--json FILE] [--log FILE]

Texts are made of each expression's own parts: each of its repetitions pumped after the shortest way to it, on lines
of their own, on one line without end, and in heads that overlap; and of the rule's examples repeated, cut short, with
wide gaps. They go the way of every text: the prefilter's hits, the lines around them, and the
expressions there. All texts are tried in a small size first, with every rule; the worst in full.

A rule's cost is the processor time of its expressions beyond the prefilter's, which every text pays. What judging
adds for each place that matched is linear in what there is to report, and told beside it; so is what compiling the
expression from behind takes, once for all processes. ``--limit`` compares the
cost with the time that the prefilter takes for as much of ordinary text, so that it means the same on every machine.
Trying all rules takes minutes: with ``--log`` each rule's costs are written at once, and those that a file
of an earlier run holds are not tried again.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from pumped import LINE, filled, pumps, shortest

from scanner.engine import limited
from scanner.engine.allowance import Patience
from scanner.engine.engine import Engine
from scanner.engine.matcher import Matcher
from scanner.engine.scales import Scales
from scanner.engine.sieve import made
from scanner.model.filekind import FileKind
from scanner.model.span import Span
from scanner.model.text import Text
from scanner.ruleset.compiled import Expression
from scanner.ruleset.examples import fill
from scanner.ruleset.loader import load_rules
from scanner.ruleset.location import rules_folder
from scanner.ruleset.schema import Rule, RuleSource

_RUN = re.compile(rb"[A-Za-z0-9+/_-]{8,}")
_GAP = re.compile(rb"[^A-Za-z0-9\n]+")
# A rule is known to be bad after one text of so many milliseconds.
_ENOUGH = 50
# So often more is a text tried that takes more than the limit.
_TRIES = 4


class Cost(NamedTuple):
    """What a text of ``size`` bytes costs a rule beyond the prefilter: milliseconds of its expressions.

    ``around`` are those for finding the lines around its ``hits``; ``matches`` is how many places matched. ``compiled``
    are those for compiling the expression from behind, once for all processes, where it is compiled at all.
    """

    milliseconds: float
    rule: str
    text: str
    hits: int
    matches: int
    size: int
    around: float = 0.0
    compiled: float = 0.0


def hostile(source: RuleSource, size: int, most: int) -> Iterator[tuple[str, bytes]]:
    """Texts of ``size`` bytes, each with a name: of at most ``most`` kinds, each on lines and without."""
    units = [*_of_examples(source), *_of_expressions(source.rule)]
    for name, unit in units[:: max(1, -(-len(units) // most))]:
        yield name, filled(unit + b"\n", size)
        if len(unit) < LINE // 2:
            yield f"{name}, one line", filled(unit.replace(b"\n", b" "), size)
            yield f"{name}, lines of {LINE:,}", filled(filled(unit.replace(b"\n", b" "), LINE) + b"\n", size)


def _of_examples(source: RuleSource) -> Iterator[tuple[str, bytes]]:
    for number, example in enumerate(source.examples[:2], 1):
        data = fill(example.text, f"{source.rule.id}/{number}").encode()
        yield f"example {number}", data
        yield f"example {number} cut", data[: max(1, len(data) * 4 // 5)] + b"\x00"
        run = max(_RUN.findall(data), key=len, default=b"a")
        head = data[: data.find(run)] if run in data else data
        yield f"example {number} with a long value", head + run * (LINE // len(run))
        gap = max(_GAP.findall(data), key=len, default=b" ")
        yield f"example {number} with wide gaps", data.replace(gap, gap * 200)
        yield f"example {number} before its value", head or b"a"


def _of_expressions(rule: Rule) -> Iterator[tuple[str, bytes]]:
    """Each repetition pumped after the shortest text that leads to it."""
    wake = _wake(rule)
    for key in ("pattern", "pair", "needs", "prefilter"):
        expression = getattr(rule, key)
        if not expression:
            continue
        tree = parser.parse(expression)
        before = b"" if key == "pattern" else wake
        for number, (lead, pump, most) in enumerate(pumps(list(tree)), 1):
            many = min(most, LINE)
            for text in dict.fromkeys((pump * many, pump * (many - 1) if many > 1 else pump)):
                yield f"{key} {number} pumped", (before + lead + text)[:LINE] + b"\x00"
            yield f"{key} {number} without end", (before + lead + pump * LINE)[:LINE]


def _wake(rule: Rule) -> bytes:
    expression = rule.prefilter or rule.pattern
    return shortest(list(parser.parse(expression))) + b" "


class _Counting(Scales):
    """Asks for what must stand beside a match, and weighs nothing; ``seen`` is how many there were."""

    seen = 0

    def match(self, text: Text, found: Any, **_: Any) -> None:
        self.seen += 1
        span = Span(*found.span())
        if self._rule.keywords:
            self._beside.has_keyword(span)
        if self._rule.pair:
            self._beside.partner(span)


class _Unjudged(Matcher):
    """Runs a rule's expressions, those for what must stand beside a match too, and keeps nothing.

    ``around`` is the seconds that finding the lines around the hits took.
    """

    around = 0.0

    def __post_init__(self) -> None:
        self._scales = self.counting = _Counting(self.rule, self.examples, self.now)

    def impatient(self) -> None:
        """Spend what the rule may be slow in all texts of a process, and know nothing of the texts before."""
        self._patience = Patience()
        self._patience.left = 0.0

    def outer(self, text: Text, hits: Sequence[tuple[Expression, int]]) -> Sequence[tuple[Expression, int]]:
        started = time.thread_time()
        found = super().outer(text, hits)
        self.around = time.thread_time() - started
        return found

    def spans(self, text: Text, hits: Sequence[tuple[Expression, int]]) -> list[Span]:
        started = time.thread_time()
        found = super().spans(text, hits)
        self.around += time.thread_time() - started
        return found


class Bench:
    """The engine with every rule, and a path that each rule wants."""

    def __init__(self) -> None:
        self.sources = {source.rule.id: source for source in load_rules([rules_folder()]) if source.rule.pattern}
        self.engine = Engine.load([rules_folder()])
        self._numbers = {rule.id: number for number, rule in enumerate(self.engine.rules)}
        self._matchers: dict[str, _Unjudged] = {}

    def cost(self, source: RuleSource, name: str, data: bytes) -> Cost:
        """Of one text for one rule."""
        rule, engine = source.rule, self.engine
        number = self._numbers[rule.id]
        path = source.examples[0].path if rule.path and source.examples else "a.txt"
        kind = FileKind.OTHER if FileKind.OTHER in rule.kinds else min(rule.kinds)
        text = Text(data, path, kind)
        expressions = engine.rules.expressions
        first = engine.first_trigger
        hits = [
            (expressions[hit.entry], hit.end)
            for hit in engine.prefilter(data)
            if hit.entry < first and expressions[hit.entry].rule == number
        ]
        # Its expressions are compiled for the first of its texts.
        matcher = self._matchers.setdefault(rule.id, _Unjudged(rule, engine.rules.examples))
        # As in the texts after the first ones, in which a rule may be slow for a moment.
        matcher.impatient()
        whole = number in engine.rules_for_path(path)
        best, around = 1e9, 0.0
        for _ in range(2):
            matcher.counting.seen = 0
            started = time.thread_time()
            for _ in matcher.matches_whole(text) if whole else matcher.matches(text, hits):
                pass
            spent = (time.thread_time() - started - matcher.around) * 1000
            if spent < best:
                best, around = spent, matcher.around * 1000
            if best < 1:
                break
        return Cost(best, rule.id, name, len(hits), matcher.counting.seen, len(data), around)

    def ordinary(self, size: int) -> float:
        """Milliseconds of the prefilter for ``size`` bytes of ordinary text: this project's code."""
        scale, size = size / (1 << 20), 1 << 20
        source = Path(__file__).resolve().parent.parent / "scanner"
        code = b"".join(path.read_bytes() for path in sorted(source.rglob("*.py")))
        data = filled(code, size)
        best = 1e9
        for _ in range(5):
            started = time.thread_time()
            self.engine.prefilter(data)
            best = min(best, (time.thread_time() - started) * 1000)
        return best * scale


def _confirmed(bench: Bench, cost: Cost, limit: float, kinds: int) -> Cost:
    """``cost``, or the least of some more tries where it is over the ``limit``: a busy machine is slow now and then."""
    if cost.milliseconds <= limit:
        return cost
    source = bench.sources[cost.rule]
    texts = [data for name, data in hostile(source, cost.size, kinds) if name == cost.text]
    tries = (bench.cost(source, cost.text, data) for data in texts for _ in range(_TRIES))
    return min((cost, *tries), key=lambda one: one.milliseconds)


def main() -> int:
    """Print the slowest rules; exit 1 when one is over the limit."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("rules", nargs="*", metavar="RULE")
    arguments.add_argument("--screen", type=int, default=1 << 16, help="bytes of the texts for all rules")
    arguments.add_argument("--size", type=int, default=1 << 20, help="bytes of the texts for the worst")
    arguments.add_argument("--worst", type=int, default=30, help="how many rules are tried in full; 0 for none")
    arguments.add_argument("--kinds", type=int, default=60, help="most kinds of text for a rule")
    arguments.add_argument("--top", type=int, default=20, help="how many are printed")
    arguments.add_argument("--limit", type=float, help="most of a rule, in times of the prefilter")
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--log", type=Path, help="one line of JSON for each rule and size; read first")
    args = arguments.parse_args()
    limited.use_signals()
    bench = Bench()
    chosen = [source for rule, source in bench.sources.items() if not args.rules or rule in args.rules]
    started = time.monotonic()
    log = _Log(args.log)
    screened = [log.of(source.rule.id, args.screen, lambda: _screened(bench, source, args)) for source in chosen]  # noqa: B023
    tried = sum(tried for tried, _ in screened)
    worst_three = sorted((costs for _, costs in screened if costs), reverse=True)
    table = [costs[0] for costs in worst_three]
    if args.worst:
        table = []
        for costs in worst_three[: args.worst]:
            full = log.of(costs[0].rule, args.size, lambda: _in_full(bench, costs, args.size, args.kinds))  # noqa: B023
            table += full[1]
        table.sort(reverse=True)
    base = bench.ordinary(table[0].size)
    limit = args.limit * base if args.limit else 50 * table[0].size / (1 << 20)
    if args.limit and not args.worst:
        confirmed = ([_confirmed(bench, cost, limit, args.kinds) for cost in costs] for costs in worst_three)
        table = sorted(map(max, confirmed), reverse=True)
    worst = table[0]
    for cost in table[: args.top]:
        print(f"{cost.milliseconds:9.1f} ms  {cost.rule} ({cost.text}; {cost.hits:,} hits, their lines "
              f"{cost.around:.0f} ms; {cost.matches:,} matches; from behind {cost.compiled:.0f} ms)")  # fmt: skip
    spent, times = time.monotonic() - started, worst.milliseconds / base
    print(f"{len(chosen)} rules, {tried:,} texts in {spent:.0f} s")
    print(f"worst {worst.milliseconds:.1f} ms on {worst.size:,} bytes")
    print(f"that is {times:,.0f} times the prefilter's time for as much of ordinary text")
    if args.json:
        args.json.write_text(json.dumps([cost._asdict() for cost in table], indent=1) + "\n")
    return int(worst.milliseconds > limit)


class _Log:
    """What was measured, in a file at ``path`` if there is one: how many texts of a rule were tried, and the worst."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[tuple[str, int], tuple[int, list[Cost]]] = {}
        for line in path.read_text().splitlines() if path and path.exists() else ():
            entry = json.loads(line)
            self._known[entry["rule"], entry["size"]] = entry["tried"], [Cost(**cost) for cost in entry["costs"]]

    def of(self, rule: str, size: int, measure: Callable[[], tuple[int, list[Cost]]]) -> tuple[int, list[Cost]]:
        """What is known of ``rule`` with texts of ``size`` bytes, or else measured now."""
        found = self._known.get((rule, size))
        if found is None:
            found = tried, costs = measure()
            if self._path:
                entry = {"rule": rule, "size": size, "tried": tried, "costs": [cost._asdict() for cost in costs]}
                with self._path.open("a") as file:
                    file.write(json.dumps(entry) + "\n")
        return found


def _screened(bench: Bench, source: RuleSource, args: argparse.Namespace) -> tuple[int, list[Cost]]:
    """How many small texts of a rule were tried, and the three worst."""
    costs = []
    for name, data in hostile(source, args.screen, args.kinds):
        costs.append(bench.cost(source, name, data))
        if costs[-1].milliseconds > _ENOUGH:
            break
    return len(costs), sorted(costs, reverse=True)[:3]


def _in_full(bench: Bench, costs: Sequence[Cost], size: int, kinds: int) -> tuple[int, list[Cost]]:
    """The worst of a rule's worst texts, at ``size`` bytes, of how many."""
    source = bench.sources[costs[0].rule]
    names = {cost.text for cost in costs}
    worst = max(bench.cost(source, name, data) for name, data in hostile(source, size, kinds) if name in names)
    started = time.thread_time()
    for expression in (source.rule.pattern, source.rule.needs):
        if expression:
            made(expression.encode())
    return len(names), [worst._replace(compiled=(time.thread_time() - started) * 1000)]


if __name__ == "__main__":
    sys.exit(main())
