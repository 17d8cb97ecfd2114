"""A large history to measure on, the same for everybody: made-up code, edits, merges, renames and known secrets.

    python bench/synthetic_history.py FOLDER [--commits 50000] [--files 2000] [--secrets 300] [--seed 1] [--no-repack]

Writes a bare repository to FOLDER with ``git fast-import``, lays it out as ``git gc`` would, and writes the answers
beside it, to FOLDER.json: for each secret its SHA-256, the commit that first brought it, path and line.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

SOURCE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SOURCE))

from scanner.ruleset.examples import fill  # noqa: E402

_WORDS = (
    "account batch buffer cache channel client config context cursor default delta entry event field filter frame "
    "handler header index input item key label layer limit list lock map message method mode module name node offset "
    "option order output owner packet page parent part path pattern peer point pool port prefix proxy query queue "
    "range reader record region request result route rule sample schema scope segment session setting shard signal "
    "size slot socket source stage state status step stream table target task thread timer topic trace tree type unit "
    "user value version view watch window worker writer zone"
).split()
_ENDINGS = (".py", ".go", ".js", ".java", ".yaml", ".md", ".c", ".sh")
_SHAPES = (
    ("<<ghp_ %A30 %crc62>>", 'token = "{}"'),
    ("<<glpat- %W20>>", "  GITLAB_TOKEN: {}"),
    ("<<npm_ %A30 %crc62>>", "//registry/:_authToken={}"),
)


class Planted(NamedTuple):
    """One secret and where it came first; the commit is a mark until the import is done."""

    sha256: str
    mark: int
    path: str
    line: int


@dataclass
class Growth:
    """The tree as it grows. ``lines`` has the text of each path; ``used`` are all paths there ever were."""

    chance: random.Random
    lines: dict[str, list[str]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    planted: list[Planted] = field(default_factory=list)

    def new_path(self) -> str:
        """A path that was never used."""
        while True:
            parts = [self.chance.choice(_WORDS) for _ in range(self.chance.randrange(2, 5))]
            path = "/".join(parts) + f"{self.chance.randrange(100)}{self.chance.choice(_ENDINGS)}"
            if path not in self.used:
                self.used.add(path)
                return path

    def code(self, count: int) -> list[str]:
        """Lines that look like code."""
        pick, number = self.chance.choice, self.chance.randrange
        made = []
        for _ in range(count):
            blank = "    " * number(4)
            made.append(
                pick(
                    (
                        f"{blank}{pick(_WORDS)}_{pick(_WORDS)} = {pick(_WORDS)}.{pick(_WORDS)}({number(1000)})",
                        f"{blank}if {pick(_WORDS)} > {number(100)}:",
                        f"{blank}return {pick(_WORDS)}[{pick(_WORDS)}]",
                        f"{blank}# {pick(_WORDS)} of the {pick(_WORDS)} by {pick(_WORDS)}",
                        "",
                    )
                )
            )
        return made

    def edited(self, path: str) -> None:
        """A few lines of one file changed, added or taken away."""
        lines = self.lines[path]
        for _ in range(self.chance.randrange(1, 4)):
            at = self.chance.randrange(len(lines) + 1)
            lines[at : at + self.chance.randrange(5)] = self.code(self.chance.randrange(1, 8))

    def plant(self, path: str, mark: int) -> None:
        """A secret on a line of its own."""
        template, line = self.chance.choice(_SHAPES)
        secret = fill(template, f"planted {len(self.planted)}")
        lines = self.lines[path]
        at = self.chance.randrange(len(lines) + 1)
        lines.insert(at, line.format(secret))
        self.planted.append(Planted(hashlib.sha256(secret.encode()).hexdigest(), mark, path, at + 1))


def _write(out: IO[bytes], mark: int, branch: str, parents: Sequence[int], files: dict[str, bytes | None]) -> None:
    when = 1_500_000_000 + 600 * mark
    person = b"Dev %d <dev%d@example.org> %d +0000" % (mark % 50, mark % 50, when)
    message = b"Change %d\n" % mark
    out.write(b"commit refs/heads/%s\nmark :%d\nauthor %s\ncommitter %s\n" % (branch.encode(), mark, person, person))
    out.write(b"data %d\n%s" % (len(message), message))
    for at, parent in enumerate(parents):
        out.write(b"%s :%d\n" % (b"merge" if at else b"from", parent))
    for path, data in files.items():
        if data is None:
            out.write(b"D %s\n" % path.encode())
        else:
            out.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))


Change = tuple[int, str, list[int], dict[str, bytes | None]]


def commits(growth: Growth, *, count: int, files: int, secrets: int) -> Iterator[Change]:
    """Mark, branch, parents and files of each commit. Every thirtieth goes to a side branch that is merged later."""
    chance = growth.chance
    planting = set(chance.sample(range(2, count + 1), min(secrets, count - 1)))
    tip, side = 0, 0
    for mark in range(1, count + 1):
        changed: dict[str, bytes | None] = {}
        paths: set[str] = set()
        for _ in range(max(1, files // count * 2) if len(growth.lines) < files else 0):
            path = growth.new_path()
            growth.lines[path] = growth.code(chance.randrange(20, 400))
            paths.add(path)
        known = list(growth.lines)
        for path in chance.choices(known, k=chance.randrange(1, 4)):
            growth.edited(path)
            paths.add(path)
        if chance.random() < 0.02:
            old, new = chance.choice(known), growth.new_path()
            growth.lines[new] = growth.lines.pop(old)
            changed[old] = None
            paths.discard(old)
            paths.add(new)
        if mark in planting:
            path = chance.choice(sorted(paths))
            growth.plant(path, mark)
        for path in sorted(paths):
            changed[path] = "\n".join(growth.lines[path]).encode()
        if mark % 30 == 7 and tip and not side:
            side = mark
            # A merge takes these over, so that the tree goes on growing in one piece.
            yield mark, "side", [tip], changed
            kept = changed
        elif side:
            yield mark, "main", [tip, side], {**kept, **changed}
            tip, side = mark, 0
        else:
            yield mark, "main", [tip] if tip else [], changed
            tip = mark


def generate(folder: Path, *, count: int, files: int, secrets: int, seed: int, repack: bool) -> Path:
    """Write the repository and its answers; the path of the answers."""
    growth = Growth(random.Random(seed))
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder)], check=True)
    marks = folder / "marks"
    command = ["git", "-C", str(folder), "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet"]
    importer = subprocess.Popen([*command, f"--export-marks={marks.resolve()}"], stdin=subprocess.PIPE)
    assert importer.stdin is not None
    for commit in commits(growth, count=count, files=files, secrets=secrets):
        _write(importer.stdin, *commit)
    importer.stdin.close()
    if importer.wait():
        raise SystemExit("git fast-import failed")
    names = dict(line.split() for line in marks.read_text().splitlines())
    if repack:
        subprocess.run(["git", "-C", str(folder), "repack", "-a", "-d", "-f", "-q"], check=True)
        graph = ["git", "-C", str(folder), "commit-graph", "write", "--reachable"]
        subprocess.run(graph, check=True, capture_output=True)
    answers = folder.with_name(folder.name + ".json")
    planted = [{**one._asdict(), "commit": names[f":{one.mark}"]} for one in growth.planted]
    answers.write_text(json.dumps({"commits": count, "seed": seed, "secrets": planted}, indent=1) + "\n")
    return answers


def main() -> None:
    """Generate, and say what was."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--commits", type=int, default=50_000)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--secrets", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-repack", action="store_true", help="leave the pack as fast-import writes it")
    args = parser.parse_args()
    if args.folder.exists():
        parser.error(f"{args.folder} exists")
    sizes = {"count": args.commits, "files": args.files, "secrets": args.secrets}
    answers = generate(args.folder, **sizes, seed=args.seed, repack=not args.no_repack)
    print(f"{args.folder}: {args.commits} commits; answers in {answers}")


if __name__ == "__main__":
    main()
