"""What hostile text costs the expressions of our own modules: Python's ``re`` has no limit that would end a search.

    python bench/expressions.py [NAME ...] [--size BYTES] [--limit MS] [--top N]

Every expression that a module holds, or a function hands to ``re``, is tried as ``bench/redos.py`` does with rules:
each of its repetitions pumped, with what it may repeat drawn in several ways, after the shortest text that leads to it,
once and again and again. It is asked as our modules ask: at the beginning alone where nobody searches with it, else at
each place.

A time that grows faster than the length is told, and fails the run where it takes more than the limit. ``BOUNDS`` names
those that meet texts of some length only, and why: they are tried with that.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import math
import pkgutil
import random
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any, NamedTuple

from pumped import PREFERRED, filled, is_in, pumps, repetitions, shortest

import scanner
from scanner.engine.plausibility.lazy import Lazy

# Most bytes that an expression ever meets, by its module and name, and who sees to that.
BOUNDS = {
    "engine.plausibility.essence:_ENDINGS": (256, "the end of a value"),
    "engine.plausibility.shapes:_SHAPES": (2048, "longer values have no form"),
    "engine.plausibility.judgement:": (2048, "longer values are none"),
    "engine.checks.crc:_ROUTABLE": (400, "the rule takes no longer token"),
    "kubernetes.hcl:_PAIR": (200_000, "longer files are not read, nor texts of over 20,000 in them"),
    "rotation.names:_HOLE": (2000, "longer names have no holes"),
    "rotation.durations:_PART": (40, "longer ones are no durations"),
    "engine.checks.private_key:_PUTTY": (20_060, "the rule takes no longer key, nor a comment over 1,000"),
    "kubernetes.helm:_LOOKED_UP": (1000, "so much before a literal"),
    "rotation.charts:": (2000, "longer templates are not read"),
    "rotation.helpers:": (2000, "longer templates are not read"),
}
# Asked at one place of a text, or of each of its lines or parts, and the next time from where that ended.
ONE_PLACE = {
    "engine.decoders.runs:_break",
    "engine.larger:_DATA",
    "kubernetes.interest:_API",
    "manifest.compose:_PROPERTIES",
    "manifest.islands:_BELONGS",
    "manifest.lines:_BRACKETS",
    "manifest.lines:_KEY",
    "manifest.lines:_PROPERTIES",
    "manifest.template:_ACTION",
    "manifest.template:_LINE_ENDS",
    "suppress.entry:_FIELD",
}
# What runs as it is imported, or is data.
_NOT_IMPORTED = ("scanner.rules", "scanner.__main__", "scanner.org.store.migrations")
_AT_ONE_PLACE = {"match", "fullmatch"}
_METHODS = _AT_ONE_PLACE | {"search", "finditer", "findall", "split", "sub", "subn"}
# Texts of an expression at the most, ways to draw what is repeated, and seconds after which one is given up.
_TEXTS, _WAYS, _TOO_LONG = 500, 12, 0.1
# So many seconds for the smaller text are worth a look at the larger one, which is four times as long.
_WORTH_A_LOOK, _TIMES = 1e-4, 4
# What takes the length times itself takes 4 times as long again; twice is noise.
_GROWS = 1.5
# Seconds for those that meet nothing longer.
_MOST = 0.09
# So often more is one tried that takes too much.
_TRIES = 2
_ENDS = (b"\x00", b"(", b"a")


@dataclass
class Written:
    """An expression of a module, and by which methods it is asked."""

    name: str
    pattern: re.Pattern[Any]
    methods: set[str] = field(default_factory=set)

    @property
    def searches(self) -> bool:
        """True when it is asked at more than one place of a text, as far as is known."""
        return self.name not in ONE_PLACE and not (self.methods and self.methods <= _AT_ONE_PLACE)

    def ask(self, data: bytes) -> None:
        """Ask it about ``data`` the way that takes longest."""
        text = data if isinstance(self.pattern.pattern, bytes) else data.decode("utf-8", "replace")
        if self.searches:
            for _ in self.pattern.finditer(text):
                pass
            return
        for method in self.methods & _AT_ONE_PLACE or {"match"}:
            getattr(self.pattern, method)(text)


class Cost(NamedTuple):
    """The worst text of an expression: seconds for ``size`` bytes, and the power of the length with which they grow."""

    seconds: float
    name: str
    size: int
    power: float
    text: bytes


class _TooLongError(Exception):
    """A text was given up."""


def written() -> list[Written]:
    """The expressions of all modules, each once."""
    found: dict[tuple[str | bytes, int], Written] = {}
    modules = [importlib.import_module(name) for name in _names()]
    for module in modules:
        for name, value in list(vars(module).items()):
            for pattern in _patterns(value):
                found.setdefault((pattern.pattern, pattern.flags), Written(f"{module.__name__[8:]}:{name}", pattern))
        for place, method, pattern in _in_functions(module):
            one = Written(f"{module.__name__[8:]}:{place}", pattern)
            found.setdefault((pattern.pattern, pattern.flags), one).methods.add(method)
    for module in modules:
        for name, method in _asked(module):
            # What is no name of the module goes through those that it has in tables.
            holders = [vars(module)[name]] if name in vars(module) else [_tables(module)]
            for pattern in _patterns(holders):
                found[pattern.pattern, pattern.flags].methods.add(method)
    return sorted(found.values(), key=lambda one: one.name)


def _names() -> Iterator[str]:
    for module in pkgutil.walk_packages(scanner.__path__, "scanner."):
        if not module.name.startswith(_NOT_IMPORTED):
            yield module.name


def _tables(module: ModuleType) -> list[object]:
    return [value for value in vars(module).values() if isinstance(value, dict | list | tuple | set | frozenset)]


def _patterns(value: object, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    """Those in ``value``: itself, or in what it holds."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Lazy):
        yield value.pattern
    elif depth < 5:
        inner: Sequence[object] = ()
        if isinstance(value, dict):
            inner = [*value, *value.values()]
        elif isinstance(value, list | tuple | set | frozenset):
            inner = list(value)
        elif isinstance(value, type) and value.__module__.startswith("scanner"):
            inner = list(vars(value).values())
        for one in inner:
            yield from _patterns(one, depth + 1)


