"""Our baseline while scanning: by secret, in every place, and cheap when nothing is found."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable

import pytest

from scanner.model.errors import ConfigError
from scanner.model.secret import Secret
from scanner.suppress import Suppressor
from scanner.suppress.baseline import BaselineSource
from scanner.suppress.baseline_file import baseline_of
from scanner.suppress.digest import Digest, Salt
from scanner.suppress.entry import Entry, Key
from scanner.suppress.memo import Memo
from tests.suppress.cases import TODAY, case_of, status_of, verdict_of

SALT = Salt(b"s" * 16, 10)
RULE = "generic-password"
SECRET = b"hunter2horse"


def entry(secret: bytes = SECRET, *, rule: str = RULE, path: str = "", salt: Salt = SALT, expires: str = "") -> Entry:
    return Entry(key=Key(rule, salt.digest(rule.partition("-")[0], Secret(secret)), path), expires=expires)


def suppressor(*entries: Entry, salts: tuple[Salt, ...] = (SALT,)) -> Suppressor:
    data = baseline_of(salts, entries).render()
    return Suppressor((BaselineSource.read(data, ".unsealed.baseline"),), TODAY)


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (b"password = 'hunter2horse'", "app.py"),
        (b"\n\n\n  password='hunter2horse';  // moved and indented", "lib/other.js"),
        (b"DB=hunter2horse", ".env"),
    ],
)
def test_moving_renaming_and_reformatting_change_nothing(data: bytes, path: str) -> None:
    assert status_of(suppressor(entry()), case_of(data, SECRET, path=path)) == "baseline"


def test_another_secret_or_another_rule_is_new() -> None:
    known = suppressor(entry())
    assert status_of(known, case_of(b"p = 'hunter3horse'", b"hunter3horse")) == "new"
    assert status_of(known, case_of(b"p = 'hunter2horse'", SECRET, rule="basic-auth")) == "new"


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("src/", "src/a/b.py", "baseline"),
        ("src/**", "src/a/b.py", "baseline"),
        ("src/*.py", "src/a.py", "baseline"),
        ("src/*.py", "src/a/b.py", "new"),
        ("*.py", "src/a/b.py", "baseline"),
        ("/a.py", "src/a.py", "new"),
        ("**/fixtures/**", "src/fixtures/x", "baseline"),
        ("src/a.py", "src/a.py", "baseline"),
        ("src/a.py", "src/a.pyc", "new"),
        ("src/a+b (c).py", "src/a+b (c).py", "baseline"),
    ],
)
def test_an_entry_can_be_for_some_paths(pattern: str, path: str, expected: str) -> None:
    assert status_of(suppressor(entry(path=pattern)), case_of(b"p = 'hunter2horse'", SECRET, path=path)) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("generic-password", 1), ("generic-password-bare", 1), "baseline"),
        (("generic-password", 1), ("http-basic", 1), "baseline"),
        (("slack-token", 3), ("slack-bot-token", 3), "baseline"),
        (("slack-token", 3), ("github-token", 3), "new"),
        (("generic-password", 1), ("slack-token", 3), "new"),
        (("generic-password", 1), ("kubernetes-secret-value", 2), "new"),
    ],
)
def test_rules_of_one_family_know_each_others_secrets(
    one: tuple[str, int], other: tuple[str, int], expected: str
) -> None:
    rule, specific = one
    family = "generic" if specific == 1 else rule.partition("-")[0]
    made = Entry(key=Key(rule, SALT.digest(family, Secret(SECRET))))
    rule, specific = other
    assert status_of(suppressor(made), case_of(b"p = 'hunter2horse'", SECRET, rule=rule, specific=specific)) == expected


def test_two_versions_of_one_file_are_told_apart_by_a_shared_memory() -> None:
    memo, case = Memo(), case_of(b"p = 'hunter2horse'", SECRET)
    for made, expected in (
        ([entry()], "baseline"),
        ([entry(b"x"), entry(b"y")], "new"),
        ([entry(b"x"), entry()], "baseline"),
    ):
        source = BaselineSource.read(baseline_of([SALT], made).render(), "b", memo)
        assert status_of(Suppressor((source,), TODAY), case) == expected


def test_a_digest_in_a_reason_is_no_entry() -> None:
    other = entry(b"something else")
    made = Entry(key=other.key, reason=f"see {entry().key.digest.render()} above")
    assert status_of(suppressor(made), case_of(b"p = 'hunter2horse'", SECRET)) == "new"


def test_an_entry_for_some_paths_does_not_hide_another_for_all() -> None:
    known = suppressor(entry(path="tests/"), entry())
    assert status_of(known, case_of(b"p = 'hunter2horse'", SECRET, path="src/a.py")) == "baseline"


@pytest.mark.parametrize(
    ("expires", "expected"), [("2026-06-14", "new"), (TODAY, "baseline"), ("2026-06-16", "baseline")]
)
def test_an_entry_expires(expires: str, expected: str) -> None:
    verdict = verdict_of(suppressor(entry(expires=expires)), case_of(b"p = 'hunter2horse'", SECRET))
    assert verdict is not None
    assert verdict.status == expected
    assert expires in verdict.told


def test_two_salts_after_a_merge_both_count() -> None:
    other = Salt(b"t" * 16, 10)
    known = suppressor(entry(), entry(b"other horse", salt=other), salts=(SALT, other))
    assert status_of(known, case_of(b"p = 'hunter2horse'", SECRET)) == "baseline"
    assert status_of(known, case_of(b"p = 'other horse'", b"other horse")) == "baseline"


def test_it_travels_between_processes_without_a_raw_secret() -> None:
    known = suppressor(entry())
    case = case_of(b"p = 'hunter2horse'", SECRET)
    claims = known.claims(case.match, case.text)
    assert SECRET not in pickle.dumps(claims)
    sent = pickle.dumps(known)
    assert SECRET not in sent
    assert status_of(pickle.loads(sent), case) == "baseline"
    assert b"hunter2" not in repr(known).encode()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda data: data + b"what is this\n", "b:5: this line is no entry"),
        (lambda data: data.replace(b" decision=open", b" decision=maybe"), "decision must be"),
    ],
)
def test_a_damaged_line_is_told_when_a_finding_asks(change: Callable[[bytes], bytes], complaint: str) -> None:
    data = baseline_of([SALT], [entry()]).render()
    known = Suppressor((BaselineSource.read(change(data), "b"),), TODAY)
    case = case_of(b"p = 'hunter2horse'", SECRET)
    with pytest.raises(ConfigError, match=complaint):
        known.claims(case.match, case.text)


def many(number: int, kind: str = "s") -> bytes:
    made = [
        Entry(key=Key(f"rule-{n % 40}", Digest(SALT.id, kind, f"{n:032x}")), reason="why not") for n in range(number)
    ]
    return baseline_of([SALT], made).render()


def test_ten_thousand_entries_cost_a_clean_hook_nothing_to_speak_of() -> None:
    data = many(10_000)

    def seconds() -> float:
        started = time.perf_counter()
        BaselineSource.read(data, "b")
        return time.perf_counter() - started

    assert min(seconds() for _ in range(5)) < 0.02


def test_without_slow_entries_no_slow_digest_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Salt, "_slow", lambda *_: pytest.fail("computed a digest that no entry could have"))
    assert (
        status_of(Suppressor((BaselineSource.read(many(100, "f"), "b"),), TODAY), case_of(b"p='hunter2'", b"hunter2"))
        == "new"
    )


def test_one_secret_in_many_files_is_digested_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known = suppressor(entry())
    calls: list[Salt] = []
    slow = Salt._slow

    def counted(salt: Salt, message: bytes) -> str:
        calls.append(salt)
        return slow(salt, message)

    monkeypatch.setattr(Salt, "_slow", counted)
    for number in range(20):
        assert status_of(known, case_of(b"p = 'hunter2horse'", SECRET, path=f"{number}.py")) == "baseline"
    assert len(calls) == 1
