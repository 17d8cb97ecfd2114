"""The published corpus holds: every leak at its line with its rule and key, nothing else, silence on the rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from corpus.kubernetes.cases import Case, Expected, leaks, safe
from tests.kubernetes.conftest import Found

LEAKS, SAFE = leaks(), safe()


@pytest.mark.parametrize("case", LEAKS, ids=lambda case: case.id)
def test_every_leak_is_found_where_it_is(case: Case, found: Callable[[bytes, str], list[Found]]) -> None:
    rest = found(case.data, case.path)
    for leak in case.expect:
        fitting = [one for one in rest if fits(one, leak)]
        assert fitting, f"{leak} is missed; there are {rest}"
        rest.remove(fitting[0])
    assert rest == []


@pytest.mark.parametrize("case", SAFE, ids=lambda case: case.id)
def test_what_is_safe_is_silent(case: Case, found: Callable[[bytes, str], list[Found]]) -> None:
    assert found(case.data, case.path) == []


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(LEAKS) >= 150
    assert len(SAFE) >= 150
    assert len({case.id for case in [*LEAKS, *SAFE]}) == len(LEAKS) + len(SAFE)


def fits(one: Found, leak: Expected) -> bool:
    line, rule, key, severity = one
    return (
        (line, rule) == (leak.line, leak.rule)
        and (not leak.key or key == leak.key)
        and (not leak.severity or severity == leak.severity)
    )
