"""What a repository may say of its own scan, and that it cannot do so unseen."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Repository, token

OWN_RULE = """\
- id: acme
  title: Acme
  description: d
  severity: medium
  pattern: 'acme_(?P<secret>[a-z0-9]{12})'
"""


def scan(repo: Repository, *arguments: str) -> tuple[int, dict[str, Any]]:
    ran = repo.unsealed("scan", ".", "-f", "json", *arguments)
    assert ran.out, ran.err
    return ran.code, json.loads(ran.out)


def open_findings(report: dict[str, Any]) -> list[str]:
    return [item["rule"] for item in report["findings"] if item["status"] == "new"]


def test_a_rule_switched_off_is_said(repo: Repository) -> None:
    repo.write("a.py", f'key = "{token()}"\n')
    code, report = scan(repo)
    rules = open_findings(report)
    assert code == 1
    repo.write(".unsealed.yml", "disable: [" + ", ".join(rules) + "]\n")
    code, report = scan(repo)
    assert not set(open_findings(report)) & set(rules)
    assert any("switches off" in note for note in report["scan"]["notes"])
    code, report = scan(repo, "--no-repo-config")
    assert code == 1
    assert open_findings(report) == rules


def test_a_rule_that_is_none_is_said_to_be_none(repo: Repository) -> None:
    repo.write("a.py", "x = 1\n")
    repo.write("own.yml", OWN_RULE)
    repo.write(
        ".unsealed.yml", "disable: [nope, acme, jwt]\nseverities: {neither: info, acme: low}\nrules: [own.yml]\n"
    )
    notes = scan(repo)[1]["scan"]["notes"]
    assert [note for note in notes if "no rule: neither, nope (" in note]
    assert [note for note in notes if "switches off" in note] == [".unsealed.yml switches off acme, jwt"]
    assert not any("mere information" in note for note in notes)


def test_pyproject_works_as_well(repo: Repository) -> None:
    repo.write("dir/a.py", f'key = "{token()}"\n')
    repo.write("pyproject.toml", '[tool.unsealed]\nexclude = ["dir/"]\n')
    code, report = scan(repo)
    assert code == 0
    assert any("leaves out" in note for note in report["scan"]["notes"])


def test_a_foreign_pyproject_says_nothing(repo: Repository) -> None:
    repo.write("pyproject.toml", "[tool.other]\nx = 1\n")
    repo.write("a.txt", "hello\n")
    assert repo.unsealed("scan", ".").code == 0


def test_severities(repo: Repository) -> None:
    repo.write("a.py", f'key = "{token()}"\n')
    _, report = scan(repo)
    rule = open_findings(report)[0]
    repo.write(".unsealed.yml", f"severities: {{{rule}: low}}\n")
    _, report = scan(repo)
    assert [item["severity"] for item in report["findings"] if item["rule"] == rule] == ["low"]


def test_own_rules_in_the_repository(repo: Repository) -> None:
    repo.write("rules/acme.yml", OWN_RULE)
    repo.write(".unsealed.yml", "rules: [rules/acme.yml]\n")
    repo.write("a.txt", "acme_a1b2c3d4e5f6\n")
    _, report = scan(repo)
    assert "acme" in open_findings(report)


def test_gitleaks_configuration_is_found_and_followed(repo: Repository) -> None:
    repo.write(".gitleaks.toml", "[[rules]]\nid = 'acme'\ndescription = 'Acme'\nregex = '''acme_([a-z0-9]{12})'''\n")
    repo.write("a.txt", "acme_a1b2c3d4e5f6\n")
    _, report = scan(repo)
    assert "acme" in open_findings(report)


NAMED = """
[extend]
path = "shared/base.toml"
[[rules]]
id = "acme"
regex = '''acme_([a-z0-9]{12})'''
[[rules.allowlists]]
stopwords = ["sample"]
[[rules]]
id = "pair"
regex = '''pair-([0-9a-f]{16})'''
[[rules.required]]
id = "pair-id"
[[rules]]
id = "pair-id"
regex = '''pairid-[0-9]{6}'''
skipReport = true
[[allowlists]]
description = "documents"
paths = ['''^docs/''']
"""


@pytest.mark.parametrize("more", [(), ("--no-repo-config",)])
def test_gitleaks_configuration_that_is_named_is_followed_whole(repo: Repository, more: tuple[str, ...]) -> None:
    """Its allowlists too, in place of the repository's; what it extends lies where that tool was started."""
    repo.write("ci/leaks.toml", NAMED)
    repo.write(".gitleaks.toml", "[[allowlists]]\npaths = ['''^src/''']\n")
    repo.write("shared/base.toml", "[[rules]]\nid = 'base'\nregex = 'base_[a-z0-9]{12}'\n")
    for folder in ("docs", "src"):
        repo.write(f"{folder}/a.txt", "acme_a1b2c3d4e5f6\n")
    repo.write("src/b.txt", "acme_sample3d4e5f\nbase_a1b2c3d4e5f6\n")
    repo.write("src/c.txt", "pairid-123456 pair-0123456789abcdef\npairid-123457\n")
    _, report = scan(repo, "--config", "ci/leaks.toml", *more)
    told = sorted((one["rule"], one["path"], one["status"]) for one in report["findings"])
    assert told == [
        ("acme", "docs/a.txt", "allowed"),
        ("acme", "src/a.txt", "new"),
        ("acme", "src/b.txt", "allowed"),
        ("base", "src/b.txt", "new"),
        ("pair", "src/c.txt", "new"),
    ]
    assert "2 findings silenced by leaks.toml" in " ".join(report["scan"]["notes"])


