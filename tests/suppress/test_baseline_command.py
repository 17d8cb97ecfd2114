"""``unsealed baseline`` as its user runs it, in real repositories."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings

from scanner.model.errors import ConfigError
from scanner.ruleset.examples import fill
from scanner.suppress.baseline_file import Baseline, baseline_of, parse_baseline
from scanner.suppress.interchange import from_json, to_json
from tests.conftest import Ran, Repository, token
from tests.suppress.strategies import SALTS, baselines

NAME = ".unsealed.baseline"


def password(seed: str) -> str:
    return fill("<<%A14>>", seed)


@pytest.fixture
def known(repo: Repository) -> Repository:
    """A repository with a token, a password and a key, all committed."""
    repo.write("app.py", f'import os\ntoken = "{token()}"\n')
    repo.write("db/settings.py", f'db_password = "{password("a")}"\n')
    repo.write("deploy/key.pem", fill("<<%pem(RSA)>>\n", "key"))
    repo.commit()
    return repo


def entries(repo: Repository) -> list[str]:
    """The entries' lines."""
    lines = (repo.path / NAME).read_text().split("\n")
    return [line for line in lines if re.search(r" [0-9a-f]{8}\.[fs]\.", line)]


def create(repo: Repository, *options: str) -> Ran:
    ran = repo.unsealed("baseline", "create", *options)
    assert ran.code == 0, ran
    return ran


def test_after_create_only_what_is_new_counts(known: Repository) -> None:
    assert known.unsealed("scan", ".").code == 1
    ran = create(known)
    assert ran.out.startswith(".unsealed.baseline: 3 entries; 3 findings added\n")
    for command in (["scan", "."], ["staged", "--all"]):
        assert known.unsealed(*command).code == 0
    known.write("new.py", f'token = "{token("b")}"\n')
    known.git("add", "-A")
    ran = known.unsealed("staged")
    assert ran.code == 1
    assert "new.py" in ran.out
    assert "app.py" not in ran.out


def test_a_rule_with_blanks_in_its_name_is_kept_like_any_other(repo: Repository) -> None:
    repo.write(".gitleaks.toml", "[[rules]]\nid = \"Zork's own: key (1)\"\nregex = 'zork_[a-z0-9]{16}'\n")
    repo.write("a.py", f'a = "zork_{password("z").lower()}00"\n')
    repo.commit()
    create(repo)
    assert entries(repo)[0].startswith('"Zork\'s own: key (1)" ')
    assert repo.unsealed("history").code == 0
    assert repo.unsealed("baseline", "update").out.startswith(".unsealed.baseline: 1 entry; 0 findings added\n")


def test_the_file_holds_no_secret_and_scanning_it_finds_none(known: Repository) -> None:
    create(known)
    content = (known.path / NAME).read_text()
    for secret in (token(), password("a"), "PRIVATE KEY"):
        assert secret not in content
    assert known.unsealed("scan", NAME, "--no-repo-config").code == 0


def test_moved_renamed_and_reformatted_secrets_stay_known(known: Repository) -> None:
    create(known)
    known.git("mv", "app.py", "lib.py")
    known.write("lib.py", f"# moved\n\n\ndef f():\n    return dict(token='{token()}')\n")
    known.write("db/settings.yml", f"db:\n    password: {password('a')}\n")
    known.git("rm", "-q", "--cached", "db/settings.py")
    known.git("add", "-A")
    assert known.unsealed("staged").code == 0


def test_create_writes_the_same_file_for_the_same_tree_but_for_the_salt(known: Repository) -> None:
    create(known)
    first = entries(known)
    (known.path / NAME).unlink()
    create(known)
    assert [line.split()[0] for line in first] == [line.split()[0] for line in entries(known)]
    assert not set(first) & set(entries(known))


def test_create_never_overwrites(known: Repository) -> None:
    create(known)
    before = (known.path / NAME).read_bytes()
    ran = known.unsealed("baseline", "create")
    assert ran.code == 2
    assert "is there already" in ran.err
    assert (known.path / NAME).read_bytes() == before


def test_update_keeps_decisions_and_an_unchanged_tree_keeps_the_file(known: Repository) -> None:
    create(known, "--decision", "accepted", "--owner", "alice", "--reason", "test server", "--expires", "2031-01-31")
    before = (known.path / NAME).read_bytes()
    assert known.unsealed("baseline", "update").code == 0
    assert (known.path / NAME).read_bytes() == before
    known.write("new.py", f'token = "{token("b")}"\n')
    known.git("add", "-A")
    ran = known.unsealed("baseline", "update")
    assert "4 entries; 1 finding added" in ran.out
    lines = entries(known)
    assert sum('decision=accepted owner=alice expires=2031-01-31 reason="test server"' in line for line in lines) == 3
    assert sum("decision=open" in line for line in lines) == 1


