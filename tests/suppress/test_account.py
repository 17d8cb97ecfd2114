"""What the summary says: who silenced how much, what has expired, what is stale."""

from __future__ import annotations

from scanner.model.secret import Secret
from scanner.suppress import Loaded, Tally, closing_notes, load
from scanner.suppress.baseline_file import baseline_of
from scanner.suppress.case import Case
from scanner.suppress.digest import Salt
from scanner.suppress.entry import Entry, Key
from tests.suppress.cases import TODAY, case_of, verdict_of

SALT = Salt(b"s" * 16, 10)
RULE = "generic-password"


def entry(secret: bytes, *, expires: str = "") -> Entry:
    return Entry(key=Key(RULE, SALT.digest("generic", Secret(secret))), expires=expires)


def case(secret: bytes, mark: bytes = b"") -> Case:
    return case_of(b"p = '" + secret + b"'" + mark, secret)


def tally_of(loaded: Loaded, *cases: Case) -> Tally:
    tally = Tally()
    for one in cases:
        tally.add(verdict_of(loaded.suppressor, one))
    return tally


def test_every_file_that_silenced_something_is_listed() -> None:
    files = {
        ".unsealed.baseline": baseline_of([SALT], [entry(b"one"), entry(b"two")]).render(),
        ".gitleaks.toml": b"[allowlist]\nstopwords = ['three']",
        ".secretsignore": b"nothing.txt",
    }
    loaded = load(files.get, today=TODAY)
    tally = tally_of(
        loaded, case(b"one"), case(b"two"), case(b"three"), case(b"four", b" # unsealed:allow"), case(b"five")
    )
    assert closing_notes(loaded, tally) == (
        "1 finding silenced by .gitleaks.toml in the repository",
        "2 findings silenced by .unsealed.baseline in the repository",
        "1 finding silenced by marks in comments of the scanned text",
    )


def test_without_the_repositorys_configuration_nothing_of_it_silences() -> None:
    files = {
        ".unsealed.baseline": baseline_of([SALT], [entry(b"one")]).render(),
        ".gitleaks.toml": b"not even TOML",
        ".secretsignore": b"*",
    }
    loaded = load(files.get, today=TODAY, repo_config=False)
    for one in (case(b"one"), case(b"two", b" # unsealed:allow")):
        assert verdict_of(loaded.suppressor, one) is None
    assert closing_notes(loaded, Tally()) == ()


def test_stale_entries_are_named_after_a_complete_scan_only() -> None:
    files = {".unsealed.baseline": baseline_of([SALT], [entry(b"one"), entry(b"gone")]).render()}
    loaded = load(files.get, today=TODAY)
    tally = tally_of(loaded, case(b"one"))
    assert not [note for note in closing_notes(loaded, tally) if "not found any more" in note]
    (note,) = [note for note in closing_notes(loaded, tally, complete=True) if "not found any more" in note]
    gone = entry(b"gone").shown
    assert note == f".unsealed.baseline: 1 entry not found any more (unsealed baseline prune): {gone}"


def test_expired_entries_are_named_in_every_summary() -> None:
    old = [entry(str(number).encode(), expires="2026-01-01") for number in range(7)]
    loaded = load({".unsealed.baseline": baseline_of([SALT], [*old, entry(b"one")]).render()}.get, today=TODAY)
    (note,) = closing_notes(loaded, Tally())
    assert note.startswith(".unsealed.baseline: 7 entries expired: generic-password ")
    assert note.endswith(" and 2 more")
    assert "until 2026-01-01" in note
    (note,) = closing_notes(loaded, tally_of(loaded, case(b"one")), complete=True)[1:]
    assert "expired" in note


def test_what_workers_counted_is_added_up() -> None:
    loaded = load({".unsealed.baseline": baseline_of([SALT], [entry(b"one")]).render()}.get, today=TODAY)
    whole = tally_of(loaded, case(b"one"))
    whole.update(tally_of(loaded, case(b"one")))
    assert whole.silenced == {".unsealed.baseline": 2}


def test_one_secret_in_several_places_is_one_finding() -> None:
    loaded = load({".unsealed.baseline": baseline_of([SALT], [entry(b"one")]).render()}.get, today=TODAY)
    verdict = verdict_of(loaded.suppressor, case(b"one"))
    tally, other = Tally(), Tally()
    for fingerprint in ("a", "a", "b"):
        tally.add(verdict, fingerprint)
    other.add(verdict, "a")
    tally.update(other)
    assert tally.silenced == {".unsealed.baseline": 2}