def test_the_command_line_says_more_than_configuration(repo: Repository) -> None:
    repo.write("a.py", f'key = "{token()}"\n')
    rule = open_findings(scan(repo)[1])[0]
    repo.write("pyproject.toml", f"[tool.unsealed]\nseverity = 'critical'\nseverities = {{{rule} = 'low'}}\n")
    code, report = scan(repo)
    assert (code, open_findings(report)) == (0, [])
    assert "below critical" in " ".join(report["scan"]["notes"])
    code, report = scan(repo, "--severity", "low")
    assert (code, open_findings(report)) == (1, [rule])
    assert "below critical" not in " ".join(report["scan"]["notes"])
    assert open_findings(scan(repo, "--severity", "medium")[1]) == []


def test_inline_marks(repo: Repository) -> None:
    for mark in ("unsealed:allow", "gitleaks:allow", "pragma: allowlist secret"):
        repo.write("a.py", f'key = "{token()}"  # {mark}\n')
        code, report = scan(repo)
        assert code == 0, mark
        assert [item["status"] for item in report["findings"]] == ["allowed"], mark
    repo.write("a.py", f'# pragma: allowlist nextline secret\nkey = "{token()}"\n')
    assert scan(repo)[0] == 0
    assert scan(repo, "--no-repo-config")[0] == 1


def test_a_mark_silences_its_own_place_only(repo: Repository) -> None:
    repo.write("a.py", f'key = "{token()}"  # unsealed:allow\n')
    repo.write("b.py", f'key = "{token()}"\n')
    assert scan(repo)[0] == 1


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("nonsense: 1\n", "unknown key 'nonsense'"),
        ("rules: [../outside]\n", "outside"),
        ("rules: [missing.yml]\n", "not there"),
        ("disable: yes\n", "list of strings"),
        ("a: &a [1]\nb: *a\n", "aliases"),
        ("[" * 3000, "YAML"),
        ("x: [\n", "not valid YAML"),
        ("pack: lax\n", "'pack'"),
        ("!!python/object/apply:os.system ['touch trap']\n", "not valid YAML"),
    ],
)
def test_bad_configuration_is_one_line(repo: Repository, content: str, complaint: str) -> None:
    repo.write("a.txt", "hello\n")
    repo.write(".unsealed.yml", content)
    ran = repo.unsealed("scan", ".")
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert ".unsealed.yml" in ran.err
    assert complaint in ran.err
    assert not (repo.path / "trap").exists()


