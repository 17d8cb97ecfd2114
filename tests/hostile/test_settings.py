"""What a repository says of itself, written by somebody who means harm: one line and no hang, whatever it is."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

import pytest

from scanner.config.settings import read_settings
from scanner.model.errors import ConfigError
from scanner.model.regular import read_regular
from scanner.ruleset.gitleaks import read_gitleaks
from scanner.ruleset.loader import read_rule_file
from scanner.suppress.globs import IgnoreList, glob_expression
from scanner.suppress.memo import FILE_NAME, _Disk, git_folder
from scanner.suppress.small_files import parse_gitguardian
from tests.conftest import Repository, token

BOMB = b"a: &a0 [x,x]\n" + b"".join(
    b"b%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 40)
)
# Found by bench/fuzz.py, or by reading after it had shown the way.
YAML = {
    "a tag that makes objects": b"!!python/object/apply:os.system [id]\n",
    "an unknown tag": b"- id: !acme-token\n",
    "a word that is no truth": b"- id: !!bool perhaps\n",
    "month 99": b"- id: 2001-99-99\n",
    "no number": b"- id: !!float x\n",
    "a number without digits": b"- id: !!int 0b_\n",
    "a list as a key": b"- {id: a, ? [b] : c}\n",
    "brackets": b"- x: " + b"[" * 30_000,
    "an alias bomb": b"- id: a\n  severity: &b [*b]\n" + BOMB.replace(b"\n", b"\n  "),
    "no UTF-8": b"- id: \xff\n",
}  # fmt: skip
TOML = {
    "brackets": b"a = " + b"[" * 5000,
    "entropy that is no number": b"rules=[{id='a',regex='a',entropy='z'}]",
    "a number of required rules": b"rules=[{id='a',regex='a',required=3}]",
    "a required rule that is a number": b"rules=[{id='a',regex='a',required=[3]}]",
    "a distance that is a word": b"rules=[{id='a',regex='a',required=[{id='a',withinLines='x'}]}]",
    "rules that are off by number": b"[extend]\ndisabledRules=3\n",
    "a file elsewhere": b"[extend]\npath='/etc/passwd'\n",
    "a file above": b"[extend]\npath='../x.toml'\n",
}


@pytest.mark.parametrize("data", YAML.values(), ids=YAML)
def test_hostile_yaml_is_one_line(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_bytes(data)
    for read in (
        lambda: list(read_rule_file(path)),
        lambda: read_settings(path),
        lambda: parse_gitguardian(data, "a.yml"),
    ):
        with pytest.raises(ConfigError) as told:
            read()
        assert "\n" not in str(told.value) and len(str(told.value)) < 500


@pytest.mark.parametrize("data", TOML.values(), ids=TOML)
def test_hostile_toml_is_one_line(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / ".gitleaks.toml"
    path.write_bytes(data)
    with pytest.raises(ConfigError) as told:
        read_gitleaks(path)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 25 + "b", "a" * 3000), ("**/a/" * 20 + "b", "a/" * 1000), ("**/a*b/" * 20 + "c", "axb/" * 1000),
        ("a**" * 25 + "c", "a" * 3000),
    ],
    ids=["stars", "folders", "both", "pairs of stars"],
)  # fmt: skip
def test_a_pattern_of_paths_cannot_hang(pattern: str, path: str) -> None:
    started = time.process_time()
    assert not re.search(glob_expression(pattern), path)
    assert time.process_time() - started < 1


def test_a_range_from_behind_fits_nothing() -> None:
    assert not IgnoreList(["[z-a]", "[secre-]x"]).fitting("ax")
    assert IgnoreList(["[z-a]", "[a-c]x"]).fitting("bx")


@pytest.mark.parametrize("key", ["rules", "baseline"])
def test_settings_lead_nowhere_else(repo: Repository, key: str, tmp_path: Path) -> None:
    (tmp_path / "outside.yml").write_text("- id: a\n")
    (repo.path / "link.yml").symlink_to(tmp_path / "outside.yml")
    repo.write(".unsealed.yml", f'{key}: {"" if key == "baseline" else "- "}"a\\0b"\n'.replace(": - ", ":\n- "))
    ran = repo.unsealed("scan", ".")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "no name of a file" in ran.err
    for name in ("../outside.yml", str(tmp_path / "outside.yml"), "link.yml"):
        repo.write(".unsealed.yml", f"{key}: {name if key == 'baseline' else [name]}\n")
        ran = repo.unsealed("scan", ".")
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert "outside the configuration's folder" in ran.err


def test_code_in_settings_does_not_run(repo: Repository) -> None:
    repo.write(".unsealed.yml", "disable: !!python/object/apply:os.system ['touch ran']\n")
    ran = repo.unsealed("scan", ".")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert not (repo.path / "ran").exists()


def test_what_a_repository_silences_is_said_and_can_be_refused(repo: Repository) -> None:
    repo.write("a.py", f'key = "{token()}"\n')
    repo.write("b.py", "x = 1\n")
    repo.write(".unsealed.yml", "exclude: ['a*']\n")
    quiet = repo.unsealed("scan", ".")
    assert quiet.code == 0 and ".unsealed.yml leaves out" in quiet.out + quiet.err
    assert repo.unsealed("scan", ".", "--no-repo-config").code == 1


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices")
@pytest.mark.parametrize("name", [".git", "pyproject.toml", ".gitleaks.toml", ".gitleaksignore", ".unsealed.baseline"])
def test_configuration_that_never_ends_is_not_read(repo: Repository, name: str) -> None:
    folder = repo.path / "inner" if name == ".git" else repo.path
    repo = Repository(folder, repo.environment)
    repo.write("a.py", f'key = "{token()}"\n')
    for lead in ("pipe", "zeros"):
        if lead == "pipe":
            os.mkfifo(folder / name)
        else:
            (folder / name).symlink_to("/dev/zero")
        ran = repo.unsealed("scan", ".")
        # Found, or told what cannot be read: never clean, never without end.
        assert ran.code == 1 or (ran.code == 2 and name in ran.err and ran.err.count("\n") == 1), (lead, ran.err)
        (folder / name).unlink()


@pytest.mark.skipif(sys.platform == "win32", reason="pipes")
def test_what_is_no_file_or_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(10 << 30)
    (tmp_path / "link").symlink_to("file")
    assert read_regular(tmp_path / "file", 3) == read_regular(tmp_path / "link") == b"abc"
    for name, limit, follow in (("pipe", 3, True), ("sparse", 1 << 20, True), ("file", 2, True), ("link", 3, False)):
        with pytest.raises(OSError, match=r"file|bytes|link"):
            read_regular(tmp_path / name, limit, follow=follow)


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links")
def test_nothing_is_written_where_a_repository_points(tmp_path: Path) -> None:
    target, hidden = tmp_path / "elsewhere", tmp_path / "fake"
    target.mkdir()
    hidden.mkdir()
    (hidden / "commondir").write_text(f"{target}\n")
    work = tmp_path / "work"
    work.mkdir()
    (work / ".git").write_text("gitdir: ../fake\n")
    assert git_folder(str(work)) == ""
    (work / ".git").unlink()
    (work / ".git").symlink_to(target)
    assert git_folder(str(work)) == ""
    # A git folder whose own file of ours leads elsewhere.
    (target / "HEAD").write_text("ref: refs/heads/main\n")
    (target / "objects").mkdir()
    assert git_folder(str(work)) == str(work / ".git")
    victim = tmp_path / "victim"
    victim.write_bytes(bytes(100))
    (target / FILE_NAME).symlink_to(victim)
    disk = _Disk(str(target / FILE_NAME))
    disk.put(b"message", bytes(16))
    assert victim.read_bytes() == bytes(100)
    assert disk.get(b"message") is None


def test_patterns_by_the_hundred_thousand_are_refused(tmp_path: Path) -> None:
    settings = tmp_path / ".unsealed.yml"
    settings.write_text("exclude: [" + ", ".join(f"a{number}" for number in range(10_001)) + "]\n")
    with pytest.raises(ConfigError, match="more than 10,000 patterns"):
        read_settings(settings)
    settings.write_text("exclude: [" + "x" * 5_000_000 + "]\n")
    with pytest.raises(ConfigError, match="has more than"):
        read_settings(settings)
