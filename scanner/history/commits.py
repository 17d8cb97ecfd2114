"""The graph of commits, read from the commits themselves: no replacement, graft or cache can bend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class CommitText(NamedTuple):
    """A commit taken apart: binary names of its tree and parents, when it was committed (seconds since the epoch),
    and where its message begins in the object's data."""

    tree: bytes
    parents: tuple[bytes, ...]
    date: int
    message: int


def parse_commit(data: bytes) -> CommitText | None:
    """The commit in ``data``, or None when it is none."""
    head = data.find(b"\n\n")
    end = len(data) if head < 0 else head + 1
    if data[:5] != b"tree ":
        return None
    at = data.find(b"\n")
    try:
        tree = bytes.fromhex(data[5:at].decode("ascii"))
        parents = []
        while data[at + 1 : at + 8] == b"parent ":
            start, at = at + 8, data.find(b"\n", at + 1)
            parents.append(bytes.fromhex(data[start:at].decode("ascii")))
    except ValueError:
        return None
    line = data.find(b"\ncommitter ", at, end)
    stop = data.find(b"\n", line + 1)
    words = data[line:stop].rsplit(None, 2) if line >= 0 else []
    date = int(words[1]) if len(words) == 3 and words[1].isdigit() else 0
    return CommitText(tree, tuple(parents), min(date, 1 << 40), end + 1 if head >= 0 else end)


@dataclass(slots=True)
class CommitGraph:
    """Commits by number, in the order they were added.

    ``parents`` are numbers; a parent that is not here is left out and its name kept in ``missing``.
    """

    names: list[bytes] = field(default_factory=list)
    trees: list[bytes] = field(default_factory=list)
    parents: list[tuple[int, ...]] = field(default_factory=list)
    dates: list[int] = field(default_factory=list)
    number: dict[bytes, int] = field(default_factory=dict)
    missing: set[bytes] = field(default_factory=set)
    _named: list[tuple[bytes, ...]] = field(default_factory=list)

    def add(self, name: bytes, commit: CommitText) -> None:
        """Add one; the second of two with the same name is ignored."""
        if name in self.number:
            return
        self.number[name] = len(self.names)
        self.names.append(name)
        self.trees.append(commit.tree)
        self.dates.append(commit.date)
        self._named.append(commit.parents)

    def link(self) -> None:
        """Turn names of parents into numbers, once all commits are there."""
        number = self.number
        for names in self._named:
            self.parents.append(tuple(number[name] for name in names if name in number))
            self.missing.update(name for name in names if name not in number)
        self._named = []

    def reachable(self, tips: Iterable[int]) -> bytearray:
        """One byte a commit: 1 for ``tips`` and all that they lead to."""
        seen = bytearray(len(self.names))
        waiting = list(tips)
        while waiting:
            commit = waiting.pop()
            if not seen[commit]:
                seen[commit] = 1
                waiting += self.parents[commit]
        return seen

    def ranks(self) -> list[int]:
        """Numbers by which commits can be sorted: parents before children, else by the date of the commit."""
        order = self._parents_first()
        corrected = [0] * len(order)
        for commit in order:
            latest = max((corrected[parent] for parent in self.parents[commit]), default=-1)
            corrected[commit] = max(self.dates[commit], latest + 1)
        ranks = [0] * len(order)
        for rank, commit in enumerate(sorted(order, key=lambda commit: (corrected[commit], self.names[commit]))):
            ranks[commit] = rank
        return ranks

    def _parents_first(self) -> list[int]:
        done = bytearray(len(self.names))
        order: list[int] = []
        for start in range(len(self.names)):
            waiting = [start]
            while waiting:
                commit = waiting[-1]
                if done[commit]:
                    waiting.pop()
                    continue
                open_parents = [parent for parent in self.parents[commit] if not done[parent]]
                if open_parents:
                    waiting += open_parents
                    continue
                done[commit] = 1
                order.append(commit)
                waiting.pop()
        return order


def message_of(data: bytes, commit: CommitText) -> bytes:
    """What the author wrote, and tags merged into it, which stand in the header."""
    if b"\nmergetag " in data[: commit.message]:
        return data
    return data[commit.message :]


def tagged(data: bytes) -> tuple[bytes, str] | None:
    """Name and type of the object that the tag in ``data`` points to, or None when it is no tag."""
    lines: Sequence[bytes] = data[:400].split(b"\n", 2)
    if len(lines) < 2 or not lines[0].startswith(b"object ") or not lines[1].startswith(b"type "):
        return None
    try:
        return bytes.fromhex(lines[0][7:].decode("ascii")), lines[1][5:].decode("ascii")
    except ValueError:
        return None
