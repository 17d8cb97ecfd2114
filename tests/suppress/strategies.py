"""Random entries and baselines."""

from __future__ import annotations

from hypothesis import strategies as st

from scanner.suppress.baseline_file import Baseline, baseline_of
from scanner.suppress.digest import Digest, Salt
from scanner.suppress.entry import DECISIONS, Entry, Key

SALTS = tuple(Salt(bytes([number]) * 16, 10) for number in range(3))

_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
_RULES = st.sampled_from(["generic-password", "github-token", "kubernetes.secret", "a", 'My own: "rule" é'])
# Few values, so that two sides often speak of the same secret.
_VALUES = st.integers(0, 7).map(lambda number: f"{number:032x}")
_PATHS = st.sampled_from(["", "", "src/**", "docs/a b.md", "ü/*.yml"])
_DATES = st.sampled_from(["", "2026-12-31", "2027-01-31", "2030-02-28"])


@st.composite
def keys(draw: st.DrawFn) -> Key:
    salt = draw(st.sampled_from(SALTS[:2]))
    return Key(draw(_RULES), Digest(salt.id, draw(st.sampled_from("fs")), draw(_VALUES)), draw(_PATHS))


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    return Entry(
        key=draw(keys()),
        decision=draw(st.sampled_from(DECISIONS)),
        owner=draw(st.one_of(st.just(""), _TEXT)),
        expires=draw(_DATES),
        reason=draw(_TEXT),
    )


def baselines(max_size: int = 12) -> st.SearchStrategy[Baseline]:
    """Whole baselines, as they would be read from a file."""
    return st.lists(entries(), max_size=max_size).map(lambda made: baseline_of(SALTS[:2], made))
