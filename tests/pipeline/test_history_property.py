"""Nothing is missed: what the sweep finds in fresh lines is what every version, scanned whole, holds."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.pipeline import families
from tests.pipeline.histories import Commit, Packing, Report, expected, fresh_repository, imported, packed, swept

PACKINGS = [
    Packing("imported"),
    Packing("repacked"),
    Packing("repacked", window=1, depth=1),
    Packing("repacked", window=250, depth=4095),
    Packing("refs", window=50, depth=200),
    Packing("thin", window=30),
    Packing("multi"),
    Packing("loose"),
]


def check(given_: families.Given, packing: Packing, environment: Mapping[str, str], *arguments: str) -> None:
    """One random history, swept in every way."""
    changes = families.history(given_)
    with tempfile.TemporaryDirectory() as folder:
        repo = fresh_repository(Path(folder), environment)
        imported(repo, [Commit(change) for change in changes])
        packed(repo, packing)
        names = repo.git("rev-list", "--reverse", "main").split()
        fresh = swept(repo, *arguments)
        whole = swept(repo, "--whole-blobs")
    files = {path: data for change in changes for path, data in change.items() if data is not None}
    right = expected(files)
    assert fresh.code == whole.code == bool(right), (fresh.skipped, whole.skipped)
    assert whole.places() == right
    assert fresh.places() == right
    first = {
        path: names[number] for number, change in enumerate(changes) for path in change if change[path] is not None
    }
    assert (
        _commits(fresh)
        == _commits(whole)
        == {(key, path): first[path] for key, places in right.items() for path, _ in places}
    )


def _commits(report: Report) -> dict[tuple[tuple[str, str], str], str]:
    return {
        ((one["rule"], one["fingerprint"]), place["path"]): place["commit"]
        for one in report.findings
        for place in one["occurrences"]
    }


def test_what_is_found_as_structure_is_not_taken_over_as_text_as_well(clean_environment: dict[str, str]) -> None:
    """A version without the line that broke its manifest: its password was told twice."""
    token, manifest = families.Edit(0, 0, 0, 0, 0), families.Edit(0, 0, 1, 0, 1)
    broken = families.Edit(1, 0, 316, 0, 0)
    family = [manifest, token, token, token, token, broken]
    check([(0, 0, [token, token]), (0, 0, family)], Packing("repacked"), clean_environment)


def test_encoded_text_in_lines_that_came_before_is_found_above_new_ones(clean_environment: dict[str, str]) -> None:
    """What a remembered piece wakes came behind what the new pieces do, and was passed over as being out of order."""
    edits = [families.Edit(0, 0, 133, 0, 2979), families.Edit(0, 0, 0, 0, 0), families.Edit(1, 68, 44, 26, 276)]
    check([(0, 74, edits)], Packing("imported"), clean_environment)


_SETTINGS = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
    print_blob=True,
)


@pytest.mark.usefixtures("here")
@settings(_SETTINGS, max_examples=12)
@given(given_=families.families, packing=st.sampled_from(PACKINGS))
def test_fresh_lines_hold_all_there_is(
    given_: families.Given, packing: Packing, clean_environment: dict[str, str]
) -> None:
    check(given_, packing, clean_environment)


@pytest.mark.slow
@pytest.mark.usefixtures("here")
@settings(_SETTINGS, max_examples=1500)
@given(given_=families.families, packing=st.sampled_from(PACKINGS))
def test_fresh_lines_hold_all_there_is_at_length(
    given_: families.Given, packing: Packing, clean_environment: dict[str, str]
) -> None:
    check(given_, packing, clean_environment)
