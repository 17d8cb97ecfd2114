"""From claims about places to one verdict on a finding."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from scanner.suppress import Claim, Place, Sighting, Suppressor

TODAY = "2026-06-15"


def claim(reach: str = "place", *, where: str = "", commits: tuple[str, ...] = (), expires: str = "") -> Claim:
    return Claim(source="s", entry=reach, status="allowed", reach=reach, where=where, commits=commits, expires=expires)


def judged(*sightings: tuple[Sequence[Claim], Place]) -> str:
    verdict = Suppressor((), TODAY).judge("rule", [Sighting(claims, place) for claims, place in sightings])
    return verdict.status if verdict else "none"


HERE, THERE = Place("a.py", 1), Place("b.py", 1)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((), (), "none"),
        ((claim(),), (), "none"),
        ((claim(),), (claim(),), "allowed"),
        ((claim("secret"),), (), "allowed"),
        ((), (claim("secret"),), "allowed"),
        ((claim("file"),), (), "none"),
        ((claim(where="a"),), (claim(where="a"),), "none"),
        ((claim(where="a"),), (claim(where=r"^b\.py$"),), "allowed"),
        ((claim(expires="2026-06-14"),), (), "new"),
        ((claim(expires="2026-06-14"), claim()), (claim(),), "allowed"),
        ((claim("secret", expires="2026-06-14"), claim()), (claim(),), "allowed"),
    ],
)
def test_what_is_said_of_two_files(first: Sequence[Claim], second: Sequence[Claim], expected: str) -> None:
    assert judged((first, HERE), (second, THERE)) == expected


def test_a_claim_on_a_file_covers_the_other_lines_of_it() -> None:
    assert judged(((claim("file"),), Place("a.py", 1, "c1")), ((), Place("a.py", 9, "c2"))) == "allowed"


def test_a_mark_in_the_newest_tree_covers_old_versions() -> None:
    marked, unmarked = (claim(),), ()
    assert judged((unmarked, Place("a.py", 1, "c1", False)), (marked, Place("a.py", 1, "c2", True))) == "allowed"
    assert judged((marked, Place("a.py", 1, "c1", False)), (unmarked, Place("a.py", 1, "c2", True))) == "none"
    assert judged((marked, Place("a.py", 1, "c1", False)), (unmarked, Place("a.py", 1, "c2", False))) == "none"


def test_a_mark_in_one_of_two_newest_places_is_not_enough() -> None:
    assert judged(((claim(),), Place("a.py", 1, "c", True)), ((), Place("b.py", 1, "c", True))) == "none"


def test_a_claim_can_be_for_some_commits() -> None:
    some = (claim(commits=("c1",)),)
    assert judged((some, Place("a.py", 1, "c1"))) == "allowed"
    assert judged((some, Place("a.py", 1, "c2"))) == "none"
    assert judged((some, HERE)) == "none"


def test_an_expression_that_runs_away_silences_nothing() -> None:
    assert judged(((claim(where=r"(a|aa)+$"),), Place("a" * 60 + "!", 1))) == "none"
