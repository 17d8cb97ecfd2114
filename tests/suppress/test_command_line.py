"""What a user sees of all this: the scanning commands in real repositories with files that silence."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.conftest import Repository, token

SILENCING = {
    ".gitleaks.toml": "[allowlist]\npaths = ['^src/']\n",
    ".gitleaksignore": "src/app.py:github-pat:1\n",
    ".secretsignore": "src/\n",
    ".gitguardian.yaml": "version: 2\nsecret:\n  ignored_paths: ['src/*']\n",
    ".secretlintignore": "src/\n",
}


@pytest.fixture
def silent(repo: Repository) -> Repository:
    """A repository with one secret that is neither committed nor marked."""
    repo.write("README", "readme")
    repo.commit()
    repo.write("src/app.py", f'token = "{token()}"\n')
    return repo


@pytest.mark.parametrize("name", SILENCING)
@pytest.mark.parametrize("command", [["scan", "."], ["staged"]])
def test_what_silences_in_the_repository_is_printed_and_can_be_ignored(
    silent: Repository, name: str, command: list[str]
) -> None:
    silent.write(name, SILENCING[name])
    silent.git("add", "-A")
    ran = silent.unsealed(*command)
    assert ran.code == 0, ran
    assert f"1 finding silenced by {name} in the repository" in ran.out + ran.err
    ran = silent.unsealed(*command, "--no-repo-config")
    assert ran.code == 1
    assert "silenced" not in ran.out + ran.err


@pytest.mark.parametrize("command", [["scan", "."], ["staged"]])
def test_marks_are_printed_and_can_be_ignored(silent: Repository, command: list[str]) -> None:
    silent.write("src/app.py", f'token = "{token()}"  # gitleaks:allow\n')
    silent.git("add", "-A")
    ran = silent.unsealed(*command)
    assert ran.code == 0
    assert "1 finding silenced by marks in comments" in ran.out + ran.err
    assert silent.unsealed(*command, "--no-repo-config").code == 1


def test_silenced_findings_stay_in_the_report_with_their_status(silent: Repository) -> None:
    silent.write(".secretsignore", "src/\n")
    document = json.loads(silent.unsealed("scan", ".", "-f", "json").out)
    (finding,) = document["findings"]
    assert finding["status"] == "allowed"
    sarif = json.loads(silent.unsealed("scan", ".", "-f", "sarif").out)
    (result,) = sarif["runs"][0]["results"]
    assert result["suppressions"][0]["kind"] == "external"
    assert ".secretsignore" in json.dumps(result["suppressions"])
    silent.write("src/app.py", f'token = "{token()}"  # unsealed:allow\n')
    silent.write(".secretsignore", "nothing\n")
    sarif = json.loads(silent.unsealed("scan", ".", "-f", "sarif").out)
    assert sarif["runs"][0]["results"][0]["suppressions"][0]["kind"] == "inSource"


def test_known_examples_of_the_repository_are_printed(silent: Repository) -> None:
    digest = hashlib.sha256(token().encode()).hexdigest()
    silent.write("own/known-examples.yml", f"known_examples:\n- {{sha256: {digest}, what: ours}}\n")
    silent.write(".unsealed.yml", "rules: [own]\n")
    silent.git("add", "-A")
    ran = silent.unsealed("staged")
    assert ran.code == 0
    assert "makes values mere information: the known examples of own/known-examples.yml" in ran.out + ran.err
    assert silent.unsealed("staged", "--no-repo-config").code == 1
    silent.write("own/known-examples.yml", "known_examples: [{sha256: x}]\n")
    ran = silent.unsealed("staged")
    assert (ran.code, ran.err.count("\n")) == (2, 1)


OWN_RULE = "[[rules]]\nid = 'own'\nregex = 'own_[0-9a-f]{20}'\nkeywords = ['own_']\n"
OWN_VALUE = "own_" + "3f9c1" * 4


@pytest.mark.parametrize("variable", ["GITLEAKS_CONFIG", "GITLEAKS_CONFIG_TOML"])
def test_rules_and_allowlists_of_gitleaks_variables_count(silent: Repository, variable: str) -> None:
    silent.write("own.txt", f"{OWN_VALUE}\n")
    # gitleaks does not read the repository's file beside a variable.
    silent.write(".gitleaks.toml", "[allowlist]\npaths = ['own']\n")
    silent.git("add", "-A")
    config = f"[extend]\ndisabledRules = ['x']\n{OWN_RULE}[allowlist]\nregexes = ['{token()}']\n"
    given = config if variable.endswith("TOML") else str(silent.write("team.conf", config))
    ran = silent.unsealed("staged", "-f", "json", environment={variable: given})
    assert {(one["rule"], one["status"]) for one in json.loads(ran.out)["findings"]} == {
        ("own", "new"), ("github-personal-access-token", "allowed"),
    }  # fmt: skip
    assert f"{variable} switches off x" in ran.out + ran.err
    assert silent.unsealed("staged", "--no-repo-config", environment={variable: given}).code == 1
    cached = Path(silent.environment["UNSEALED_CACHE_DIR"], "unsealed").glob("gitleaks-*.toml")
    kept = [path.read_text() for path in cached]
    assert any("own_[0-9a-f]" in text for text in kept)
    assert not any(token() in text for text in kept)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"GITLEAKS_CONFIG": "/nowhere.toml"}, "GITLEAKS_CONFIG: /nowhere.toml is not there"),
        ({"GITLEAKS_CONFIG_TOML": "[["}, "GITLEAKS_CONFIG_TOML: not valid TOML"),
    ],
)
def test_a_variable_that_cannot_be_used_is_one_line(silent: Repository, given: dict[str, str], told: str) -> None:
    silent.git("add", "-A")
    ran = silent.unsealed("staged", environment=given)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert told in ran.err


@pytest.mark.parametrize("folder", ["", "src"])
def test_paths_are_judged_from_the_top_of_the_repository(silent: Repository, folder: str) -> None:
    silent.write(".secretsignore", "/src/app.py\n")
    where = silent.path / folder
    assert silent.unsealed("scan", str(silent.path / "src")).code == 0
    inside = Repository(where, silent.environment)
    assert inside.unsealed("scan", ".").code == 0


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "the file is empty"),
        ("unsealed-baseline 2\n", "a newer unsealed"),
        ("unsealed-baseline 1\nsalt = " + "0" * 32 + " 12 00000000\n", "changed by hand"),
        ("unsealed-baseline 1\n<<<<<<< HEAD\n", "unfinished merge"),
        ('{"what": "is this"}', "not a baseline"),
    ],
)
def test_a_baseline_that_cannot_be_read_is_one_line_and_code_2(
    silent: Repository, content: str, complaint: str
) -> None:
    silent.write(".unsealed.baseline", content)
    silent.git("add", "src")
    for command in (["scan", "src"], ["staged"]):
        ran = silent.unsealed(*command)
        assert ran.code == 2
        assert ran.err.count("\n") == 1
        assert ran.err.startswith("unsealed: .unsealed.baseline: ")
        assert complaint in ran.err
    assert (silent.path / ".unsealed.baseline").read_text() == content


def test_a_given_baseline_that_is_not_there_is_code_2(silent: Repository) -> None:
    ran = silent.unsealed("scan", ".", "--baseline", "nowhere")
    assert (ran.code, ran.err) == (2, "unsealed: nowhere: no such baseline\n")


def test_a_foreign_baseline_under_our_name_is_an_error_and_a_folder_is_one_too(repo: Repository) -> None:
    repo.write("a.py", f'key = "{token()}"\n')
    repo.write(".unsealed.baseline", '{"results": {}, "plugins_used": [], "version": "1.5.0"}')
    ran = repo.unsealed("scan", ".")
    assert (ran.code, ran.out) == (2, "")
    assert ".unsealed.baseline: not a baseline of unsealed" in ran.err
    (repo.path / ".unsealed.baseline").unlink()
    (repo.path / ".unsealed.baseline").mkdir()
    ran = repo.unsealed("scan", "a.py")
    assert (ran.code, ran.err) == (2, "unsealed: .unsealed.baseline: Is a directory\n")
