"""A made-up organisation to measure with: bare repositories from a seed, forks among them.

    python bench/org_set.py FOLDER --repositories 500 --largest 20000

The number of commits is spread evenly on a logarithmic scale from 1 to ``--largest``, so that the set holds the small
and the large alike and can still be swept in minutes. Every tenth repository is a fork with a few commits of its own.
Packs are made as a host would send them, by ``git repack``.
"""

from __future__ import annotations

import argparse
import random
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

FORK_EVERY = 10
_LINES = 60
_FILES = 40
# One commit in so many brings a password.
_SECRET_EVERY = 500
_COMMIT = b"commit refs/heads/main\ncommitter A <a@example.org> %d +0000\ndata 12\nchange %05d\n"


def sizes(count: int, largest: int) -> list[int]:
    """Commits of each repository that is no fork: from 1 to ``largest``, evenly on a logarithmic scale."""
    return [round(largest ** (number / max(1, count - 1))) for number in range(count)]


def stream(commits: int, chance: random.Random, parent: str = "") -> Iterator[bytes]:
    """A history of ``commits`` for ``git fast-import``: each changes a few lines of one file, often the same again."""
    files = [[f"line {n} of file {f} {chance.getrandbits(40):x}" for n in range(_LINES)] for f in range(_FILES)]
    at = 0
    yield f"reset refs/heads/main\n{f'from {parent}' if parent else ''}\n".encode()
    for number in range(commits):
        if chance.random() < 0.3:
            at = chance.randrange(min(_FILES, 1 + commits // 4))
        lines = files[at]
        lines[chance.randrange(_LINES)] = f"    changed = call({chance.getrandbits(60):x}, {chance.getrandbits(20)})"
        if chance.random() < 1 / _SECRET_EVERY:
            lines[chance.randrange(_LINES)] = f'DB_PASSWORD = "{chance.getrandbits(80):x}Zq!"'
        data = "\n".join(lines).encode()
        when = 1_600_000_000 + number * 60
        yield _COMMIT % (when, number)
        yield b"M 644 inline src/module%d/file%d.py\ndata %d\n%s\n" % (at % 7, at, len(data), data)


def make(folder: Path, count: int, largest: int, seed: int) -> None:
    """``count`` bare repositories below ``folder``, the same for the same arguments."""
    chance = random.Random(seed)
    forks = {number for number in range(count) if number % FORK_EVERY == FORK_EVERY - 1}
    commits = sizes(count - len(forks), largest)
    chance.shuffle(commits)
    made: list[Path] = []
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        path = folder / f"r{number:05}.git"
        if number in forks and made:
            _git("clone", "-q", "--bare", "--no-local", str(chance.choice(made)), str(path))
            _import(path, chance.randrange(1, 6), chance, parent="refs/heads/main^0")
        else:
            _git("init", "-q", "--bare", "-b", "main", str(path))
            _import(path, commits.pop(), chance)
            made.append(path)
        _git("-C", str(path), "repack", "-adfq", "--window=10")


def change(path: Path, chance: random.Random) -> None:
    """A night's work in one repository: some commits, a password among them, or a folder that goes."""
    if chance.random() < 0.3:
        _fast_import(
            path, [_COMMIT % (1_700_000_000, chance.randrange(10**5)), b"from refs/heads/main^0\nD src/module0\n"]
        )
        return
    _import(path, chance.randrange(1, 20), chance, parent="refs/heads/main^0")
    data = b'API_PASSWORD = "%xZq!"\n' % chance.getrandbits(80)
    head = _COMMIT % (1_700_000_000, chance.randrange(10**5))
    _fast_import(path, [head, b"from refs/heads/main^0\nM 644 inline config.py\ndata %d\n%s\n" % (len(data), data)])


def _import(path: Path, commits: int, chance: random.Random, parent: str = "") -> None:
    _fast_import(path, stream(commits, chance, parent))


def _fast_import(path: Path, parts: Iterable[bytes]) -> None:
    command = ["git", "-C", str(path), "fast-import", "--quiet", "--force"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.writelines(parts)
        process.stdin.close()
        if process.wait():
            raise SystemExit("git fast-import failed")


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)


def main() -> None:
    """Make the set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repositories", type=int, default=500)
    parser.add_argument("--largest", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    make(args.folder, args.repositories, args.largest, args.seed)
    packs = sum(path.stat().st_size for path in args.folder.rglob("*.pack"))
    print(f"{args.repositories} repositories, {packs / 1e6:.0f} MB of packs")


if __name__ == "__main__":
    main()