def _in_functions(module: ModuleType) -> Iterator[tuple[str, str, re.Pattern[Any]]]:
    """What functions hand to ``re`` as they ask: the function, the method, the expression."""
    for function in ast.walk(_tree(module)):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and ast.unparse(node.func.value) == "re"
                    and node.func.attr in _METHODS | {"compile"}
                    and isinstance(node.args[0], ast.Constant)
                ):
                    yield function.name, node.func.attr, re.compile(node.args[0].value)


def _tree(module: ModuleType) -> ast.AST:
    return ast.parse(inspect.getsource(module) if str(module.__file__).endswith(".py") else "")


def _asked(module: ModuleType) -> Iterator[tuple[str, str]]:
    """The names of which ``module`` asks something, and the method; a match from some place on is a search."""
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Attribute) and node.attr in _METHODS:
            value = node.value.value if isinstance(node.value, ast.Attribute) else node.value
            if isinstance(value, ast.Name):
                yield value.id, node.attr
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) > 1:
            value = node.func.value.value if isinstance(node.func.value, ast.Attribute) else node.func.value
            if isinstance(value, ast.Name) and node.func.attr in _AT_ONE_PLACE:
                yield value.id, "search"


def texts(one: Written) -> Iterator[Callable[[int], bytes]]:
    """What makes texts of some length for an expression."""
    source = one.pattern.pattern
    tree = parser.parse(source, one.pattern.flags & ~re.UNICODE if isinstance(source, bytes) else one.pattern.flags)
    for lead, pump, _ in list(pumps(list(tree)))[:_TEXTS]:
        yield from _of_one(lead, pump)
    for lead, inner, _ in list(repetitions(list(tree)))[:_TEXTS]:
        # Of its own, so that what is found here does not hang on what stands beside it.
        draw = random.Random(7)
        # Those of several parts are where one text may be read in two ways.
        ways = _WAYS if len(inner) > 1 or inner[0][0] is sre.SUBPATTERN else 2
        for pump in sorted({_drawn(inner, draw) for _ in range(ways)} - {b""}):
            yield from _of_one(lead, pump)


def _of_one(lead: bytes, pump: bytes) -> Iterator[Callable[[int], bytes]]:
    for end in _ENDS:
        yield lambda size, end=end: (lead + filled(pump, max(0, size - len(lead))))[: size - 1] + end
    yield lambda size: filled(lead + pump * 40, size)


