"""gitleaks' configuration, read as its users wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.engine.engine import Engine
from scanner.engine.prefilter import Prefilter
from scanner.model.errors import ConfigError
from scanner.model.text import Text
from scanner.ruleset.compiled import compile_rules
from scanner.ruleset.gitleaks import Foreign, read_gitleaks


def read(tmp_path: Path, text: str) -> Foreign:
    path = tmp_path / ".gitleaks.toml"
    path.write_text(text)
    return read_gitleaks(path)


def found(foreign: Foreign, text: str, path: str = "a.txt") -> list[bytes]:
    compiled = compile_rules(foreign.rules, {})
    engine = Engine(compiled, Prefilter.compile(compiled.expressions, ()), now=0)
    data = text.encode()
    return [match.secret.reveal() for match in engine.match(Text.named(data, path), engine.prefilter(data))]


def test_secret_group_and_first_group(tmp_path: Path) -> None:
    foreign = read(
        tmp_path,
        """
[[rules]]
id = "two"
description = "Second group"
regex = '''(acme)-(?i)([a-z0-9]{8})'''
secretGroup = 2
[[rules]]
id = "either"
regex = '''left=(\\d{6})|right=(\\d{6})'''
""",
    )
    assert found(foreign, "x acme-AB12cd34 y") == [b"AB12cd34"]
    assert found(foreign, "left=123456\nright=654321") == [b"123456", b"654321"]


def test_entropy_and_path(tmp_path: Path) -> None:
    foreign = read(tmp_path, "[[rules]]\nid = 'e'\nregex = '''key=(\\w{12})'''\nentropy = 3.0\npath = '''\\.conf$'''\n")
    assert found(foreign, "key=aaaaaaaaaaab", "x.conf") == []
    assert found(foreign, "key=abcdefghijkl", "x.conf") == [b"abcdefghijkl"]
    assert found(foreign, "key=abcdefghijkl", "x.py") == []


def test_required_parts(tmp_path: Path) -> None:
    foreign = read(
        tmp_path,
        """
[[rules]]
id = "secret"
regex = '''sec_([a-z]{8})'''
[[rules.required]]
id = "ident"
withinLines = 2
[[rules]]
id = "ident"
regex = '''ident_\\d{4}'''
""",
    )
    text = "sec_abcdefgh\n\nident_1234\n" + "\n" * 9 + "sec_zzzzzzzz\n"
    assert b"abcdefgh" in found(foreign, text)
    assert b"zzzzzzzz" not in found(foreign, text)


def test_what_is_extended_and_not_there_is_named(tmp_path: Path) -> None:
    foreign = read(tmp_path, "[extend]\npath='node_modules/shared/gitleaks.toml'\n")
    assert foreign.notes == (
        ".gitleaks.toml: extend.path node_modules/shared/gitleaks.toml is not there: nothing in it counts",
    )


def test_extend_and_disabled(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("[[rules]]\nid='base'\nregex='base-\\d{4}'\n")
    foreign = read(tmp_path, "[extend]\npath='base.toml'\ndisabledRules=['generic-api-key']\n")
    assert [source.rule.id for source in foreign.rules] == ["base"]
    assert foreign.disabled == ("generic-api-key",)


def test_a_path_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="outside"):
        read(tmp_path, "[extend]\npath='../../etc/x.toml'\n")


def test_what_cannot_be_carried_over_is_named(tmp_path: Path) -> None:
    foreign = read(tmp_path, "[[rules]]\nid='u'\nregex='(?U)a+'\n[[rules]]\nid='p'\n[extend]\nurl='u'\n")
    assert foreign.rules == ()
    assert len(foreign.notes) == 3


@pytest.mark.parametrize("text", ["[[rules]\n", "rules = 3\n", "[[rules]]\nregex='a'\n"])
def test_malformed(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"gitleaks\.toml"):
        read(tmp_path, text)
