"""The file: lossless, stable, and never taken for something that it is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model.errors import ConfigError
from scanner.suppress.baseline import BaselineSource
from scanner.suppress.baseline_file import Baseline, baseline_of, parse_baseline, read_baseline
from scanner.suppress.digest import Digest, Salt
from scanner.suppress.entry import Entry, Key
from scanner.suppress.store import write_whole
from tests.suppress.cases import case_of
from tests.suppress.strategies import SALTS, baselines

SALT = SALTS[0]
KEY = Key("generic-password", Digest(SALT.id, "s", "0" * 32))
ENTRY = Entry(key=KEY, decision="false", owner="alice", reason="a test", expires="2027-01-31")
WHOLE = baseline_of([SALT], [ENTRY]).render()


@given(baselines())
def test_writing_and_reading_loses_nothing(baseline: Baseline) -> None:
    again = parse_baseline(baseline.render(), "b")
    assert again.entries == baseline.entries
    assert again.render() == baseline.render()


@given(baselines())
def test_lines_are_sorted_and_one_an_entry(baseline: Baseline) -> None:
    lines = [line for line in baseline.render().decode().split("\n")[2:-1] if not line.startswith("salt = ")]
    assert len(lines) == len(baseline)
    assert lines == sorted(lines)


def test_an_entry_reads_like_this() -> None:
    digest = f"{SALT.id}.s.{'0' * 32}"
    line = f'generic-password {digest} decision=false owner=alice expires=2027-01-31 reason="a test"'
    assert ENTRY.render() == line
    assert WHOLE.decode().split("\n")[-2] == line


@pytest.mark.parametrize("rule", ["My own: rule (1)", "#1", "<<<<<<<", "salt", "é", 'say "no"', "a\nb", ""])
def test_a_rule_may_be_called_anything(rule: str) -> None:
    baseline = baseline_of([SALT], [replace(ENTRY, key=replace(KEY, rule=rule))])
    data = baseline.render()
    assert parse_baseline(data, "b").entries == baseline.entries
    assert list(BaselineSource.read(data, "b").entries()) == list(baseline)


def test_two_lines_about_one_thing_are_joined() -> None:
    """As they are left behind by a merge line by line: the date of one does not hide the other's."""
    other = replace(ENTRY, decision="real", expires="2026-12-31")
    data = WHOLE + other.render().encode() + b"\n"
    expected = replace(ENTRY, decision="real", expires="2026-12-31")
    assert list(parse_baseline(data, "b")) == [expected]
    assert list(BaselineSource.read(data, "b").entries()) == [expected]


@given(baselines(4), st.data())
def test_scans_and_commands_read_a_changed_file_alike(baseline: Baseline, data: st.DataObject) -> None:
    changed = baseline.render()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(changed)))
        cut = data.draw(st.integers(0, 3))
        put = data.draw(
            st.sampled_from([b"", b" ", b"\t", b"\n", b"\r\n", b"\x0c", b'"', b"\\", b"#", b"\xff", b"0", b"\xc2\xa0"])
        )
        changed = changed[:at] + put + changed[at + cut :]
    assert understood(lambda: parse_baseline(changed, "b")) == understood(lambda: scanned(changed))


def scanned(data: bytes) -> list[Entry]:
    """The entries as a scan sees them, after what it checks when the first finding asks."""
    source = BaselineSource.read(data, "b")
    case = case_of(b"p = 'hunter2horse'", b"hunter2horse")
    tuple(source.claims(case))
    return list(source.entries())


def understood(read: Callable[[], Iterable[Entry]]) -> set[Entry] | None:
    try:
        return set(read())
    except ConfigError:
        return None


def test_there_is_neither_time_nor_place_in_it() -> None:
    assert not re.search(rb"line|generated|20\d\d-\d\d-\d\dT", WHOLE.split(b"\n", 2)[2])


@pytest.mark.parametrize("change", [lambda b: b.replace(b"\n", b"\r\n"), lambda b: b"\xef\xbb\xbf" + b])
def test_what_editors_on_windows_do_is_understood(change: Callable[[bytes], bytes]) -> None:
    assert parse_baseline(change(WHOLE), "b").entries == {KEY: ENTRY}
    assert list(BaselineSource.read(change(WHOLE), "b").entries()) == [ENTRY]


