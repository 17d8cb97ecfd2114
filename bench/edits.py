#!/usr/bin/env python3
"""Whether a baseline drifts: random edits of a real git repository, with the hook and the merge driver in force.

    python bench/edits.py [--edits N] [--seed N]

Each edit moves, copies, renames, reformats or re-encodes what is there, or merges two branches that both changed code
and baseline; one in ten adds a new secret, one in twenty changes a character of a known one. After each the index is
scanned with the baseline and without. Whatever counts and is not a new secret was brought back; a value found without
the baseline that is not known and does not count was hidden. Both must stay at none. Exit code 1 otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SOURCE))

from scanner.cli import main as run  # noqa: E402
from scanner.model.secret import Secret  # noqa: E402
from scanner.ruleset.examples import fill  # noqa: E402

# For each kind of secret its value, and notations that hold it; {} is the value, {n} a number.
KINDS: dict[str, tuple[str, list[str]]] = {
    "password": ("<<%A14>>", [
        'password = "{}"', "db_password: '{}'", 'PASSWORD="{}"', "let password = '{}';", "export DB_PASSWORD={}",
        '  "password": "{}",', "password = '{}'  # the old one, {n}",
    ]),
    "github": ("<<ghp_ %A30 %crc62>>", ['token = "{}"', "GITHUB_TOKEN={}", "curl -H 'Authorization: token {}'", "{}"]),
    "slack": ("<<xoxb- %D12 - %D12 - %A24>>", ["slack: {}", 'const t{n} = "{}"', "SLACK={}", "<t>{}</t>"]),
    "stripe": ("<<sk_live_ %A24>>", ['stripe = "{}"', "stripe_key: {}", "export STRIPE={}", "f({n}, '{}')"]),
    "url": ("<<%A16>>", ["postgres://app:{}@db{n}.example.org/app", 'DSN = "postgres://app:{}@db.internal:5432/x{n}"']),
    "quoted": ('<<%A8>>"<<%A7>>', ["password = '{}'", 'password = "{escaped}"', '  "password": "{escaped}",']),
    "key": ("<<%pem(RSA)>>", ["{}", "{indent2}", "{indent6}", '  "key": "{escaped}",', "{joined}"]),
}  # fmt: skip
NAMES = ["app.py", "lib/util.js", "deploy/values.yml", ".env", "docs/notes.txt", "src/a/b/c.go", "run.sh", "x.toml"]
ENCODINGS = ["utf-8", "utf-8", "utf-8-sig", "utf-16"]
IDENTITY = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "core.autocrlf=false"]


@dataclass(frozen=True)
class Line:
    """A line of code (kind ``""``) or a secret in one of its notations; a changed secret has ``twist``."""

    kind: str = ""
    number: int = 0
    form: int = 0
    twist: bool = False

    def value(self) -> str:
        made = filled(self.kind, self.number)
        if not self.twist:
            return made
        at = len(made) // 2
        return made[:at] + ("b" if made[at] == "a" else "a") + made[at + 1 :]

    def written(self) -> str:
        if not self.kind:
            return f"x_{self.number} = compute({self.form})"
        notations, value = KINDS[self.kind][1], self.value()
        notation = notations[self.form % len(notations)]
        if "{indent" in notation:
            margin = " " * int(notation[-2])
            return f"key_{self.number}: |\n" + "\n".join(margin + line for line in value.strip().split("\n"))
        joined = "key = (\n" + "\n".join(f'    "{line}\\n"' for line in value.strip().split("\n")) + ")"
        filled = {"{n}": str(self.form), "{}": value, "{escaped}": json.dumps(value)[1:-1], "{joined}": joined}
        for name, text in filled.items():
            notation = notation.replace(name, text)
        return notation


@cache
def filled(kind: str, number: int) -> str:
    """The value of one secret, the same in every run."""
    return fill(KINDS[kind][0], f"{kind}{number}")


@dataclass(frozen=True)
class File:
    """One file: its lines, and how they are written down."""

    lines: tuple[Line, ...] = ()
    indent: int = 0
    newline: str = "\n"
    encoding: str = "utf-8"

    def content(self) -> bytes:
        text = "".join(" " * self.indent + line.written() + "\n" for line in self.lines)
        return text.replace("\n", self.newline).encode(self.encoding)


@dataclass
class Repository:
    """A real one at ``path``, which ``files`` describes."""

    path: Path
    chance: random.Random
    files: dict[str, File] = field(default_factory=dict)
    made: int = 0

    def git(self, *arguments: str, check: bool = True) -> int:
        done = subprocess.run(["git", *IDENTITY, *arguments], cwd=self.path, capture_output=True, env=self.environment)
        if check and done.returncode:
            raise SystemExit(f"git {arguments}: {done.stderr.decode()}{done.stdout.decode()}")
        return done.returncode

    def unsealed(self, *arguments: str, codes: tuple[int, ...] = (0, 1)) -> list[dict[str, str]]:
        """Run the command as its program does, in this process; the findings, when a report was asked for."""
        report = self.path.parent / "report.json"
        with contextlib.chdir(self.path), contextlib.redirect_stdout(io.StringIO()) as said:
            reporting = [] if arguments[0] == "baseline" else ["-f", f"json={report}", "--show-secrets"]
            code = run([*arguments, *reporting])
        if code not in codes:
            raise SystemExit(f"{arguments}: {code}: {said.getvalue()}")
        found: list[dict[str, str]] = json.loads(report.read_bytes())["findings"] if report.exists() else []
        return found

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "UNSEALED_KEY"))}
        return {**kept, "PYTHONPATH": str(SOURCE), "GIT_CONFIG_GLOBAL": os.devnull}

    def write(self) -> None:
        """Put ``files`` on disk and into the index."""
        self.git("rm", "-rfq", "--cached", "--ignore-unmatch", ".")
        for path in self.path.rglob("*"):
            if path.is_file() and ".git" not in path.parts and not path.name.startswith((".unsealed", ".gitattr")):
                path.unlink()
        for name, file in self.files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content())
        self.git("add", "-Af")

    def found(self, *options: str) -> set[str]:
        """The values that count in the index."""
        return {plain(one["secret"]) for one in self.unsealed("staged", "--all", *options) if one["status"] == "new"}

    # The edits. Each changes ``files``.

    def add(self) -> None:
        self.made += 1
        name = self.any_file()
        line = Line(self.chance.choice(list(KINDS)), self.made, self.chance.randrange(9))
        self.put(name, line)

    def twist(self) -> None:
        name = self.any_file()
        lines = list(self.files[name].lines)
        for at, line in enumerate(lines):
            if line.kind in ("password", "slack", "stripe", "url") and not line.twist:
                lines[at] = replace(line, twist=True)
                break
        self.files[name] = replace(self.files[name], lines=tuple(lines))

    def move(self) -> None:
        name = self.any_file()
        lines = list(self.files[name].lines)
        if lines:
            line = lines.pop(self.chance.randrange(len(lines)))
            self.files[name] = replace(self.files[name], lines=tuple(lines))
            self.put(self.any_file(), line)

    def rename(self) -> None:
        name = self.any_file()
        self.files[self.fresh_name()] = self.files.pop(name)

    def copy(self) -> None:
        if len(self.files) < 12:
            self.files[self.fresh_name()] = self.files[self.any_file()]

    def split(self) -> None:
        name = self.any_file()
        file, half = self.files[name], len(self.files[name].lines) // 2
        self.files[name] = replace(file, lines=file.lines[:half])
        self.files[self.fresh_name()] = replace(file, lines=file.lines[half:])

    def join(self) -> None:
        if len(self.files) > 4:
            first = self.files.pop(self.any_file())
            name = self.any_file()
            self.files[name] = replace(self.files[name], lines=self.files[name].lines + first.lines)

    def reformat(self) -> None:
        name = self.any_file()
        lines = [replace(line, form=self.chance.randrange(9)) for line in self.files[name].lines]
        self.files[name] = replace(
            self.files[name],
            lines=tuple(lines),
            indent=self.chance.choice([0, 0, 2, 4]),
            newline=self.chance.choice(["\n", "\n", "\r\n"]),
            encoding=self.chance.choice(ENCODINGS),
        )

    def shuffle(self) -> None:
        name = self.any_file()
        lines = list(self.files[name].lines)
        self.chance.shuffle(lines)
        self.files[name] = replace(self.files[name], lines=tuple(lines))

    def noise(self) -> None:
        for _ in range(self.chance.randrange(1, 30)):
            self.put(self.any_file(), Line("", self.chance.randrange(10_000), self.chance.randrange(99)))

    def drop(self) -> None:
        name = self.any_file()
        lines = list(self.files[name].lines)
        if len(lines) > 20:
            del lines[self.chance.randrange(len(lines))]
            self.files[name] = replace(self.files[name], lines=tuple(lines))

    def put(self, name: str, line: Line) -> None:
        lines = list(self.files[name].lines)
        lines.insert(self.chance.randint(0, len(lines)), line)
        self.files[name] = replace(self.files[name], lines=tuple(lines))

    def any_file(self) -> str:
        return self.chance.choice(sorted(self.files))

    def fresh_name(self) -> str:
        return f"{self.chance.randrange(999)}/{self.chance.choice(NAMES)}"

    def values(self) -> set[str]:
        return {plain(line.value()) for file in self.files.values() for line in file.lines if line.kind}


def plain(value: str) -> str:
    """A value as it is compared, however it is laid out."""
    return Secret(value.encode()).essence().decode()


def merged(repository: Repository, known: set[str]) -> None:
    """Two branches that both add a secret, accept it and audit something, merged by git with the driver."""
    start = dict(repository.files)
    names = sorted(start)
    sides = []
    for branch, name in (("main", names[0]), ("other", names[-1])):
        repository.git("checkout", "-q", "-B", branch)
        if branch == "other":
            repository.git("reset", "-q", "--hard", "HEAD~1")
        repository.files = dict(start)
        repository.made += 1
        repository.put(name, Line(repository.chance.choice(["password", "github"]), repository.made, 0))
        repository.write()
        repository.unsealed("baseline", "update", "--no-history", "-q", "--reason", f"on {branch}")
        repository.git("add", "-A")
        repository.git("commit", "-q", "-m", branch)
        known |= repository.values()
        sides.append(repository.files)
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-edit", "-s", "ort", "other")
    repository.files = {**start, names[0]: sides[0][names[0]], names[-1]: sides[1][names[-1]]}


def edited(folder: Path, *, edits: int, seed: int) -> Counter[str]:
    """How often each edit was made, and how many values were brought back or hidden."""
    chance = random.Random(seed)
    folder.mkdir()
    repository = Repository(folder, chance)
    repository.git("init", "-q", "-b", "main")
    repository.files = {name: File(tuple(Line("", number, 1) for number in range(6))) for name in NAMES[:5]}
    for _ in range(10):
        repository.add()
    repository.write()
    repository.unsealed("baseline", "merge-driver", "--install")
    repository.unsealed("baseline", "create", "--no-history", "-q", codes=(0,))
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", "start")
    known, counted = repository.values(), Counter[str]()
    names = ("move", "rename", "copy", "split", "join", "reformat", "reformat", "shuffle", "noise", "drop")
    harmless = [getattr(repository, name) for name in names]
    for number in range(1, edits + 1):
        if number % 10 == 0:
            edit = repository.twist if number % 20 == 0 else repository.add
        else:
            edit = chance.choice(harmless)
        counted[edit.__name__] += 1
        edit()
        repository.write()
        judge(repository, known, counted, f"edit {number}, {edit.__name__}")
        if repository.values() - known:
            repository.unsealed("baseline", "update", "--no-history", "-q")
            known |= repository.values()
        repository.git("add", "-A")
        repository.git("commit", "-q", "--allow-empty", "-m", f"edit {number}")
        if number % 15 == 0:
            counted["merge"] += 1
            merged(repository, known)
            judge(repository, known, counted, f"merge after edit {number}")
    back = [one for one in repository.unsealed("history") if one["status"] == "new" and one["severity"] != "info"]
    complain(counted, "brought back in the history", {f"{one['rule']} {one['path']}:{one['line']}" for one in back}, "")
    return counted


def judge(repository: Repository, known: set[str], counted: Counter[str], where: str) -> None:
    """Compare the index with the baseline to the index without; every secret that is there counts as looked for."""
    count, all_of_it = repository.found(), repository.found("--no-repo-config")
    counted["findings looked at"] += len(all_of_it)
    complain(counted, "brought back", count - (repository.values() - known), where)
    complain(counted, "hidden", all_of_it - known - count, where)


def complain(counted: Counter[str], what: str, values: set[str], where: str) -> None:
    counted[what] += len(values)
    for value in sorted(values):
        sys.stdout.write(f"{what} {where}: {value[:40]!r}\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--edits", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        counted = edited(Path(temporary, "repository"), edits=args.edits, seed=args.seed)
    for what, number in sorted(counted.items()):
        sys.stdout.write(f"{what:<32}{number:>8}\n")
    return int(counted["brought back"] + counted["hidden"] + counted["brought back in the history"] > 0)


if __name__ == "__main__":
    raise SystemExit(main())
