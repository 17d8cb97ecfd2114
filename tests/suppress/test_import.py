"""``unsealed baseline import``: what other tools were told, taken over by value and then kept without them."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

import pytest

from scanner.ruleset.examples import fill
from tests.conftest import Repository, token

NAME = ".unsealed.baseline"


@pytest.fixture
def other(repo: Repository) -> Repository:
    """A repository that another tool was used in."""
    repo.write("app.py", f'token = "{token()}"\n')
    repo.write("settings.py", fill('db_password = "<<%A14>>"\n', "settings"))
    repo.commit()
    return repo


def theirs(repo: Repository, *labels: bool) -> None:
    """The baseline of detect-secrets, written by itself, with audit labels for its first entries."""
    done = subprocess.run(
        [sys.executable, "-m", "detect_secrets", "scan"], cwd=repo.path, capture_output=True, check=True
    )
    document = json.loads(done.stdout)
    found = [entry for file in sorted(document["results"]) for entry in document["results"][file]]
    files = dict(zip(sorted(document["results"]), labels, strict=False))
    for entry in found:
        if entry["filename"] in files:
            entry["is_secret"] = files[entry["filename"]]
    (repo.path / ".secrets.baseline").write_text(json.dumps(document, indent=2))


def lines(repo: Repository) -> list[str]:
    return [line for line in (repo.path / NAME).read_text().split("\n") if "decision=" in line]


def test_detect_secrets_with_its_audit(other: Repository) -> None:
    theirs(other, True, False)
    ran = other.unsealed("baseline", "import")
    assert ran.code == 0, ran
    assert ".secrets.baseline: 2 findings taken over" in ran.out
    real, false = lines(other)
    if "generic" in real:
        real, false = false, real
    assert "decision=real" in real
    assert "decision=false" in false
    assert "from .secrets.baseline: settings.py, value 1 (" in false
    (other.path / ".secrets.baseline").unlink()
    assert other.unsealed("scan", ".").code == 0
    other.write("moved/elsewhere.py", "\n\n" + (other.path / "app.py").read_text())
    assert other.unsealed("scan", ".").code == 0


def test_what_matches_nothing_is_named_and_not_kept(other: Repository) -> None:
    theirs(other)
    other.write("settings.py", "nothing = 1\n")
    other.git("add", "-A")
    ran = other.unsealed("baseline", "import", ".secrets.baseline", "--no-history")
    assert ".secrets.baseline: 1 finding taken over" in ran.out
    assert "1 of 3 entries speak of nothing that is found here: settings.py, value 1 (" in ran.out
    assert len(lines(other)) == 1


def gitleaks_report(other: Repository, **changes: object) -> None:
    entry = {
        "RuleID": "github-pat", "StartLine": 1, "EndLine": 1, "Match": token(), "Secret": token(), "File": "app.py",
        "Commit": "", "Author": "", "Email": "", "Date": "", "Message": "", "Tags": [], "Fingerprint": "app.py:x:1",
    }  # fmt: skip
    other.write("report.json", json.dumps([{**entry, **changes}]))


def test_a_gitleaks_report(other: Repository) -> None:
    gitleaks_report(other)
    ran = other.unsealed("baseline", "import", "report.json", "--owner", "alice", "--expires", "2031-01-31")
    assert "report.json: 1 finding taken over" in ran.out
    (line,) = lines(other)
    assert line.startswith("github-personal-access-token ")
    assert 'decision=open owner=alice expires=2031-01-31 reason="from report.json: entry 1 (github-pat)"' in line
    assert token() not in (other.path / NAME).read_text()


def test_a_redacted_gitleaks_report_is_pinned_to_the_value(other: Repository) -> None:
    gitleaks_report(other, Secret="REDACTED", Match="REDACTED")
    ran = other.unsealed("baseline", "import", "report.json")
    assert "1 entry stands for whatever is on a line" in ran.out
    other.write("app.py", f'\n\n# moved\ntoken = "{token()}"\n')
    assert other.unsealed("scan", "app.py").code == 0
    other.write("app.py", f'token = "{token("another")}"\n')
    assert other.unsealed("scan", "app.py").code == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".gitleaksignore", "app.py:github-pat:1\n"),
        (".gitleaks.toml", "[allowlist]\ndescription = 'x'\nregexes = ['^ghp_']\n"),
        (".secretsignore", f"[secrets]\n{token()}\n"),
        (
            ".gitguardian.yaml",
            f"version: 2\nsecret:\n  ignored_matches:\n    - {{name: x, match: {hashlib.sha256(token().encode()).hexdigest()}}}\n",
        ),
    ],
)
def test_ignore_files(other: Repository, name: str, content: str) -> None:
    other.write(name, content)
    other.git("add", "-A")
    ran = other.unsealed("baseline", "import", name)
    assert ran.code == 0, ran
    assert f"{name}: 1 finding taken over" in ran.out
    (line,) = lines(other)
    assert f'decision=accepted reason="from {name}: ' in line
    (other.path / name).unlink()
    other.git("add", "-A")
    ran = other.unsealed("scan", "app.py")
    assert ran.code == 0, ran


def test_places_in_a_commit_are_pinned_to_the_values_there(other: Repository) -> None:
    commit = other.git("rev-parse", "HEAD").strip()
    other.write(".gitleaksignore", f"{commit}:app.py:github-pat:1\n")
    ran = other.unsealed("baseline", "import")
    assert ".gitleaksignore: 1 finding taken over" in ran.out
    assert other.unsealed("scan", "app.py").code == 0


def test_importing_twice_changes_nothing(other: Repository) -> None:
    theirs(other, True, False)
    other.unsealed("baseline", "import")
    before = (other.path / NAME).read_bytes()
    assert other.unsealed("baseline", "import").code == 0
    assert (other.path / NAME).read_bytes() == before


def test_decisions_that_are_there_are_kept(other: Repository) -> None:
    other.unsealed("baseline", "create", "--decision", "accepted", "--reason", "ours")
    before = (other.path / NAME).read_bytes()
    theirs(other, True, False)
    other.unsealed("baseline", "import")
    assert (other.path / NAME).read_bytes() == before


def test_a_dry_run_writes_nothing(other: Repository) -> None:
    theirs(other)
    assert "taken over" in other.unsealed("baseline", "import", "-n").out
    assert not (other.path / NAME).exists()


def test_nothing_to_import_is_said(other: Repository) -> None:
    ran = other.unsealed("baseline", "import")
    assert ran.code == 2
    assert "none of .secrets.baseline, .gitleaksignore" in ran.err
    ran = other.unsealed("baseline", "import", "nowhere.json")
    assert ran.err == "unsealed: nowhere.json: No such file or directory\n"


def test_a_file_of_no_known_kind_is_refused(other: Repository) -> None:
    other.write("what.json", "{}")
    ran = other.unsealed("baseline", "import", "what.json")
    assert (ran.code, ran.err) == (2, "unsealed: what.json: not a baseline that is known here\n")
    assert not (other.path / NAME).exists()


def test_what_is_given_as_a_baseline_and_is_none_is_called_what_it_is(repo: Repository) -> None:
    repo.write("a.py", f'key = "{token()}"\n')
    for form in ("json", "sarif", "gitlab"):
        repo.unsealed("scan", ".", "-f", f"{form}=report")
        ran = repo.unsealed("scan", ".", "--baseline", "report")
        assert ran.code == 2
        assert "a report and no baseline: `unsealed baseline create`" in ran.err, form
    repo.commit("first")
    assert repo.unsealed("baseline", "create").code == 0
    repo.write("export.json", repo.unsealed("baseline", "export").out)
    assert "`unsealed baseline import` reads" in repo.unsealed("scan", ".", "--baseline", "export.json").err
