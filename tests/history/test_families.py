"""Delta families and their weights, by modules that run interpreted and compiled alike."""

from __future__ import annotations

from types import ModuleType


def test_families_and_their_weights(walk: ModuleType, headers: ModuleType, vectors: ModuleType) -> None:
    kinds = bytearray([3, 3, 3, 2, 3, 3])
    bases = vectors.vector([headers.ROOT, 0, 0, headers.ROOT, 2, headers.LOST])
    roots, first, following, weight = walk.families(kinds, bases, vectors.vector([12, 100, 110, 150, 160, 200, 230]))
    assert roots == [[], [], [3], [0, 5], [], [], [], []]
    children = []
    child = first[0]
    while child >= 0:
        children.append(child)
        child = following[child]
    assert sorted(children) == [1, 2]
    assert children[0] == 2, "the heaviest comes first"
    assert first[2] == 4
    assert weight[0] == 88 + 10 + 40 + 40
