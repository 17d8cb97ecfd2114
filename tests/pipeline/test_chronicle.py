"""Commits and tags put in order while the sweep goes on: the same order, whenever they come."""

from __future__ import annotations

import random

import pytest

from scanner.history import headers
from scanner.history.commits import CommitText
from scanner.history.numbers import Numbers
from scanner.pipeline.chronicle import Chronicle
from scanner.pipeline.portions import Portion, Yield
from scanner.pipeline.scope import Scope, Tips


def name(number: int) -> bytes:
    return bytes([number]) * 20


COMMITS = [(name(n), CommitText(name(100 + n), (name(n - 1),) if n else (), 1000 + n, 0)) for n in range(20)]
SCOPE = Scope((("refs/heads/main", name(19)), ("refs/tags/v1", name(50))), (), name(19), (), False)


def facts(tips: Tips) -> tuple[object, ...]:
    graph, view = tips.graph, tips.view
    ranks = {commit: view.ranks[number] for commit, number in graph.number.items()}
    counted = {commit for commit, number in graph.number.items() if view.counted[number]}
    trees = {commit: view.trees[number] for commit, number in graph.number.items()}
    return ranks, counted, len(set(trees.values())), {graph.names[number]: bits for number, bits in view.tips.items()}


def yields() -> list[Yield]:
    made = [Yield(kind=headers.COMMIT, pack=0, commits=COMMITS[at : at + 4]) for at in range(0, 16, 4)]
    return [*made, Yield(kind=headers.TAG, pack=0, tags=[(name(50), name(10), "commit")]), Yield(kind=headers.BLOB, pack=0)]


PORTIONS = [Portion(0, kind) for kind in [headers.COMMIT] * 4 + [headers.TAG, headers.BLOB]]
LOOSE = Yield(commits=COMMITS[16:])


@pytest.mark.parametrize("seed", range(10))
def test_the_order_in_which_they_come_does_not_matter(seed: int) -> None:
    made = [*yields(), LOOSE]
    chronicle = Chronicle(PORTIONS, SCOPE, Numbers([]))
    random.Random(seed).shuffle(made)
    for one in made:
        chronicle.take(one)
    ranks, counted, trees, tips = facts(chronicle.tips())
    assert ranks == {commit: at for at, (commit, _) in enumerate(COMMITS)}
    assert counted == {commit for commit, _ in COMMITS}
    assert trees == len(COMMITS)
    assert tips == {name(19): 0b101, name(10): 0b010}


def test_they_are_put_in_order_with_the_last_that_was_awaited() -> None:
    made = yields()
    chronicle = Chronicle(PORTIONS, SCOPE, Numbers([]))
    for one in made[:-1]:
        assert chronicle._tips is None
        chronicle.take(one)
    early = chronicle._tips
    assert early is not None
    chronicle.take(made[-1])
    assert chronicle.tips() is early


def test_loose_commits_change_what_was_put_in_order() -> None:
    chronicle = Chronicle(PORTIONS, SCOPE, Numbers([]))
    for one in yields():
        chronicle.take(one)
    early = chronicle.tips()
    assert not any(early.view.counted[:16]) or early.objects
    chronicle.take(LOOSE)
    assert chronicle.tips() is not early
    assert sum(chronicle.tips().view.counted) == 20
