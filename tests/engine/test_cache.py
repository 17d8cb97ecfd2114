"""The cache of compiled rules is believed only when it is whole and ours."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from scanner.engine import cache
from scanner.model.errors import ConfigError

RULE = """
- id: {id}
  title: Acme
  description: A token.
  severity: high
  pattern: '(?P<secret>acme_[0-9a-z]{{20}})'
"""


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNSEALED_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "a.yml").write_text(RULE.format(id="acme"))
    return folder


def stored(rules: Path) -> Path:
    (found,) = (rules.parent / "cache" / "unsealed").glob("*.rules")
    return found


def names(rules: Path) -> list[str]:
    loaded = cache.load([str(rules)], lambda: cache.Triggers(((b"trigger", 7),), (("name", 7),)))
    prefilter = loaded.prefilter
    assert loaded.triggers == cache.Triggers(((b"trigger", 7),), (("name", 7),))
    assert [hit.entry for hit in prefilter.hits(b"acme_" + b"x" * 20)] == [0]
    assert [hit.entry for hit in prefilter.hits(b"TRIGGER")] == [1]
    return [rule.id for rule in loaded.rules]


def test_warm_equals_cold(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert names(rules) == ["acme"]
    monkeypatch.setattr(cache, "made", None)  # a warm load compiles nothing
    assert names(rules) == ["acme"]


def test_a_changed_rule_is_seen(rules: Path) -> None:
    assert names(rules) == ["acme"]
    (rules / "a.yml").write_text(RULE.format(id="other"))
    assert names(rules) == ["other"]


def test_a_change_in_what_a_gitleaks_file_extends_is_seen(rules: Path) -> None:
    for name, inner in (("a", "b"), ("b", "c")):
        (rules / f"{name}.toml").write_text(f'[extend]\npath = "{inner}.toml"\n')
    for name in ("first", "other"):
        (rules / "c.toml").write_text(f'[[rules]]\nid = "{name}"\nregex = "acme_[0-9a-z]{{20}}"\n')
        assert [rule.id for rule in cache.load([str(rules / "a.toml")]).rules] == [name]


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-7], lambda b: b[:100] + b"X" + b[101:], lambda b: b"", lambda b: b"{}" * 50]
)
def test_a_torn_or_foreign_file_is_made_again(rules: Path, damage: object) -> None:
    names(rules)
    path = stored(rules)
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert names(rules) == ["acme"]
    assert names(rules) == ["acme"]


def test_another_rule_sets_file_under_our_name_is_not_believed(rules: Path) -> None:
    names(rules)
    first = stored(rules)
    content = first.read_bytes()
    first.unlink()
    (rules / "a.yml").write_text(RULE.format(id="other"))
    names(rules)
    stored(rules).write_bytes(content)
    assert names(rules) == ["other"]


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() == 0, reason="needs a folder that cannot be written")
def test_without_a_writable_folder_it_works(rules: Path) -> None:
    (rules.parent / "cache").mkdir(mode=0o500)
    assert names(rules) == ["acme"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_folder_others_can_write_is_not_used(rules: Path) -> None:
    folder = rules.parent / "cache" / "unsealed"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    assert names(rules) == ["acme"]
    assert list(folder.iterdir()) == []


def test_bad_rules_leave_nothing_behind(rules: Path) -> None:
    (rules / "a.yml").write_text("- id: acme\n  nonsense: 1\n")
    with pytest.raises(ConfigError, match=r"a\.yml:1: rule acme: unknown key 'nonsense'"):
        cache.load([str(rules)])
    assert not list((rules.parent / "cache").rglob("*.rules"))


def test_rules_that_cannot_be_kept_are_told_with_the_folder(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_unkept", [])
    names(rules)
    assert cache.unkept() == ""
    home = rules.parent / "shared" / "unsealed"
    home.mkdir(parents=True)
    home.chmod(0o777)  # others could put rules of theirs there
    monkeypatch.setenv("UNSEALED_CACHE_DIR", str(home.parent))
    names(rules)
    assert cache.unkept() == str(home)
    assert not list(home.iterdir())
