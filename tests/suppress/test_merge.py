"""Merging: every pair of versions merges, nothing is invented, and nobody's decision is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.suppress.baseline_file import Baseline, baseline_of, parse_baseline
from scanner.suppress.digest import Digest
from scanner.suppress.entry import Entry, Key
from scanner.suppress.join import join
from scanner.suppress.merge import merge
from tests.suppress.strategies import SALTS, baselines, entries

KEY = Key("generic-password", Digest(SALTS[0].id, "s", "0" * 32))


def of(*made: Entry) -> Baseline:
    return baseline_of(SALTS[:1], made)


@settings(max_examples=400)
@given(baselines(), baselines(), baselines())
def test_any_two_versions_merge_alike_from_either_side(base: Baseline, ours: Baseline, theirs: Baseline) -> None:
    merged = merge(base, ours, theirs)
    assert merged.render() == merge(base, theirs, ours).render()
    assert parse_baseline(merged.render(), "b").entries == merged.entries
    for key, entry in merged.entries.items():
        assert key in ours.entries or key in theirs.entries
        assert (
            entry == ours.entries.get(key)
            or entry == theirs.entries.get(key)
            or (key in ours.entries and key in theirs.entries)
        )


@settings(max_examples=300)
@given(baselines(), baselines())
def test_a_side_without_changes_gives_way(base: Baseline, ours: Baseline) -> None:
    assert merge(base, ours, base).entries == ours.entries
    assert merge(base, ours, ours).entries == ours.entries
    assert merge(None, ours, ours).entries == ours.entries


@settings(max_examples=300)
@given(baselines(), baselines(), baselines())
def test_additions_of_both_sides_are_kept_and_removals_are_not_undone(
    base: Baseline, ours: Baseline, theirs: Baseline
) -> None:
    merged = merge(base, ours, theirs)
    for one, other in ((ours, theirs), (theirs, ours)):
        for key in one.entries.keys() - base.entries.keys():
            assert key in merged.entries
        for key in base.entries.keys() - one.entries.keys():
            if other.entries.get(key) in (None, base.entries[key]):
                assert key not in merged.entries
            else:
                assert merged.entries[key] == other.entries[key]


@given(entries(), st.data())
def test_nothing_is_silenced_for_longer_than_either_side_said(entry: Entry, data: st.DataObject) -> None:
    other = replace(data.draw(entries()), key=entry.key)
    joined = join(entry, other)
    assert joined == join(other, entry)
    dates = [side.expires for side in (entry, other) if side.expires]
    assert joined.expires == (min(dates) if dates else "")


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        ({}, {"decision": "false"}, {"reason": "a test"}, {"decision": "false", "reason": "a test"}),
        ({}, {"decision": "false"}, {"decision": "real"}, {"decision": "real"}),
        ({}, {"decision": "accepted"}, {"decision": "false"}, {"decision": "accepted"}),
        ({}, {"owner": "bob"}, {"owner": "alice"}, {"owner": "alice, bob"}),
        ({}, {"reason": "b"}, {"reason": "a"}, {"reason": "a; b"}),
        ({"expires": "2027-01-01"}, {"expires": "2028-01-01"}, {"expires": "2027-06-01"}, {"expires": "2027-06-01"}),
        ({"expires": "2027-01-01"}, {"expires": ""}, {"owner": "alice"}, {"owner": "alice"}),
    ],
)
def test_fields_are_merged_one_by_one(
    base: dict[str, str], ours: dict[str, str], theirs: dict[str, str], expected: dict[str, str]
) -> None:
    def made(values: dict[str, str]) -> Entry:
        return Entry(key=KEY, **values)

    assert merge(of(made(base)), of(made(ours)), of(made(theirs))).entries == {KEY: made(expected)}


def test_two_baselines_made_apart_keep_both_salts() -> None:
    other = Entry(key=replace(KEY, digest=replace(KEY.digest, salt=SALTS[1].id)))
    merged = merge(None, of(Entry(key=KEY)), baseline_of(SALTS[1:2], [other]))
    assert merged.render().count(b"salt = ") == 2
    assert len(merged) == 2


def test_comments_of_both_sides_are_kept_and_removed_ones_go() -> None:
    base = baseline_of(SALTS[:1], [], ["# old"])
    merged = merge(base, baseline_of(SALTS[:1], [], ["# ours"]), baseline_of(SALTS[:1], [], ["# old", "# theirs"]))
    assert set(merged.notes) == {"# ours", "# theirs"}
