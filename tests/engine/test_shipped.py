"""Rules that were compiled where the package was built are used instead of compiling, and only where they are the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.engine import cache, shipped
from tests.engine.test_cache import RULE


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Shipped rules that were compiled; what was compiled again since is listed in ``made``."""
    monkeypatch.setenv("UNSEALED_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "a.yml").write_text(RULE.format(id="acme"))
    monkeypatch.setattr(shipped, "rules_folder", lambda: str(folder))
    shipped.keep(cache.made([str(folder)], cache.NO_TRIGGERS), [])
    return folder


@pytest.fixture
def made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    found: list[list[str]] = []
    make = cache.made

    def making(folders: list[str], triggers: cache.Triggers) -> cache.Loaded:
        found.append(folders)
        return make(folders, triggers)

    monkeypatch.setattr(cache, "made", making)
    return found


def names(*folders: Path) -> list[str]:
    loaded = cache.load([str(folder) for folder in folders])
    assert [hit.entry for hit in loaded.prefilter.hits(b"acme_" + b"x" * 20)] == list(range(len(folders)))
    return [rule.id for rule in loaded.rules]


def test_the_first_run_compiles_nothing(folder: Path, made: list[list[str]]) -> None:
    assert names(folder) == ["acme"]
    (folder / "shipped.compiled").unlink()
    assert names(folder) == ["acme"]  # it was kept for the next one
    assert made == []


def test_they_may_lie_anywhere(folder: Path, made: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    moved = folder.parent / "site-packages"
    shutil.copytree(folder, moved)
    monkeypatch.setattr(shipped, "rules_folder", lambda: str(moved))
    assert names(moved) == ["acme"]
    assert made == []


def test_a_changed_rule_is_seen(folder: Path, made: list[list[str]]) -> None:
    (folder / "a.yml").write_text(RULE.format(id="ACME".lower()[::-1]))
    assert names(folder) == ["emca"]
    assert made == [[str(folder)]]


def test_a_changed_module_is_seen(folder: Path, made: list[list[str]]) -> None:
    code = folder.parent / "code"
    code.mkdir()
    (code / "one.py").write_text("")
    cache.load([str(folder)], code=[str(code)])
    assert made == [[str(folder)]]


@pytest.mark.parametrize("damage", [lambda b: b[:-7], lambda b: b[:-9] + b"X" + b[-8:], lambda _: b""])
def test_what_is_damaged_is_made_again(folder: Path, made: list[list[str]], damage: Callable[[bytes], bytes]) -> None:
    path = folder / "shipped.compiled"
    path.write_bytes(damage(path.read_bytes()))
    assert names(folder) == ["acme"]
    assert len(made) == 1


def test_rules_of_users_are_compiled_with_them(folder: Path, made: list[list[str]]) -> None:
    own = folder.parent / "own"
    own.mkdir()
    (own / "b.yml").write_text(RULE.format(id="own"))
    assert names(folder, own) == ["acme", "own"]
    assert len(made) == 1


def test_no_database_is_read_from_a_folder_of_others(folder: Path, made: list[list[str]]) -> None:
    other = folder.parent / "other"
    shutil.copytree(folder, other)
    assert names(other) == ["acme"]
    assert made == [[str(other)]]


def test_without_a_cache_no_run_takes_seconds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_unkept", [])
    home = folder.parent / "cache" / "unsealed"
    home.mkdir(parents=True)
    home.chmod(0o777)  # others could put rules of theirs there
    assert names(folder) == ["acme"]
    assert cache.unkept() == ""
