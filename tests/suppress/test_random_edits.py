"""A thousand random edits of a repository: what is known stays known, and what is new is never hidden."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.model.secret import Secret
from scanner.model.text import Text
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.pipeline.text import TextScanner
from scanner.ruleset.examples import fill
from scanner.suppress import Place, Suppressor
from scanner.suppress.baseline import BaselineSource
from scanner.suppress.baseline_file import Baseline, baseline_of, parse_baseline
from scanner.suppress.digest import Salt, family_of
from scanner.suppress.entry import Entry, Key
from scanner.suppress.memo import Memo
from scanner.suppress.merge import merge
from tests.suppress.cases import TODAY

EDITS = 1000
SALT = Salt(b"e" * 16, 10)
KINDS = {
    "password": ("<<%A14>>", ['password = "{}"', "db_password: '{}'", 'PASSWORD="{}"', "let password = '{}';"]),
    "github": ("<<ghp_ %A30 %crc62>>", ['token = "{}"', "GITHUB_TOKEN={}", "curl -H 'Authorization: token {}'", "{}"]),
    "slack": ("<<xoxb- %D12 - %D12 - %A24>>", ["slack: {}", 'const t = "{}"', "SLACK={}"]),
    "stripe": ("<<sk_live_ %A24>>", ['stripe = "{}"', "stripe_key: {}", "export STRIPE={}"]),
}
NAMES = ["app.py", "lib/util.js", "deploy/values.yml", ".env", "docs/notes.txt", "src/a/b/c.go", "run.sh"]

Line = tuple[str, int, int]


class Tree:
    """Files with lines; a line is noise (kind ``""``) or a secret (kind, number) in one of its notations."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.files: dict[str, list[Line]] = {name: [("", n, 0) for n in range(5)] for name in NAMES[:4]}
        self.count = 0

    def secrets(self) -> set[tuple[str, int]]:
        return {(kind, number) for lines in self.files.values() for kind, number, _ in lines if kind}

    def add(self) -> None:
        kind = self.chance.choice(list(KINDS))
        self.count += 1
        self._any().insert(self.chance.randrange(3), (kind, self.count, 0))

    def move(self) -> None:
        lines = self._any()
        if lines:
            line = lines.pop(self.chance.randrange(len(lines)))
            self._any().insert(0, line)

    def rename(self) -> None:
        name = self.chance.choice(list(self.files))
        self.files[f"{self.chance.randrange(99)}/{self.chance.choice(NAMES)}"] = self.files.pop(name)

    def reformat(self) -> None:
        lines = self._any()
        for at, (kind, number, _) in enumerate(lines):
            lines[at] = (kind, number, self.chance.randrange(8))

    def noise(self) -> None:
        self._any().insert(0, ("", self.chance.randrange(1000), 0))

    def drop(self) -> None:
        lines = self._any()
        if len(lines) > 3:
            lines.pop()

    def _any(self) -> list[Line]:
        return self.chance.choice(list(self.files.values()))

    def texts(self) -> list[Text]:
        return [Text.named(self._content(lines), name) for name, lines in self.files.items()]

    def _content(self, lines: list[Line]) -> bytes:
        return "".join(" " * (number % 3) + written(kind, number, form) + "\n" for kind, number, form in lines).encode()


def value(kind: str, number: int) -> str:
    return fill(KINDS[kind][0], f"{kind}{number}")


def written(kind: str, number: int, form: int) -> str:
    if not kind:
        return f"x = {number}"
    notations = KINDS[kind][1]
    return notations[form % len(notations)].format(value(kind, number))


@pytest.fixture(scope="module")
def scanner() -> TextScanner:
    return text_scanner(ScanOptions())


def baseline_for(tree: Tree, scanner: TextScanner, before: Baseline | None = None) -> Baseline:
    """What ``update`` would write: everything that is found now, beside what is known."""
    memo_entries = list(before) if before is not None else []
    for text in tree.texts():
        for match in scanner.scan(text):
            if not match.reason:
                memo_entries.append(Entry(key=Key(match.rule, SALT.digest(family_of(match), match.secret))))
    return baseline_of([SALT], memo_entries)


def news(tree: Tree, scanner: TextScanner, baseline: Baseline, memo: Memo) -> set[bytes]:
    """The values of findings that count."""
    known = Suppressor((BaselineSource.read(baseline.render(), "b", memo),), TODAY)
    found = set()
    for text in tree.texts():
        for match in scanner.scan(text):
            verdict = known.verdict(match, text, Place(text.path, 1))
            if not match.reason and (verdict is None or verdict.status == "new"):
                found.add(match.secret.reveal())
    return found


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_random_edits(scanner: TextScanner, seed: int) -> None:
    chance, memo = random.Random(seed), Memo()
    tree = Tree(chance)
    for _ in range(6):
        tree.add()
    baseline = baseline_for(tree, scanner)
    known = tree.secrets()
    edits: list[Callable[[], None]] = [tree.move, tree.rename, tree.reformat, tree.noise, tree.drop]
    for number in range(EDITS // 4):
        chance.choice(edits)()
        fresh: set[tuple[str, int]] = set()
        if number % 10 == 9:
            tree.add()
            fresh = tree.secrets() - known
        assert news(tree, scanner, baseline, memo) == {value(*one).encode() for one in fresh}, (seed, number)
        if fresh:
            # Two branches update their baselines, and they are merged.
            theirs = baseline_of([SALT], [*baseline, _stranger(number)])
            baseline = merge(baseline, baseline_for(tree, scanner, baseline), theirs)
            baseline = parse_baseline(baseline.render(), "b")
            known |= fresh


def test_edits_of_a_real_repository() -> None:
    """The short form of the bench: git, the hook, the commands and the merge driver as they are."""
    bench = Path(__file__).parents[2] / "bench" / "edits.py"
    ran = subprocess.run([sys.executable, str(bench), "--edits", "20", "--seed", "3"], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert int(re.findall(r"findings looked at +(\d+)", ran.stdout)[0]) > 200


def _stranger(number: int) -> Entry:
    return Entry(key=Key("generic-password", SALT.digest("generic", Secret(b"stranger %d" % number))))
