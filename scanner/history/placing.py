"""From objects to places: at which paths they lay, which commit first brought them, which tips still have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from scanner.history.commits import CommitGraph
from scanner.history.trees import Entry, TreeIndex

NO_COMMIT = -1


class PathSpan(NamedTuple):
    """One object at one path. ``first`` is the number of the earliest commit that has it there.

    It is NO_COMMIT where no commit in view has it: then ``path`` may be a part of a path. ``tips`` is a bit set
    of the tips whose tree has it there.
    """

    path: str
    first: int
    tips: int


@dataclass(frozen=True, slots=True)
class View:
    """The commits that count, by number (1 or 0 a commit), and the tips by number of their commit.

    ``left_out`` are those, in the same form, that were there before what is asked for. ``roots`` are trees that a
    tip names without a commit, by object name; like ``tips`` they give bit sets of tips.
    """

    graph: CommitGraph
    counted: bytearray
    left_out: bytearray
    ranks: list[int]
    tips: Mapping[int, int]
    roots: Mapping[bytes, int]


class _State(NamedTuple):
    """What is known of a tree at a path: the rank of the earliest commit (or _NEVER), and the tips."""

    rank: int
    tips: int


_NEVER = 1 << 62
# Trees that hold each other many times over make endless paths of a few kilobytes; so many are enough.
_MOST_PLACES = 500_000


class Places(NamedTuple):
    """Every path of each object that is in a tree, and the objects that a commit left out has. ``cut`` is true where
    there were too many paths to follow them all."""

    spans: Mapping[bytes, list[PathSpan]]
    before: frozenset[bytes]
    cut: bool


def places(index: TreeIndex, view: View, wanted: Iterable[bytes]) -> Places:
    """Where each of the objects ``wanted`` lies."""
    targets = frozenset(wanted)
    edges = _edges(index, targets)
    commit_of = {view.ranks[number]: number for number, counts in enumerate(view.counted) if counts}
    states: dict[tuple[bytes, bytes], _State] = {
        (tree, b""): state for tree, state in _start(view).items() if tree in edges
    }
    reached = {tree for tree, _ in states}
    found: dict[bytes, dict[bytes, _State]] = {}
    cut = False
    while states:
        states = _descend(states, edges, targets, found)
        cut = cut or len(states) >= _MOST_PLACES
        reached.update(tree for tree, _ in states)
    known = set(found)
    loose = {(tree, b""): _State(_NEVER, 0) for tree in edges if tree not in reached}
    if loose:
        below: dict[bytes, dict[bytes, _State]] = {}
        children = {child for tree, _ in loose for _, child in edges[tree]}
        states = {key: state for key, state in loose.items() if key[0] not in children}
        while states:
            states = _descend(states, edges, targets, below)
            cut = cut or len(states) >= _MOST_PLACES
        found |= {child: paths for child, paths in below.items() if child not in known}
    spans = {
        child: [
            PathSpan(path.decode("utf-8", "surrogateescape"), commit_of.get(state.rank, NO_COMMIT), state.tips)
            for path, state in paths.items()
        ]
        for child, paths in found.items()
    }
    return Places(spans, _before(view, edges, targets), cut)


def _before(view: View, edges: Mapping[bytes, list[Entry]], targets: frozenset[bytes]) -> frozenset[bytes]:
    """Those of ``targets`` that a commit left out has, at whatever path."""
    waiting = [tree for tree, out in zip(view.graph.trees, view.left_out, strict=True) if out and tree in edges]
    seen = set(waiting)
    while waiting:
        for _, child in edges.get(waiting.pop(), ()):
            if child not in seen:
                seen.add(child)
                waiting.append(child)
    return frozenset(seen & targets)


def _edges(index: TreeIndex, targets: frozenset[bytes]) -> dict[bytes, list[Entry]]:
    """By tree, the entries that lead down to one of ``targets``, each once."""
    edges: dict[bytes, list[Entry]] = {}
    asked: set[bytes] = set()
    level = targets
    while level:
        asked |= level
        above: set[bytes] = set()
        for tree, entries in index.parents(level):
            known = edges.get(tree)
            if known is None:
                edges[tree] = entries
            else:
                known += [entry for entry in entries if entry not in known]
            above.add(tree)
        level = frozenset(above - asked)
    return edges


def _start(view: View) -> dict[bytes, _State]:
    """The root trees in view."""
    states = {tree: _State(_NEVER, tips) for tree, tips in view.roots.items()}
    trees, ranks, tips = view.graph.trees, view.ranks, view.tips
    for number, counts in enumerate(view.counted):
        if not counts:
            continue
        tree = trees[number]
        known = states.get(tree)
        bits = tips.get(number, 0)
        if known is None:
            states[tree] = _State(ranks[number], bits)
        elif ranks[number] < known.rank or bits:
            states[tree] = _State(min(ranks[number], known.rank), known.tips | bits)
    return states


def _descend(
    states: Mapping[tuple[bytes, bytes], _State],
    edges: Mapping[bytes, list[Entry]],
    targets: frozenset[bytes],
    found: dict[bytes, dict[bytes, _State]],
) -> dict[tuple[bytes, bytes], _State]:
    """One level down: the trees there, and in ``found`` the targets."""
    below: dict[tuple[bytes, bytes], _State] = {}
    for (tree, path), state in states.items():
        for label, child in edges[tree]:
            if len(below) >= _MOST_PLACES:
                return below
            place = path + b"/" + label if path else label
            if child in targets:
                paths = found.setdefault(child, {})
                paths[place] = _both(paths.get(place), state)
            if child in edges:
                below[child, place] = _both(below.get((child, place)), state)
    return below


def _both(one: _State | None, other: _State) -> _State:
    if one is None:
        return other
    return _State(min(one.rank, other.rank), one.tips | other.tips)