def test_a_configuration_that_is_not_there(repo: Repository) -> None:
    repo.write("a.txt", "hello\n")
    ran = repo.unsealed("scan", ".", "--config", "missing.yml")
    assert (ran.code, ran.err.count("\n")) == (2, 1)


@pytest.mark.parametrize("command", ["staged --all", "range HEAD~1..HEAD", "push origin", "history", "scan ."])
@pytest.mark.parametrize("form", ["text", "github"])
def test_every_command_says_who_was_silenced_whatever_it_writes(repo: Repository, command: str, form: str) -> None:
    repo.commit("empty")
    repo.write("a.py", f'key = "{token()}"  # gitleaks:allow\n')
    repo.write("left.py", f'key = "{token("b")}"\n')
    repo.write(".unsealed.yml", "exclude: [left.py]\n")
    repo.commit("secrets")
    ids = repo.git("rev-parse", "HEAD", "HEAD~1").split()
    ran = repo.unsealed(*command.split(), "-f", form, data=f"x {ids[0]} x {ids[1]}\n".encode())
    assert ran.code == 0, ran
    said = ran.out if form == "text" else ran.err
    assert ".unsealed.yml leaves out files that match left.py" in said
    assert "1 finding silenced by marks in comments of the scanned text" in said
    ran = repo.unsealed(*command.split(), "--no-repo-config", data=f"x {ids[0]} x {ids[1]}\n".encode())
    assert ran.code == 1
    assert "a.py:1" in ran.out
    assert "left.py:1" in ran.out


def test_a_clean_hook_says_what_is_switched_off_where_others_read_it(repo: Repository) -> None:
    repo.write(".unsealed.yml", "exclude: [left.py]\n")
    repo.git("add", "-A")
    assert "leaves out" in repo.unsealed("staged").out


def test_a_foreign_rule_in_place_of_ours_is_said(repo: Repository) -> None:
    repo.write("a.py", f'"{token()}"\n')
    repo.write(".gitleaks.toml", "[[rules]]\nid='github-personal-access-token'\nregex='zork_[a-z]{9}'\n")
    code, report = scan(repo)
    assert code == 0
    assert ".gitleaks.toml: its rules take the place of ours: github-personal-access-token" in report["scan"]["notes"]
    assert scan(repo, "--no-repo-config")[0] == 1


@pytest.mark.parametrize("patterns", ["'*'", "'**'", "'**/*'", "'*.py', '*'", "'!a.py', '*'"])
@pytest.mark.parametrize("command", ["scan .", "staged --all", "history", "range HEAD~1..HEAD"])
def test_leaving_out_everything_is_not_clean(repo: Repository, patterns: str, command: str) -> None:
    repo.commit("empty")
    repo.write("a.py", f'key = "{token()}"\n')
    repo.write(".unsealed.yml", f"exclude: [{patterns}]\n")
    repo.commit("secret")
    ran = repo.unsealed(*command.split())
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "leaves out every file" in ran.err


def test_a_folder_of_which_nothing_is_scanned_is_not_clean(repo: Repository) -> None:
    repo.write("src/a.py", f'key = "{token()}"\n')
    repo.write(".unsealed.yml", "exclude: [src/]\n")
    code, report = scan(repo)
    assert (code, open_findings(report)) == (0, [])
    ran = repo.unsealed("scan", "src", "-f", "json")
    assert ran.code == 3
    assert "leaves out every file" in json.loads(ran.out)["scan"]["skipped"][0]["why"]


