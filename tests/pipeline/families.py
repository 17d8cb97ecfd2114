"""Random families of files: made from one another by edits, with secrets planted in all that can part them.

A family is a list of small numbers, so that hypothesis shrinks a failure to the few edits that matter.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from hypothesis import strategies as st

from scanner.model.levels import Severity
from scanner.ruleset.examples import fill
from scanner.ruleset.loader import load_rules
from scanner.ruleset.location import rules_folder
from tests.conftest import token

NAMES = ("app.py", "app.yaml", "values.yml", "prod.env", "id.pem", "config.json", "main.tf", "notes.txt", "Makefile")
_WORDS = "alpha beta gamma delta node path value index count total buffer user cache queue parse".split()


class Edit(NamedTuple):
    """One version: made from version ``parent`` (modulo how many there are) by ``kind`` at ``at``, with ``size``."""

    parent: int
    kind: int
    at: int
    size: int
    seed: int


edits = st.builds(
    Edit,
    parent=st.integers(0, 7),
    kind=st.integers(0, 99),
    at=st.integers(0, 1000),
    size=st.integers(0, 40),
    seed=st.integers(0, 5000),
)
Given = Sequence[tuple[int, int, Sequence[Edit]]]
# A name by number, a size in lines, and what happened to the file.
families = st.lists(
    st.tuples(st.integers(0, len(NAMES) - 1), st.integers(0, 120), st.lists(edits, min_size=1, max_size=9)),
    min_size=1,
    max_size=3,
)


@cache
def _examples() -> tuple[tuple[str, str], ...]:
    """Every example of every rule, as templates with their seed: what a rule looks for, it gets to see in pieces.

    Those that are only worth a note are left out: the exit code says nothing of them.
    """
    found = []
    for source in load_rules([rules_folder()]):
        for number, example in enumerate(source.examples, 1):
            if example.severity is not Severity.INFO:
                found.append((example.text, f"{source.rule.id}/{number}"))
    return tuple(found)


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _manifest(seed: int) -> list[str]:
    return [
        "---", "apiVersion: v1", "kind: Secret", "metadata:", f"  name: app-{seed % 7}", "data:",
        f"  token: {_b64(token(str(seed)))}", f"  password: {_b64(fill('<<%A20>>', f'p{seed}'))}", "---",
    ]  # fmt: skip


def _pair(seed: int) -> list[str]:
    return fill("aws_access_key_id = <<AKIA%S16>>\naws_secret_access_key = <<%B40>>", f"pair{seed}").split("\n")


def planted(seed: int) -> list[str]:
    """Lines that hold a secret, or half of one."""
    shape = seed % 8
    if shape == 0:
        return [f'key = "{token(str(seed))}"']
    if shape == 1:
        return _manifest(seed)
    if shape == 2:
        first, second = _pair(seed)
        return [first, *code(seed, seed // 8 % 4), second]
    if shape == 3:
        return [f"  blob: {_b64('export TOKEN=' + token(str(seed)))}"]
    text, name = _examples()[seed % len(_examples())]
    return fill(text, name).split("\n")


def code(seed: int, count: int) -> list[str]:
    """Lines without secrets."""
    chance = random.Random(seed)
    return [
        " " * (4 * chance.randrange(3)) + f"{chance.choice(_WORDS)}_{chance.choice(_WORDS)} = {chance.randrange(9999)}"
        for _ in range(count)
    ]


def _insert(lines: list[str], edit: Edit, at: int) -> list[str]:
    return [*lines[:at], *code(edit.seed, edit.size % 9 + 1), *lines[at:]]


def _plant(lines: list[str], edit: Edit, at: int) -> list[str]:
    return [*lines[:at], *planted(edit.seed), *lines[at:]]


def _delete(lines: list[str], edit: Edit, at: int) -> list[str]:
    return [*lines[:at], *lines[at + edit.size % 7 + 1 :]]


def _move(lines: list[str], edit: Edit, at: int) -> list[str]:
    block, rest = lines[at : at + edit.size + 1], [*lines[:at], *lines[at + edit.size + 1 :]]
    to = edit.seed % (len(rest) + 1)
    return [*rest[:to], *block, *rest[to:]]


def _repeat(lines: list[str], edit: Edit, at: int) -> list[str]:
    to = edit.seed % (len(lines) + 1)
    return [*lines[:to], *lines[at : at + edit.size + 1], *lines[to:]]


def _break(lines: list[str], edit: Edit, at: int) -> list[str]:
    """Change some characters within one line: a secret is cut, grown, or made whole by its neighbours."""
    if not lines:
        return lines
    at = min(at, len(lines) - 1)
    line = lines[at]
    cut = edit.seed % (len(line) + 1)
    changed = (line[:cut] + "x" + line[cut + edit.size % 3 :], line[:cut], line[cut:], line + " # seen")[edit.seed % 4]
    return [*lines[:at], changed, *lines[at + 1 :]]


def _indent(lines: list[str], edit: Edit, at: int) -> list[str]:
    end = at + edit.size + 1
    block = [("  " + line if edit.seed % 2 else line.removeprefix("  ")) for line in lines[at:end]]
    return [*lines[:at], *block, *lines[end:]]


def _kind(lines: list[str], edit: Edit, at: int) -> list[str]:
    """Make a manifest one of another kind, or back: what is far from the change becomes a finding, or none."""
    swaps = {"kind: Secret": "kind: ConfigMap", "kind: ConfigMap": "kind: Secret", "data:": "stringData:"}
    return [swaps.get(line.strip(), line) if edit.seed % 3 else line for line in lines]


def _join(lines: list[str], edit: Edit, at: int) -> list[str]:
    return [*lines[:at], "".join(lines[at : at + 2]), *lines[at + 2 :]]


# By the first number above the kind of an edit.
_EDITS: Sequence[tuple[int, Callable[[list[str], Edit, int], list[str]]]] = (
    (30, _plant), (42, _insert), (55, _delete), (66, _move), (75, _repeat), (86, _break), (91, _indent), (96, _kind),
    (100, _join),
)  # fmt: skip


def versions(name: int, size: int, steps: Sequence[Edit]) -> list[bytes]:
    """The texts of one family, in the order they were made."""
    made: list[list[str]] = [code(name, size) + (["kind: Secret", "data:"] if size % 5 == 0 else [])]
    for edit in steps:
        lines = made[edit.parent % len(made)]
        change = next(change for below, change in _EDITS if edit.kind < below)
        made.append(change(lines, edit, edit.at % (len(lines) + 1)))
    end = "\r\n" if size % 11 == 3 else "\n"
    tail = "" if size % 4 == 1 else end
    return [(end.join(lines) + tail).encode() for lines in made]


def history(given: Given) -> list[Mapping[str, bytes | None]]:
    """What each commit sets and deletes. Every version has a path of its own, so that a report names all of them.

    Some versions go by a name of another kind than those they were made from.
    """
    commits: list[dict[str, bytes | None]] = []
    for family, (name, size, steps) in enumerate(given):
        paths: list[str] = []
        for number, data in enumerate(versions(name, size, steps)):
            seed = steps[number - 1].seed if number else 0
            called = NAMES[(name + (seed if seed % 6 == 5 else 0)) % len(NAMES)]
            paths.append(f"{family}/{number:03}/{called}")
            while len(commits) <= number:
                commits.append({})
            commits[number][paths[number]] = data
            if number > 3:
                commits[number][paths[number - 4]] = None
    return list(commits)