def test_scope_accepts_the_present_files_only(known: Repository) -> None:
    create(known, "--scope")
    assert all(" path=/" in line for line in entries(known))
    assert known.unsealed("scan", ".").code == 0
    known.write("copy of [app].py", f'token = "{token()}"\n')
    known.git("add", "-A")
    assert known.unsealed("staged").code == 1
    known.unsealed("baseline", "update", "--scope")
    assert known.unsealed("staged").code == 0


def test_prune_removes_what_nothing_needs(known: Repository) -> None:
    create(known)
    known.write("app.py", "import os\n")
    known.git("add", "-A")
    dry = known.unsealed("baseline", "prune", "-n", "--no-history")
    assert "no longer found: github-personal-access-token" in dry.out
    assert len(entries(known)) == 3
    ran = known.unsealed("baseline", "prune", "--no-history")
    assert "1 removed, 2 kept" in ran.out
    assert len(entries(known)) == 2


def test_expired_entries_count_again_are_named_and_pruned(known: Repository) -> None:
    create(known)
    path = known.path / NAME
    path.write_text(path.read_text().replace("decision=open", "decision=accepted expires=2020-01-31"))
    ran = known.unsealed("scan", ".")
    assert ran.code == 1
    assert "3 entries expired" in ran.out
    assert "silenced before by .unsealed.baseline: private-key " in ran.out
    assert "3 count again because what silenced them has expired" in known.unsealed("baseline", "update").out
    assert len(entries(known)) == 3
    assert "expired: private-key" in known.unsealed("baseline", "prune").out
    assert entries(known) == []


def audit(repo: Repository, answers: str, *options: str) -> Ran:
    return repo.unsealed("baseline", "audit", *options, data=answers.encode())


def test_audit_shows_redacted_context_and_saves_each_answer(known: Repository) -> None:
    create(known)
    ran = audit(known, "f\nan example\nalice\n\n")
    assert ran.code == 0
    assert "1 of 3  critical  GitHub personal access token" in ran.out
    assert "    1 | import os" in ran.out
    for secret in (token(), password("a")):
        assert secret not in ran.out
    assert "1 decided, 2 left" in ran.out
    (line,) = [line for line in entries(known) if "decision=false" in line]
    assert line.endswith('decision=false owner=alice reason="an example"')


def test_audit_goes_on_where_it_stopped(known: Repository) -> None:
    create(known)
    audit(known, "f\n\n\n\nq\n")
    ran = audit(known, "s\nb\na\nwhy not\nbob\n2020-01-01\nnext year\n2032-02-29\nr\n\n\n\n")
    assert "1 of 2" in ran.out
    assert "2 decided, 0 left" in ran.out
    assert "a date from today on" in ran.out
    decisions = sorted(re.findall(r"decision=(\w+)", "\n".join(entries(known))))
    assert decisions == ["accepted", "false", "real"]
    assert 'owner=bob expires=2032-02-29 reason="why not"' in "\n".join(entries(known))
    assert audit(known, "").out == "nothing waits for a decision\n"
    assert "decided before: false" in audit(known, "s\ns\ns\n", "--all").out


def test_audit_redacts_neighbours_that_are_no_finding_of_this_kind(repo: Repository) -> None:
    repo.write("app.py", f'token = "{token()}"\nother = "{token("b")}"  # unsealed:allow\npassword = "changeme"\n')
    repo.commit()
    create(repo)
    ran = audit(repo, "q\n")
    assert token("b") not in ran.out
    assert "ghp_***" in ran.out


@pytest.mark.parametrize("action", ["update", "audit", "prune", "export"])
def test_without_a_baseline_the_others_say_so(known: Repository, action: str) -> None:
    ran = known.unsealed("baseline", action)
    assert ran.code == 2
    assert ran.err == "unsealed: .unsealed.baseline is not there: `unsealed baseline create` writes one\n"


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[:-5],
        lambda text: text.replace("baseline 1", "baseline 9", 1),
        lambda text: "<<<<<<< HEAD\n" + text,
        lambda text: re.sub(r"salt = ....", "salt = abcd", text),
        lambda text: text.replace("decision=open", "decision=", 1),
    ],
)
@pytest.mark.parametrize("action", [["update"], ["prune"], ["audit"], ["import"], ["export"], ["create"]])
def test_a_damaged_baseline_is_never_rewritten(
    known: Repository, damage: Callable[[str], str], action: list[str]
) -> None:
    create(known)
    path = known.path / NAME
    path.write_text(damage(path.read_text()))
    known.write(".secretsignore", "nothing\n")
    before = path.read_bytes()
    ran = known.unsealed("baseline", *action)
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize("expires", ["2020-01-01", "soon", "2030-02-30"])
def test_a_date_that_is_none_or_has_passed_is_refused(known: Repository, expires: str) -> None:
    ran = known.unsealed("baseline", "create", "--expires", expires)
    assert ran.code == 2
    assert not (known.path / NAME).exists()


