"""What ``re`` compiled before is what it would compile now, and nothing that was scanned is among it."""

from __future__ import annotations

import re
from pathlib import Path
from re import _compiler  # type: ignore[attr-defined]
from typing import Any

import pytest

from scanner.engine import patterns
from scanner.engine.patterns import Patterns

SOME: list[tuple[str | bytes, int]] = [
    (rb"(?P<key>[a-z_]{1,40}+)\s*=\s*(?P<value>\S+)(?<!x)", 0),
    (r"(?x) a  # remark" "\n" r" (?P<été>[^\W\d_]+) (?:b|c)*? (?P=été)", 0),
    (rb"[\x80-\xff]{2,}|pass(?:word)?", int(re.IGNORECASE | re.DOTALL)),
    ("[ \u2028-\u2fff\U0001f600]|\udc80", int(re.MULTILINE)),
    ("", 0),
]


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "some.expressions")


@pytest.fixture
def kept(path: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where this process keeps what it compiles."""
    monkeypatch.setattr(patterns, "_path", lambda: path)
    monkeypatch.setattr(_compiler, "compile", _compiler.compile)
    patterns.keep()
    return path


def run(code: str, **names: Any) -> dict[str, Any]:
    """``code`` as a module; what it defines."""
    re.purge()
    space = {"__name__": "example", "re": re, **names}
    exec(compile(code, "example.py", "exec"), space)
    return space


def test_what_is_read_back_is_what_was_compiled(path: str) -> None:
    first = Patterns(path)
    made = [first.make(pattern, flags) for pattern, flags in SOME]
    again = Patterns(path)
    for (pattern, flags), one in zip(SOME, made, strict=True):
        stored = again.get(pattern, flags)
        # Patterns are equal where their code is.
        assert stored == one == re.compile(pattern, flags)
        assert (stored.groupindex, stored.flags) == (one.groupindex, one.flags)


def test_flags_and_the_kind_of_text_make_another_expression(path: str) -> None:
    Patterns(path).make(b"acme", int(re.IGNORECASE))
    again = Patterns(path)
    assert again.get(b"acme", int(re.IGNORECASE)) and not again.get(b"acme", 0)
    assert not again.get("acme", int(re.IGNORECASE))


def test_a_module_s_expressions_are_kept(kept: str) -> None:
    run("EXPRESSION = re.compile('acme_[0-9]+')\nclass Named:\n    PART = re.compile(b'other_[0-9]+')")
    stored = Patterns(kept)
    assert stored.get("acme_[0-9]+", 0) and stored.get(b"other_[0-9]+", 0)
    again = run("EXPRESSION = re.compile('acme_[0-9]+')")["EXPRESSION"]
    assert again.search("acme_17").group() == "acme_17"


def test_what_a_function_compiles_is_not_kept(kept: str) -> None:
    found = run("def search(text):\n    return re.compile(text).search('the scanned value')")["search"]
    assert found("scanned va.ue")
    assert re.search("another sc.nned", "another scanned")
    assert not Path(kept).exists()


def test_what_is_damaged_is_compiled_anew(path: str) -> None:
    for pattern, flags in SOME:
        Patterns(path).make(pattern, flags)
    whole = Path(path).read_bytes()
    for at in range(0, len(whole), 7):
        Path(path).write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        torn = Patterns(path)
        assert all(torn.get(*one) in (None, re.compile(*one)) for one in SOME)
        # What cannot be followed to its end is left, and what else it held is compiled once more.
        for _ in range(2):
            mended = Patterns(path)
            assert all(mended.get(*one) or mended.make(*one) for one in SOME)
        again = Patterns(path)
        assert all(again.get(*one) == re.compile(*one) for one in SOME)


def test_an_expression_that_is_wrong_is_told_as_always(kept: str) -> None:
    with pytest.raises(re.error, match="unterminated"):
        run("EXPRESSION = re.compile('[a')")
    assert not Path(kept).exists()


def test_a_full_file_begins_anew(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_MOST", 400)
    for number in range(20):
        Patterns(path).make(f"acme_{number}", 0)
        assert not Path(path).exists() or Path(path).stat().st_size < 1000
    assert Patterns(path).get("acme_0", 0) is None
