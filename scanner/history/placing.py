"""From objects to places: at which paths they lay, which commit first brought them, which tips still have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import NamedTuple

from scanner.history.descent import Descent
from scanner.history.links import Links
from scanner.history.numbers import Numbers
from scanner.history.trees import TreeIndex
from scanner.history.vectors import vector

NO_COMMIT = -1
_LOW = 0xFFFFFFFF


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

    ``trees`` are the numbers of the commits' trees. ``left_out`` are those, in the form of ``counted``, that were there
    before what is asked for. ``roots`` are trees that a tip names without a commit, by object name; like ``tips`` they
    give bit sets of tips.
    """

    trees: list[int]
    counted: bytearray
    left_out: bytearray
    ranks: list[int]
    tips: Mapping[int, int]
    roots: Mapping[bytes, int]


_NEVER = 1 << 62
# Trees that hold each other many times over make endless paths of a few kilobytes. So many places on one level are
# followed, or a few for each tree that there is: folders move, but not often.
_MOST_PLACES, _PLACES_A_TREE = 500_000, 4


class Places(NamedTuple):
    """Every path of each object that is in a tree, and the objects that a commit left out has. ``cut`` is true where
    there were too many paths to follow them all."""

    spans: Mapping[bytes, list[PathSpan]]
    before: frozenset[bytes]
    cut: bool


def places(index: TreeIndex, view: View, wanted: Iterable[bytes]) -> Places:
    """Where each of the objects ``wanted`` lies."""
    numbers = index.numbers
    targets = {numbers.of(name) for name in wanted}
    links = _links(index, targets)
    ranks, tips = _start(view, numbers, links)
    most = max(_MOST_PLACES, _PLACES_A_TREE * len(links.trees))
    descent = Descent(links, targets, most)
    descent.down(ranks, tips)
    spans = _spans(index, view, descent, set())
    loose = descent.unmet()
    cut = descent.cut
    if loose:
        below = {link & _LOW for tree in loose for link in links.of(tree)}
        apart = Descent(links, targets, most)
        apart.down({tree: _NEVER for tree in loose if tree not in below}, {})
        spans |= _spans(index, view, apart, spans.keys())
        cut = cut or apart.cut
    return Places(spans, _before(view, numbers, links, targets), cut)


def _spans(index: TreeIndex, view: View, descent: Descent, known: Set[bytes]) -> dict[bytes, list[PathSpan]]:
    """What was found of objects that are not ``known``."""
    commit_of = {view.ranks[number]: number for number, counts in enumerate(view.counted) if counts}
    paths: dict[int, str] = {}
    spans: dict[bytes, list[PathSpan]] = {}
    for place, rank in descent.ranks.items():
        name = index.numbers.name(place & _LOW)
        if name in known:
            continue
        number = place >> 32
        path = paths.get(number)
        if path is None:
            whole = b"/".join(index.labels.names[label] for label in descent.labels(number))
            path = paths[number] = whole.decode("utf-8", "surrogateescape")
        span = PathSpan(path, commit_of.get(rank, NO_COMMIT), descent.tips.get(place, 0))
        spans.setdefault(name, []).append(span)
    return spans


def _before(view: View, numbers: Numbers, links: Links, targets: Set[int]) -> frozenset[bytes]:
    """Those of ``targets`` that a commit left out has, at whatever path."""
    roots = {tree for tree, out in zip(view.trees, view.left_out, strict=True) if out}
    waiting = list(filter(links.has, roots))
    seen = set(waiting)
    while waiting:
        for link in links.of(waiting.pop()):
            child = link & _LOW
            if child not in seen:
                seen.add(child)
                waiting.append(child)
    return frozenset(map(numbers.name, seen & targets))


def _links(index: TreeIndex, targets: Set[int]) -> Links:
    """By tree, the links that lead down to one of ``targets``."""
    links = index.links()
    level = vector(sorted(targets))
    while len(level):
        done = len(links.trees)
        index.link(level, links)
        level = links.trees[done:]
    return links


def _start(view: View, numbers: Numbers, links: Links) -> tuple[dict[int, int], dict[int, int]]:
    """The root trees in view that are in ``links``, by their numbers: the smallest rank, and the tips.

    A tip of which nothing counts, such as HEAD where another branch is asked for, is asked all the same what it has.
    """
    ranks: dict[int, int] = {}
    tips: dict[int, int] = {}
    for name, bits in view.roots.items():
        tree = numbers.of(name)
        if links.has(tree):
            ranks[tree], tips[tree] = _NEVER, bits
    for number, counts in enumerate(view.counted):
        if not counts:
            continue
        tree = view.trees[number]
        if not links.has(tree):
            continue
        ranks[tree] = min(ranks.get(tree, _NEVER), view.ranks[number])
        bits = view.tips.get(number, 0)
        if bits:
            tips[tree] = tips.get(tree, 0) | bits
    for number, bits in view.tips.items():
        tree = view.trees[number]
        if not view.counted[number] and not view.left_out[number] and links.has(tree):
            ranks.setdefault(tree, _NEVER)
            tips[tree] = tips.get(tree, 0) | bits
    return ranks, tips