def _drawn(items: Sequence[Any], draw: random.Random) -> bytes:
    """Some text of ``items``, repetitions short, branches and characters by chance."""
    out = b""
    for op, value in items:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            low, high, inner = value
            times = min(low + draw.choice((0, 0, 1, 2, 3)), int(high)) if low < 50 else low
            out += b"".join(_drawn(list(inner), draw) for _ in range(times))
        elif op is sre.SUBPATTERN:
            out += _drawn(list(value[3]), draw)
        elif op is sre.ATOMIC_GROUP:
            out += _drawn(list(value), draw)
        elif op is sre.BRANCH:
            out += _drawn(list(draw.choice(value[1])), draw)
        elif op is sre.IN:
            some = [byte for byte in (*PREFERRED, *range(33, 127), 13) if is_in(value, byte)]
            out += bytes([draw.choice(some)]) if some else b""
        elif op is sre.ANY:
            out += bytes([draw.choice(b"a \r-#\"{:")])
        else:
            out += shortest([(op, value)])
    return out


def seconds(one: Written, data: bytes) -> float:
    """Processor time of one question, the better of two; no more than what is given up after."""
    best = _TOO_LONG
    try:
        for _ in range(2):
            # Timers of the processor's time make its clock coarse.
            signal.setitimer(signal.ITIMER_REAL, 2 * _TOO_LONG)
            started = time.thread_time()
            one.ask(data)
            best = min(best, time.thread_time() - started)
            signal.setitimer(signal.ITIMER_REAL, 0)
            if best < _WORTH_A_LOOK:
                break
    except _TooLongError:
        pass
    return best


def cost(one: Written, size: int, limit: float) -> Cost:
    """The worst of all texts of ``size`` bytes, or as many as it meets; or the first over the ``limit`` (seconds)."""
    most = min(size, _bound(one.name) or size)
    worst = Cost(0.0, one.name, most, 0.0, b"")
    for make in texts(one):
        # What doubles its time with each repetition shows it in a short text.
        if seconds(one, make(min(48, most))) >= _TOO_LONG:
            return Cost(_TOO_LONG, one.name, 48, math.inf, make(48))
        before = seconds(one, make(most // _TIMES))
        if before < _WORTH_A_LOOK:
            continue
        took = seconds(one, data := make(most))
        power = math.inf if took >= _TOO_LONG else math.log(took / before, _TIMES)
        found = Cost(took, one.name, most, power, data)
        if _is_bad(found, limit):
            return found
        worst = max(worst, found)
    return worst


def _bound(name: str) -> int:
    """Most bytes that the expression of this name meets, or 0."""
    return next((bound for known, (bound, _) in BOUNDS.items() if name.startswith(known)), 0)


def _is_bad(one: Cost, limit: float) -> bool:
    return one.power > _GROWS and one.seconds > (_MOST if _bound(one.name) else limit)


def _sure(one: Written, size: int, limit: float) -> Cost:
    """Its cost; where that is too much, the least of some tries: a busy machine is slow now and then."""
    found = cost(one, size, limit)
    for _ in range(_TRIES):
        if not _is_bad(found, limit):
            break
        found = min(found, cost(one, size, limit))
    return found


def _give_up(*_: object) -> None:
    raise _TooLongError


def main() -> int:
    """Print the slowest; exit 1 when one grows with more than its length, and takes longer than the limit."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("names", nargs="*", metavar="NAME", help="parts of module:NAME")
    arguments.add_argument("--size", type=int, default=1 << 12, help="bytes of the longest text")
    arguments.add_argument("--limit", type=float, default=4.0, help="milliseconds for it")
    arguments.add_argument("--top", type=int, default=20, help="how many are printed")
    args = arguments.parse_args()
    signal.signal(signal.SIGALRM, _give_up)
    started = time.monotonic()
    every = written()
    chosen = [one for one in every if not args.names or any(part in one.name for part in args.names)]
    unknown = [name for name in (*BOUNDS, *ONE_PLACE) if not any(one.name.startswith(name) for one in every)]
    costs = sorted((_sure(one, args.size, args.limit / 1000) for one in chosen), reverse=True)
    bad = [one for one in costs if _is_bad(one, args.limit / 1000)]
    for one in costs[: max(args.top, len(bad))]:
        told = f"grows with the power {one.power:.1f}; " if one.power > _GROWS else ""
        print(f"{one.seconds * 1000:9.1f} ms  {one.name} ({told}{one.size:,} bytes: {one.text[:50]!r})")
    print(f"{len(chosen)} expressions in {time.monotonic() - started:.0f} s; {len(bad)} over the limit")
    for name in unknown:
        print(f"no such expression: {name}")
    return int(bool(bad or unknown))


if __name__ == "__main__":
    sys.exit(main())
