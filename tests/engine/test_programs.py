"""Stored expressions are what was compiled, or are compiled anew."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import regex

from scanner.engine import programs, shelf
from scanner.engine.programs import Programs
from scanner.ruleset.loader import load_rules
from scanner.ruleset.location import rules_folder

EXPRESSION = rb"(?i)\b(?P<key>acme|other)[_-](?P<secret>[0-9a-f]{4,6}+)(?!x)"
TEXT = b"ACME_00ff1122 other-beefx other-beef"


def answers(pattern: regex.Pattern[bytes]) -> list[object]:
    return [(found.span(), found.groupdict()) for found in pattern.finditer(TEXT)]


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "some.programs")


def only_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    programs._library()

    def compile_(*_: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(regex, "compile", compile_)


def test_what_is_read_back_matches_the_same(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Programs(path).get(EXPRESSION, 0)
    only_stored(monkeypatch)
    again = Programs(path).get(EXPRESSION, 0)
    assert again.flags == made.flags and again.groupindex == made.groupindex
    assert answers(again) == answers(made) != []


def test_every_shipped_expression_can_be_stored(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expressions = [source.rule.pattern.encode() for source in load_rules([rules_folder()]) if source.rule.pattern][::9]
    store = Programs(path)
    for expression in expressions:
        store.get(expression, 0)
    only_stored(monkeypatch)
    store = Programs(path)
    assert all(store.get(expression, 0).pattern == expression for expression in expressions)


def test_characters_and_bytes_are_two_expressions(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expression = r"(?i)^[^/]*\.(?:ÉTÉ|conf)$"
    for _ in range(2):
        store = Programs(path)
        assert store.get(expression, 0).search("a.été") and not store.get(expression, 0).search("b/a.conf")
        assert store.get(expression.encode(), 0).search(b"a.CONF")
        only_stored(monkeypatch)


def test_flags_make_another_expression(path: str) -> None:
    for _ in range(2):
        assert Programs(path).get(b"acme", regex.IGNORECASE).search(TEXT)
        assert not Programs(path).get(b"acme", 0).search(TEXT)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-5],
        lambda data: data[:-5] + b"wrong",
        lambda data: data[:20] + b"?" + data[21:],
        lambda data: b"shf1" + b"\xff" * 200,
        lambda data: data + b"half a record",
        lambda data: b"",
    ],
)
@pytest.mark.parametrize("ending", ["", ".index"])
def test_a_damaged_file_does_no_harm_and_is_made_again(
    path: str, ending: str, damage: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Programs(path).get(EXPRESSION, 0)
    file = Path(path + ending)
    file.write_bytes(damage(file.read_bytes()))
    assert answers(Programs(path).get(EXPRESSION, 0)) == answers(made)
    Programs(path).get(b"another", 0)
    only_stored(monkeypatch)
    assert Programs(path).get(b"another", 0)


def test_an_expression_that_is_none_raises_as_the_library_does(path: str) -> None:
    with pytest.raises(regex.error):
        Programs(path).get(b"(", 0)


def test_without_a_folder_nothing_is_stored(tmp_path: Path) -> None:
    assert Programs("").get(EXPRESSION, 0).search(TEXT)
    assert Programs(str(tmp_path / "nowhere" / "some.programs")).get(EXPRESSION, 0).search(TEXT)


def test_a_full_file_begins_anew(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Expressions of releases that are gone would fill it for ever, and each run would compile its own again."""
    Programs(path).get(b"of an old release", 0)
    monkeypatch.setattr(shelf, "_MOST", Path(path).stat().st_size + 10)
    Programs(path).get(EXPRESSION, 0)
    assert not Path(path).exists() and not Path(path + ".index").exists()
    monkeypatch.undo()
    Programs(path).get(EXPRESSION, 0)
    only_stored(monkeypatch)
    assert answers(Programs(path).get(EXPRESSION, 0)) != []


ALONE = """
import sys
from scanner.engine.programs import Programs
store = Programs(sys.argv[1])
found = store.get(sys.argv[2].encode(), 0).search(sys.argv[3].encode())
print(found["secret"], "regex" in sys.modules)
try:
    store.get(b"(", 0)
except Exception as error:
    import regex
    print(type(error) is regex.error, type(found) is type(regex.search(b"a", b"a")))
"""


def test_what_is_stored_is_read_without_what_compiles(path: str) -> None:
    """And who asks for that later gets the same library."""

    def run() -> list[str]:
        command = [sys.executable, "-c", ALONE, path, EXPRESSION.decode(), TEXT.decode()]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()

    assert run() == ["b'00ff11' True", "True True"]
    assert run() == ["b'00ff11' False", "True True"]