def test_another_path_and_another_folder(known: Repository) -> None:
    ran = known.unsealed("baseline", "create", "--baseline", "known/list.txt")
    assert ran.code == 2
    (known.path / "known").mkdir()
    assert known.unsealed("baseline", "create", "--baseline", "known/list.txt").code == 0
    assert known.unsealed("scan", ".").code == 1
    assert known.unsealed("scan", ".", "--baseline", "known/list.txt").code == 0
    assert "3 entries; 0 findings" in known.unsealed("baseline", "update", "--baseline", "known/list.txt").out
    outside = Repository(known.path.parent, known.environment)
    assert outside.unsealed("baseline", "create", "-C", "repo").code == 0
    assert len(entries(known)) == 3


def test_a_folder_without_git_can_have_one(known: Repository) -> None:
    import shutil

    shutil.rmtree(known.path / ".git")
    create(known)
    assert known.unsealed("scan", ".").code == 0


def test_entries_under_a_second_salt_move_to_the_first(known: Repository) -> None:
    create(known, "--reason", "first")
    first = (known.path / NAME).read_text()
    (known.path / NAME).unlink()
    create(known, "--reason", "second", "--cost", "10")
    second = (known.path / NAME).read_text()
    both = [*first.split("\n")[:2], *(line for text in (first, second) for line in text.split("\n")[2:-1]), ""]
    (known.path / NAME).write_text("\n".join(both))
    assert len(entries(known)) == 6
    assert known.unsealed("baseline", "update").code == 0
    assert len(entries(known)) == 3
    assert (known.path / NAME).read_text().count("salt = ") == 1
    assert all('reason="first; second"' in line for line in entries(known))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(baselines())
def test_export_and_import_lose_nothing(baseline: Baseline) -> None:
    again = from_json(to_json(baseline), "x")
    assert again.render() == baseline.render()
    assert to_json(again) == to_json(baseline_of(again.salts, again, again.notes))


def test_an_export_comes_back_in_another_clone(known: Repository) -> None:
    create(known, "--owner", "Ünal O'Neil", "--reason", 'say "no"\nlater')
    exported = known.unsealed("baseline", "export")
    assert json.loads(exported.out)["entries"][0]["owner"] == "Ünal O'Neil"
    before = (known.path / NAME).read_bytes()
    known.unsealed("baseline", "export", "-o", "export.json")
    (known.path / NAME).unlink()
    assert known.unsealed("baseline", "import", "export.json").code == 0
    assert parse_baseline((known.path / NAME).read_bytes(), "b").entries == parse_baseline(before, "b").entries
    assert known.unsealed("scan", "app.py").code == 0


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b'{"kind": "unsealed-baseline", "version": 2}',
        b'{"kind": "unsealed-baseline", "version": 1, "salts": [], "entries": [], "notes": []}',
        b'{"kind": "unsealed-baseline", "version": 1, "salts": ["x"], "entries": [], "notes": []}',
        b'{"kind": "unsealed-baseline", "version": 1, "salts": 7, "entries": [], "notes": []}',
        b'{"kind": "unsealed-baseline", "version": 1, "salts": [], "entries": [{"rule": "x"}], "notes": []}',
        to_json(baseline_of(SALTS[:1], [], ["no comment"])),
        to_json(baseline_of(SALTS[:1], [], ["# two\nlines"])),
        to_json(baseline_of(SALTS[:1], [], ["# \ud800"])),
    ],
)
def test_a_damaged_export_is_an_error(content: bytes) -> None:
    with pytest.raises(ConfigError):
        from_json(content, "x")


def test_the_history_is_part_of_the_baseline(known: Repository) -> None:
    known.write("old.py", f'token = "{token("old")}"\n')
    known.commit("with")
    known.git("rm", "-q", "old.py")
    known.commit("without")
    assert len(known.unsealed("history", "-f", "jsonl").out.splitlines()) == 4
    create(known)
    assert len(entries(known)) == 4
    assert known.unsealed("history").code == 0
    (known.path / NAME).unlink()
    create(known, "--no-history")
    assert len(entries(known)) == 3
    assert known.unsealed("history").code == 1
    assert "4 entries; 1 finding added" in known.unsealed("baseline", "update").out
    assert "0 removed, 4 kept" in known.unsealed("baseline", "prune").out


def test_one_entry_serves_the_hook_files_and_history(known: Repository) -> None:
    create(known)
    known.commit("baseline")
    for command in (["staged", "--all"], ["scan", "."], ["history"]):
        ran = known.unsealed(*command, "-f", "json")
        assert ran.code == 0
        statuses = {finding["status"] for finding in json.loads(ran.out)["findings"]}
        assert statuses == {"baseline"}


def test_a_sweep_names_stale_entries(known: Repository) -> None:
    create(known)
    path = known.path / NAME
    path.write_text(path.read_text() + f"zz-token {entries(known)[0].split()[1][:9]}f.{'0' * 32} decision=open\n")
    assert "1 entry not found any more (unsealed baseline prune): zz-token 00000000" in known.unsealed("history").out
    assert "not found any more" not in known.unsealed("scan", ".").out
    assert "not found any more" not in known.unsealed("history", "--path", "db").out
    assert "1 removed, 3 kept" in known.unsealed("baseline", "prune").out