def test_a_pattern_takes_back_what_one_before_it_leaves_out(repo: Repository) -> None:
    for name in ("a", "b", "c"):
        repo.write(f"{name}.py", f'key = "{token(name)}"\n')
    repo.write(".unsealed.yml", "exclude: ['*.py', '!b.py']\n")
    repo.commit("secrets")
    for command in ("scan .", "history", "staged --all"):
        ran = repo.unsealed(*command.split(), "-f", "json")
        assert [one["path"] for one in json.loads(ran.out)["findings"]] == ["b.py"], command


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".unsealed.yml", "disable: [jwt]\npack: strict\ndisable: [slack-bot-token]\n"),
        (".unsealed.yml", "severities:\n  jwt: low\n  jwt: high\n"),
        ("own.yml", OWN_RULE + "  severity: low\n"),
    ],
    ids=["top", "inner", "rule"],
)
def test_a_key_that_is_there_twice_is_an_error_with_its_line(repo: Repository, name: str, content: str) -> None:
    if name == "own.yml":
        repo.write(".unsealed.yml", "rules: [own.yml]\n")
    repo.write(name, content)
    ran = repo.unsealed("scan", ".")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert f"{name}:{content.count(chr(10))}: " in ran.err and "twice" in ran.err


@pytest.mark.parametrize(
    "table",
    ['[tool . unsealed]\ndisable = ["jwt"]', '["tool"."unsealed"]\ndisable = ["jwt"]', 'tool.unsealed.disable = ["jwt"]',
     '[tool]\nunsealed.disable = ["jwt"]', '[tool]\nx = 1\nunsealed = {disable = ["jwt"]}'],
)  # fmt: skip
def test_however_the_table_is_written_it_counts(repo: Repository, table: str) -> None:
    repo.write("pyproject.toml", f"{table}\n")
    assert "pyproject.toml switches off jwt" in scan(repo)[1]["scan"]["notes"]


def test_a_table_that_does_not_count_is_named_and_one_that_is_none_is_an_error(repo: Repository) -> None:
    repo.write("pyproject.toml", '[tool.unsealed]\ndisable = ["jwt"]\n')
    repo.write(".unsealed.yml", "pack: strict\n")
    assert scan(repo)[1]["scan"]["notes"] == [
        "pyproject.toml: what it says of unsealed does not count beside .unsealed.yml"
    ]
    (repo.path / ".unsealed.yml").unlink()
    repo.write("pyproject.toml", "[tool]\nunsealed = 3\n")
    assert repo.unsealed("scan", ".").code == 2


def test_text_that_is_none_is_said_to_be_none(repo: Repository) -> None:
    repo.write(".unsealed.yml", b"# caf\xe9\ndisable: [jwt]\n")
    assert "no text in UTF-8" in repo.unsealed("scan", ".").err


def test_a_rule_of_paths_alone_finds_the_files_themselves(repo: Repository) -> None:
    rule = "[[rules]]\nid='keyfile'\ndescription='Key file'\npath='''(?:^|/)keys/[^/]+\\.(?:p12|pem)$'''\n"
    repo.write(".gitleaks.toml", rule)
    repo.write("keys/a.pem", "one\n" * 40 + "two\n")
    repo.write("keys/b.p12", bytes(range(256)))
    repo.write("other/c.p12", "nothing\n")
    repo.write("keys/empty.pem", "")
    repo.commit("first")
    repo.write("keys/a.pem", "one\n" * 40 + "three\n")
    repo.commit("another key with the same beginning")
    code, report = scan(repo)
    assert code == 1
    assert [(one["rule"], one["path"]) for one in report["findings"]] == [
        ("keyfile", "keys/a.pem"),
        ("keyfile", "keys/b.p12"),
    ]
    assert all(one["excerpt"] == one["redacted"] for one in report["findings"])
    whole = [json.loads(repo.unsealed("history", "-f", "json", *more).out) for more in ((), ("--whole-blobs",))]
    assert [one["path"] for one in whole[0]["findings"]] == ["keys/a.pem", "keys/a.pem", "keys/b.p12"]
    assert whole[0]["findings"] == whole[1]["findings"]
    assert len(json.loads(repo.unsealed("range", "HEAD~1..HEAD", "-f", "json").out)["findings"]) == 1
    assert len(json.loads(repo.unsealed("staged", "--all", "-f", "json").out)["findings"]) == 2
