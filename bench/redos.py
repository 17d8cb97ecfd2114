"""How long each rule's expression takes on 1 MB made to hurt it.

    python bench/redos.py [--size BYTES] [--json FILE] [--top N] [RULE ...]

The texts are made from the rule's own examples: repeated with and without line breaks, cut just before they would
match, their runs stretched, their separators multiplied. The expression runs over the whole text at once, which is
more than the engine ever asks of it (it looks around hits only). Seconds of processor time, the best of two.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import regex

from scanner.ruleset.examples import fill
from scanner.ruleset.loader import load_rules
from scanner.ruleset.location import rules_folder
from scanner.ruleset.schema import RuleSource

# Seconds after which a text counts as a catastrophe.
CEILING = 1.0
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{8,}")
_GAP = re.compile(rb"[^A-Za-z0-9\n]+")


def hostile(source: RuleSource, size: int) -> Iterator[tuple[str, bytes]]:
    """Texts of ``size`` bytes, each with a name."""
    for number, example in enumerate(source.examples[:3], 1):
        data = fill(example.text, f"{source.rule.id}/{number}").encode()
        yield f"{number} repeated", _filled(data + b"\n", size)
        yield f"{number} on one line", _filled(data.replace(b"\n", b" "), size)
        yield f"{number} cut", _filled(data[: max(1, len(data) * 4 // 5)] + b"\x00", size)
        run = max(_RUN.findall(data), key=len, default=b"a")
        head = data[: data.find(run)] if run in data else data
        yield f"{number} one long run", head + _filled(run, size - len(head))
        yield f"{number} heads and runs", _filled(head + run * (4000 // len(run) + 1), size)
        gap = max(_GAP.findall(data), key=len, default=b" ")
        yield f"{number} heads", _filled(head or b"a", size)
        yield f"{number} wide gaps", _filled(data.replace(gap, gap * 200) + b"\n", size)
    for name, unit in (("letters", b"a"), ("blanks", b" "), ("line breaks", b"\n"), ("tabs and breaks", b"\t\n")):
        yield name, _filled(unit, size)
    for name, unit in (("quotes", b"\"'"), ("equals", b"= "), ("brackets", b"<{[("), ("hex", b"0123456789abcdef")):
        yield name, _filled(unit, size)


def _filled(unit: bytes, size: int) -> bytes:
    return (unit * (size // len(unit) + 1))[:size]


def seconds(pattern: regex.Pattern[bytes], data: bytes) -> float:
    """Processor time for all matches in ``data``, the better of two; CEILING when it takes longer."""
    best = CEILING
    for _ in range(2):
        started = time.process_time()
        try:
            for _ in pattern.finditer(data, timeout=CEILING):
                pass
        except TimeoutError:
            return CEILING
        best = min(best, time.process_time() - started)
        if best < 0.005:
            break
    return best


def worst(source: RuleSource, size: int) -> tuple[float, str, str]:
    """The slowest text for a rule: seconds, which expression, which text."""
    found = (0.0, "", "")
    for key in ("pattern", "pair"):
        expression = getattr(source.rule, key)
        if expression:
            pattern = regex.compile(expression.encode())
            for name, data in hostile(source, size):
                found = max(found, (seconds(pattern, data), key, name))
    return found


def main() -> int:
    """Print the slowest rules; exit 1 when one is over 50 ms a megabyte."""
    parser = argparse.ArgumentParser()
    parser.add_argument("rules", nargs="*")
    parser.add_argument("--size", type=int, default=1 << 20)
    parser.add_argument("--top", type=int, default=25)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    table = [
        (*worst(source, args.size), source.rule.id)
        for source in load_rules([rules_folder()])
        if source.rule.pattern and (not args.rules or source.rule.id in args.rules)
    ]
    table.sort(reverse=True)
    for spent, key, name, rule in table[: args.top]:
        print(f"{spent * 1000:8.1f} ms  {rule} ({key}; {name})")
    print(f"{len(table)} rules, worst {table[0][0] * 1000:.1f} ms on {args.size:,} bytes")
    if args.json:
        rows = [{"rule": rule, "ms": spent * 1000, "expression": key, "text": name} for spent, key, name, rule in table]
        args.json.write_text(json.dumps({"size": args.size, "rules": rows}, indent=1) + "\n")
    return int(table[0][0] > 0.05 * args.size / (1 << 20))


if __name__ == "__main__":
    sys.exit(main())
