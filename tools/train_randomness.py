#!/usr/bin/env python3
"""Trains the table behind "did a person name this, or did a generator make it?".

    python tools/train_randomness.py FOLDER... [--words N] [--output FILE]

Reads the text files below each FOLDER (source code, documentation, configuration; archives are not opened) and
writes ``scanner/engine/plausibility/randomness.dat``: the words people build names from, in four classes of
frequency, and the cost in bits of each letter after the two before it. A *unit* is a top-level entry of a FOLDER
(a package, a library's documentation): a word counts once a unit, and only when several units have it, so that
neither one project's vocabulary nor a stray random string becomes part of the model. The same input gives the same
bytes.

The file: one JSON line (format, units, words a class), then zlib: the letter costs, then the words.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import re
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

# 26 letters and the edge of a run of letters.
EDGE = 26
SIDE = 27
# Costs are stored as bytes, in sixteenths of a bit, so at most 15.9 bits.
SCALE = 16
MIN_UNITS = 4
LARGEST_FILE = 2_000_000
# Share of the words in each class of frequency, most frequent first; the last takes the rest.
CLASSES = (0.04, 0.16, 0.30)
OUTPUT = Path(__file__).resolve().parent.parent / "scanner" / "engine" / "plausibility" / "randomness.dat"

_SUFFIXES = frozenset(
    ".py .pyi .c .h .cc .cpp .js .ts .java .go .rb .pl .pm .sh .bash .md .rst .txt .html .xml .yaml .yml .json .toml "
    ".ini .cfg .conf .properties .sql .php .css .tf .j2 .po .1 .5 .8 .gz .el .tcl .lua .cs".split()
)
_WORD = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]{2,}")
_MIXED = re.compile(r"[A-Za-z0-9+/=_-]{40,}")


def main(arguments: list[str] | None = None) -> int:
    """Trains from the folders on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--words", type=int, default=14_000)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args(arguments)
    units, totals, unit_count = count(options.folders)
    words = choose(units, totals, options.words)
    packed = pack(words, letter_costs(units, totals), unit_count)
    options.output.write_bytes(packed)
    sys.stdout.write(f"{unit_count} units, {sum(map(len, words))} words, {len(packed)} bytes\n")
    return 0


def count(folders: list[Path]) -> tuple[Counter[str], Counter[str], int]:
    """How many units hold each word, how often it occurs in all, and the number of units."""
    units: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    number = 0
    for folder in folders:
        for unit in sorted(folder.iterdir()):
            here: Counter[str] = Counter()
            for text in texts(unit):
                here.update(word.lower() for word in _WORD.findall(_MIXED.sub(" ", text)) if len(word) <= 16)
            if here:
                number += 1
                units.update(here.keys())
                totals.update(here)
    return units, totals, number


def texts(unit: Path) -> Iterator[str]:
    """The text files of one unit; documentation is often gzipped one by one."""
    paths = [unit] if unit.is_file() else sorted(path for path in unit.rglob("*") if path.is_file())
    for path in paths:
        if path.suffix.lower() not in _SUFFIXES or path.stat().st_size > LARGEST_FILE:
            continue
        # Changelogs are lists of people, not of the words they use.
        if path.name.lower().startswith(("changelog", "news")):
            continue
        data = path.read_bytes()
        if path.suffix == ".gz":
            try:
                data = gzip.decompress(data)
            except (OSError, EOFError, zlib.error):
                continue
        if b"\0" not in data[:4096]:
            yield data.decode("utf-8", "replace")


def choose(units: Counter[str], totals: Counter[str], wanted: int) -> list[list[str]]:
    """The words known to most units, short ones only when very common, in classes of falling frequency."""

    def weight(word: str) -> float:
        return units[word] * math.log2(2 + totals[word])

    ranked = sorted((word for word in units if units[word] >= MIN_UNITS), key=lambda word: (-weight(word), word))
    kept, short = [], Counter[int]()
    # Three random letters would often be "words" if every abbreviation counted as one.
    limits = {2: 60, 3: 500, 4: 2_200}
    for word in ranked:
        short[len(word)] += 1
        if short[len(word)] <= limits.get(len(word), wanted):
            kept.append(word)
        if len(kept) == wanted:
            break
    classes, start = [], 0
    for share in CLASSES:
        end = start + int(len(kept) * share)
        classes.append(sorted(kept[start:end]))
        start = end
    return [*classes, sorted(kept[start:])]


def letter_costs(units: Counter[str], totals: Counter[str]) -> bytes:
    """Bits of each letter (or the edge) after the two before, every distinct word weighted by its spread."""
    three: Counter[tuple[int, int, int]] = Counter()
    two: Counter[tuple[int, int]] = Counter()
    one: Counter[int] = Counter()
    for word, spread in units.items():
        if spread < MIN_UNITS:
            continue
        weight = 1 + int(math.log2(spread * (1 + math.log2(1 + totals[word]))))
        codes = [EDGE, EDGE, *(ord(letter) - 97 for letter in word if "a" <= letter <= "z"), EDGE]
        for a, b, c in zip(codes, codes[1:], codes[2:], strict=False):
            three[a, b, c] += weight
            two[b, c] += weight
            one[c] += weight
    before = Counter[tuple[int, int]]()
    for (a, b, _), number in three.items():
        before[a, b] += number
    middle = Counter[int]()
    for (b, _), number in two.items():
        middle[b] += number
    everything = sum(one.values())
    costs = bytearray()
    for a in range(SIDE):
        for b in range(SIDE):
            for c in range(SIDE):
                single = (one[c] + 1) / (everything + SIDE)
                double = (two[b, c] + 20 * single) / (middle[b] + 20)
                chance = (three[a, b, c] + 20 * double) / (before[a, b] + 20)
                costs.append(min(255, round(-math.log2(chance) * SCALE)))
    return bytes(costs)


def pack(words: list[list[str]], costs: bytes, unit_count: int) -> bytes:
    """The file's bytes."""
    head = {"format": 1, "units": unit_count, "words": [len(group) for group in words]}
    body = costs + "\n\n".join("\n".join(group) for group in words).encode()
    return json.dumps(head, sort_keys=True).encode() + b"\n" + zlib.compress(body, 9)


if __name__ == "__main__":
    sys.exit(main())
