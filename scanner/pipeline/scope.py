"""Which commits of a history count, and what its tips name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from scanner.history.commits import CommitGraph
from scanner.history.numbers import Numbers
from scanner.history.placing import View

HEAD = "HEAD"
_NOTES = "refs/notes/"


class Scope(NamedTuple):
    """What was asked for: tips (name and object) and what is left out, prefixes of paths.

    ``head`` is HEAD's commit, empty where it is unborn. ``unreachable`` counts what no tip leads to as well.
    """

    tips: tuple[tuple[str, bytes], ...]
    since: tuple[bytes, ...]
    head: bytes
    paths: tuple[str, ...]
    unreachable: bool

    def has(self, path: str) -> bool:
        """True when ``path`` is one of those asked for."""
        return not self.paths or any(path == some or path.startswith(f"{some}/") for some in self.paths)


class Tips:
    """The tips of a history, followed through tags to what they name in the end. Bit ``i`` stands for tip ``i``."""

    def __init__(self, graph: CommitGraph, scope: Scope, tags: Mapping[bytes, bytes], numbers: Numbers) -> None:
        self.graph = graph
        self.names = [name for name, _ in scope.tips]
        self.objects: dict[bytes, int] = {}
        self.commits: dict[int, int] = {}
        self.tags: dict[bytes, int] = {}
        for bit, (_, target) in enumerate(scope.tips):
            # No more often than there are tags: an index may tell wrong names, which lead in a circle.
            for _ in tags:
                if target not in tags:
                    break
                self.tags[target] = self.tags.get(target, 0) | 1 << bit
                target = tags[target]
            if target in graph.number:
                number = graph.number[target]
                self.commits[number] = self.commits.get(number, 0) | 1 << bit
            else:
                self.objects[target] = self.objects.get(target, 0) | 1 << bit
        head = graph.number.get(scope.head)
        # HEAD is asked about even where only some branches count, so it has a bit of its own.
        self.head = 1 << len(self.names)
        at_tips = dict(self.commits)
        if head is not None:
            at_tips[head] = at_tips.get(head, 0) | self.head
        left_out = graph.reachable(graph.number[name] for name in scope.since if name in graph.number)
        counted = bytearray(b"\1" * len(graph.names)) if scope.unreachable else graph.reachable(self.commits)
        for number, out in enumerate(left_out):
            if out:
                counted[number] = 0
        trees = [numbers.of(tree) for tree in graph.trees]
        self.view = View(trees, counted, left_out, graph.ranks(), at_tips, self.objects)
        self.below_head = graph.reachable([head]) if head is not None else bytearray(len(graph.names))
        self._notes: list[tuple[str, bytearray]] | None = None

    def shown(self, bits: int) -> tuple[str, ...]:
        """The names of the tips in ``bits`` as people write them: branches first, without HEAD."""
        named = [name for at, name in enumerate(self.names) if bits >> at & 1 and not name.startswith(HEAD)]
        return tuple(dict.fromkeys(_short(name) for name in sorted(named, key=_importance)))

    def note_of(self, number: int) -> str:
        """The notes ref that alone leads to commit ``number``; empty for commits of ordinary history."""
        if self._notes is None:
            self._notes = self._note_refs()
        return next((name for name, reached in self._notes if reached[number]), "")

    def _note_refs(self) -> list[tuple[str, bytearray]]:
        notes = {name: at for at, name in enumerate(self.names) if name.startswith(_NOTES)}
        if not notes:
            return []
        mask = sum(1 << at for at in notes.values())
        others = self.graph.reachable(number for number, bits in self.commits.items() if bits & ~mask)
        found = []
        for name, at in notes.items():
            reached = self.graph.reachable(number for number, bits in self.commits.items() if bits >> at & 1)
            found.append((name, bytearray(one & ~other & 1 for one, other in zip(reached, others, strict=True))))
        return found


def _short(name: str) -> str:
    return name.removeprefix("refs/heads/") if name.startswith("refs/heads/") else name.removeprefix("refs/")


def _importance(name: str) -> int:
    order: Iterable[str] = ("refs/heads/", "refs/remotes/", "refs/tags/")
    return next((at for at, prefix in enumerate(order) if name.startswith(prefix)), 9)