def test_comments_are_kept() -> None:
    noted = WHOLE.replace(b"salt = ", b"# ask alice first\nsalt = ")
    assert b"\n# ask alice first\n" in parse_baseline(noted, "b").render()


def test_unused_salts_go_and_the_last_one_stays() -> None:
    two = baseline_of(SALTS[:2], [ENTRY]).render()
    assert two.count(b"salt = ") == 1
    assert baseline_of(SALTS[:2], []).render().count(b"salt = ") == 1


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda b: b"", "empty"),
        (lambda b: b"\n\n", "empty"),
        (lambda b: b'{"results": {}}', "not a baseline of unsealed"),
        (lambda b: b"PK\x03\x04" + b, "not a baseline of unsealed"),
        (lambda b: b.replace(b"baseline 1", b"baseline 2", 1), "a newer unsealed"),
        (lambda b: b[:-1], "cut off"),
        (lambda b: b[: len(b) // 2], "cut off"),
        (lambda b: b.replace(b"salt = ", b"<<<<<<< HEAD\nsalt = "), "unfinished merge"),
        (lambda b: b + b"=======\n", "unfinished merge"),
        (lambda b: b + b">>>>>>> branch\n", "unfinished merge"),
        (lambda b: re.sub(rb"salt = .*\n", b"", b), "salt"),
        (lambda b: re.sub(rb"salt = ....", b"salt = abcd", b), "changed by hand"),
        (lambda b: b + b"what is this\n", ":5: "),
        (lambda b: b.replace(b".s.0", b".s."), ":4: "),
        (lambda b: b.replace(b".s.", b".x."), ":4: "),
    ],
)
def test_what_is_no_whole_baseline_is_an_error_and_never_empty(
    change: Callable[[bytes], bytes], complaint: str
) -> None:
    damaged = change(WHOLE)
    with pytest.raises(ConfigError, match=complaint) as told:
        parse_baseline(damaged, "some/baseline")
    assert str(told.value).startswith("some/baseline:")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda b: b.replace(b"2027-01-31", b"2027-1-31"), "expires must be a date"),
        (lambda b: b.replace(b"decision=false", b"decision=maybe"), "decision must be"),
        (lambda b: b.replace(b"owner=", b"ownr="), "unexpected ownr="),
        (lambda b: b.replace(b'"a test"', b'"a test'), "key=value"),
        (lambda b: b.replace(b'"a test"', b'"a \\q"'), "quoted value"),
        (lambda b: b.replace(b"owner=alice", b"owner=alice owner=bob"), "unexpected owner="),
    ],
)
def test_a_damaged_entry_is_named_by_its_line(change: Callable[[bytes], bytes], complaint: str) -> None:
    with pytest.raises(ConfigError, match=f"^b:4: .*{complaint}"):
        parse_baseline(change(WHOLE), "b")


def test_entries_whose_salt_is_missing_are_an_error() -> None:
    other = baseline_of([SALTS[1]], []).render()
    orphaned = other + WHOLE.split(b"\n")[-2] + b"\n"
    with pytest.raises(ConfigError, match="salt of generic-password 00000000 is missing"):
        parse_baseline(orphaned, "b")
    with pytest.raises(ConfigError, match=f"salt {SALT.id} is missing"):
        scanned(orphaned)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / ".unsealed.baseline"
    path.write_bytes(WHOLE)
    path.chmod(0o600)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fdopen", full)
    with pytest.raises(ConfigError, match="No space left"):
        write_whole(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == WHOLE
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(WHOLE)
    (tmp_path / "link").symlink_to("real")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing here: No such file"):
        read_baseline(tmp_path / "x", "nothing here")


def test_ten_thousand_entries_are_one_salt_line_apart(tmp_path: Path) -> None:
    salt = Salt.fresh()
    many = [Entry(key=Key("r", Digest(salt.id, "f", f"{number:032x}"))) for number in range(10_000)]
    data = baseline_of([salt], many).render()
    assert data.count(b"\n") == 10_003
    assert parse_baseline(data, "b").render() == data
