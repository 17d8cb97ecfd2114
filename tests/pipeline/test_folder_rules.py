"""Where paths count: they are those of the repository, from wherever its files are scanned and in sweeps as well.

A sweep scans objects, which do not know their folders.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import Repository, token
from tests.pipeline.histories import Commit, imported, swept

RULES = """
[[rules]]
id = "in-secrets"
regex = '''CODE-([0-9a-f]{12})'''
path = '''(?i)secrets'''

[[rules]]
id = "at-root"
regex = '''ROOT-([0-9a-f]{12})'''
path = '''^deploy'''

[[rules]]
id = "in-java"
regex = '''JAVA-([0-9a-f]{12})'''
path = '''^src/main/.*\\.java$'''

[[rules]]
id = "password-below-app"
regex = '''password = "([^"]{9})[^"]*"'''
path = '''app/'''

[[rules]]
id = "bare"
regex = '''[^\\s]{4}[^\\s]{4}'''
path = '''vaults/'''
"""
BODY = "0123ab9456ef"


@pytest.fixture
def rules(tmp_path: Path) -> str:
    path = tmp_path / "rules.toml"
    path.write_text(RULES)
    return str(path)


@pytest.fixture(autouse=True)
def inside_it(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo.path)


def found(repo: Repository, rules: str, command: str) -> set[tuple[str, str, int]]:
    report = swept(repo, *((".",) if command == "scan" else ()), "--config", rules, command=command)
    assert report.code in (0, 1)
    return {(one["rule"], one["path"], one["line"]) for one in report.findings} | {
        (one["rule"], place["path"], place["line"]) for one in report.findings for place in one["occurrences"]
    }


@pytest.mark.parametrize(
    ("rule", "text", "inside", "outside"),
    [
        ("in-secrets", f"x CODE-{BODY}\n", ["secrets/a.txt", "a/Secrets.d/b/c.txt", "secrets.txt"], ["a/b.txt"]),
        ("at-root", f"x ROOT-{BODY}\n", ["deploy/a/b.txt", "deploy.txt"], ["a/deploy/b.txt"]),
        ("in-java", f"x JAVA-{BODY}\n", ["src/main/a/b/C.java"], ["src/test/C.java", "src/main/c.txt"]),
    ],
)
def test_a_folder_counts(
    repo: Repository, rules: str, rule: str, text: str, inside: list[str], outside: list[str]
) -> None:
    first = dict.fromkeys((*inside, *outside), b"nothing yet\n")
    imported(repo, [Commit(first), Commit({path: text.encode() for path in first})])
    here = {(rule, path, 1) for path in inside}
    assert found(repo, rules, "history") == here
    repo.git("checkout", "-q", "--force", "main")
    assert found(repo, rules, "scan") == here


@pytest.mark.parametrize("where", [".", "deploy", "/"])
def test_paths_are_those_of_the_repository(
    repo: Repository, rules: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo.path / "deploy").mkdir()
    (repo.path / "deploy/a.txt").write_text(f"x ROOT-{BODY}\n")
    monkeypatch.chdir(repo.path / where)
    for target in (repo.path, repo.path / "deploy", repo.path / "deploy/a.txt"):
        for path in {str(target), os.path.relpath(target)}:
            report = swept(repo, path, "--config", rules, command="scan")
            assert [one["rule"] for one in report.findings] == ["at-root"], path


@pytest.mark.parametrize("where", [".", "deploy", ".."])
@pytest.mark.parametrize("pattern", ["deploy/**", "/deploy/", "/deploy/a.py"])
def test_so_are_those_that_are_left_out(
    repo: Repository, pattern: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo.path / "deploy").mkdir()
    (repo.path / "deploy/a.py").write_text(f'key = "{token()}"\n')
    (repo.path / ".unsealed.yml").write_text(f"exclude: ['{pattern}']\n")
    monkeypatch.chdir(repo.path / where)
    for target in (repo.path, repo.path / "deploy", repo.path / "deploy/a.py"):
        for path in {str(target), os.path.relpath(target)}:
            assert not swept(repo, path, command="scan").findings, path
    assert swept(repo, str(repo.path), "--no-repo-config", command="scan").findings


def test_what_such_a_rule_outdoes_elsewhere_is_not_lost(repo: Repository, rules: str) -> None:
    text = f'password = "k7#Qz!{token()[:20]}"\n'.encode()
    imported(repo, [Commit({"app/a.py": text, "lib/a.py": text})])
    repo.git("checkout", "-q", "--force", "main")
    scanned = found(repo, rules, "scan")
    assert len({rule for rule, _, _ in scanned}) == 2
    assert {path for _, path, _ in scanned} == {"app/a.py", "lib/a.py"}
    assert found(repo, rules, "history") == scanned


def test_a_rule_with_nothing_to_look_for(repo: Repository, rules: str) -> None:
    imported(repo, [Commit({"vaults/a.txt": b"kY7zqW2p\n", "a.txt": b"kY7zqW2p\n"})])
    repo.git("checkout", "-q", "--force", "main")
    scanned = found(repo, rules, "scan")
    assert scanned == {("bare", "vaults/a.txt", 1)}
    assert found(repo, rules, "history") == scanned
