"""``update`` with what the last one remembered comes to the same baseline as without, whatever happened in between."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.commands.baselines import past
from scanner.commands.baselines.memory import FILE_NAME, Held, Memory
from scanner.pipeline import tracked
from scanner.ruleset.examples import fill
from scanner.suppress.baseline_file import parse_baseline
from scanner.suppress.digest import Digest
from scanner.suppress.verdict import Claim
from tests.conftest import Repository, token

NAME = ".unsealed.baseline"
SECRETS = (
    'token = "<<ghp_ %A30 %crc62>>"',
    'password = "<<%A14>>"',
    "slack: <<xoxb- %D12 - %D12 - %A24>>",
    "<<%pem(EC)>>",
)
PATHS = ("app.py", "src/b.py", "config.yml", "notes.txt", "deploy/.env", "deploy/kustomization.yaml", "test/dummy.pem")


@pytest.fixture
def run(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The command in this process, which spares a second of starting up."""
    from scanner.cli import main

    for name, value in repo.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(repo.path)
    return lambda *arguments: main(["baseline", *arguments, "-q"])


def memory(repo: Repository) -> Path:
    return repo.path / ".git" / FILE_NAME


def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that are really scanned from here on."""
    paths: list[str] = []
    original = tracked.ChangeScanner.all

    def counted(self: tracked.ChangeScanner, files: list[tracked.Change]) -> object:
        paths.extend(change.path for change in files)
        return original(self, files)

    monkeypatch.setattr(tracked.ChangeScanner, "all", counted)
    return paths


def test_only_what_changed_is_looked_at(
    repo: Repository, run: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write("app.py", f'token = "{token()}"\n')
    repo.write("plain.py", "x = 1\n")
    repo.commit()
    assert run("create") == 0
    repo.write("other.py", f'token = "{token("b")}"\n')
    repo.git("add", "other.py")
    paths = looked_at(monkeypatch)
    assert run("update") == 0
    assert paths == ["other.py"]
    assert len(parse_baseline((repo.path / NAME).read_bytes(), NAME)) == 2


def sweeps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with each sweep of the whole history from here on."""
    made: list[str] = []
    original = past._swept

    def counted(*arguments: Any) -> past.PastLook:
        made.append("a sweep")
        return original(*arguments)

    monkeypatch.setattr(past, "_swept", counted)
    return made


def test_a_commit_with_a_new_secret_needs_no_sweep(
    repo: Repository, run: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write("app.py", f'token = "{token()}"\n')
    repo.commit()
    run("create")
    repo.write("other.py", f'token = "{token("b")}"\n')
    repo.commit()
    made = sweeps(monkeypatch)
    assert run("update") == 0
    assert made == []
    memory(repo).unlink()
    before = (repo.path / NAME).read_bytes()
    assert run("update") == 0
    assert made == ["a sweep"]
    assert (repo.path / NAME).read_bytes() == before
    assert before.count(b"decision=open") == 2


@pytest.mark.parametrize("scope", [(), ("--scope",)])
def test_an_example_that_becomes_a_leak_is_looked_for_everywhere(
    repo: Repository, run: Callable[..., int], monkeypatch: pytest.MonkeyPatch, scope: tuple[str, ...]
) -> None:
    key = fill("<<%pem(EC)>>", "a")
    repo.write("test/dummy.pem", key)
    repo.commit()
    run("create", *scope)
    assert (repo.path / NAME).read_bytes().count(b"decision=") == 0
    repo.write("prod/server.pem", key)
    repo.commit()
    made = sweeps(monkeypatch)
    assert run("update", *scope) == 0
    assert made == ["a sweep"]
    assert (repo.path / NAME).read_bytes().count(b"decision=open") == (2 if scope else 1)


def test_what_is_remembered_gives_nothing_away(repo: Repository, run: Callable[..., int]) -> None:
    secret = fill("<<%A14>>", "weak")
    repo.write("app.py", f'db_password = "{secret}"\n')
    repo.commit()
    run("create")
    text = memory(repo).read_text()
    assert memory(repo).stat().st_mode & 0o777 == 0o600
    assert secret not in text
    # Beside names and places only what the baseline itself holds: the slow digest.
    assert (repo.path / NAME).read_text().split()[-2] in text
    assert "fingerprint" not in text and "***" not in text


def test_an_entry_that_is_taken_out_comes_back(repo: Repository, run: Callable[..., int]) -> None:
    repo.write("app.py", f'token = "{token()}"\n')
    repo.commit()
    run("create")
    whole = (repo.path / NAME).read_bytes()
    lines = whole.decode().splitlines(keepends=True)
    (repo.path / NAME).write_text("".join(line for line in lines if "decision=" not in line))
    run("update")
    assert (repo.path / NAME).read_bytes() == whole


@pytest.mark.parametrize("damage", ["", "{}", "[1]", '{"format": 1, "stamp": 3, "files": [], "history": 7}', "\xff"])
def test_a_damaged_memory_is_no_memory(repo: Repository, run: Callable[..., int], damage: str) -> None:
    repo.write("app.py", f'token = "{token()}"\n')
    repo.commit()
    run("create")
    before = (repo.path / NAME).read_bytes()
    stamp = json.loads(memory(repo).read_text())["stamp"]
    memory(repo).write_bytes(damage.replace("3", f'"{stamp}"').encode("latin-1"))
    assert run("update") == 0
    assert (repo.path / NAME).read_bytes() == before
    assert Memory.read(str(memory(repo)), stamp).history is not None


@pytest.mark.parametrize("field", [{"expires": 7}, {"reach": "moon"}, {"commits": 3}, {"more": ""}])
def test_claims_that_are_none_are_not_believed(tmp_path: Path, field: dict[str, object]) -> None:
    digest = Digest("0" * 8, "f", "0" * 32)
    held = Held("rule", "", 1, (digest,), (Claim(source="comment", entry="mark", status="allowed"),))
    path = str(tmp_path / "survey")
    Memory({"key": (held,)}).write(path, "stamp")
    assert Memory.read(path, "stamp").files == {"key": (held,)}
    plain = json.loads(Path(path).read_text())
    plain["files"]["key"][0][4] |= field
    Path(path).write_text(json.dumps(plain))
    assert Memory.read(path, "stamp").files == {}


def test_a_file_that_could_not_be_read_is_asked_for_again(
    repo: Repository, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    repo.write("app.py", f'token = "{token()}"\n')
    repo.commit()
    run("create")
    name = repo.write("gone.py", "y = 2\n").name
    repo.git("add", name)
    blob = repo.git("rev-parse", f":{name}").strip()
    (repo.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for _ in range(2):
        assert run("update") == 3
        assert "gone.py" in capsys.readouterr().err


def edit(repo: Repository, chance: random.Random) -> None:
    """One of the things that happen to a repository."""
    path = chance.choice(PATHS)
    there = [name for name in repo.git("ls-files").split() if name in PATHS]
    match chance.randrange(9):
        case 0 | 1:
            repo.write(path, fill(chance.choice(SECRETS), str(chance.randrange(12))) + "\n")
        case 2:
            repo.write(path, fill(chance.choice(SECRETS), str(chance.randrange(12))) + "  # unsealed:allow for now\n")
        case 3 if there and path not in there:
            (repo.path / path).parent.mkdir(exist_ok=True)
            repo.git("mv", there[0], path)
        case 4 if there:
            repo.git("rm", "-qf", there[-1])
        case 5:
            repo.write(".gitleaksignore", f"{path}:any:1\n" if chance.random() < 0.5 else "")
        case 6:
            lines = (repo.path / NAME).read_text().splitlines(keepends=True)
            kept = [line for line in lines if "decision=" not in line or chance.random() < 0.7]
            dated = [line.replace("decision=open", "decision=open expires=2020-01-01") for line in kept[-1:]]
            (repo.path / NAME).write_text("".join(kept[:-1] + dated))
        case 7:
            baseline = (repo.path / NAME).read_bytes()
            repo.git("checkout", "-q", "-f", "-B", "other", "HEAD~1", check=False)
            (repo.path / NAME).write_bytes(baseline)
        case _:
            repo.write("deploy/kustomization.yaml", "secretGenerator:\n- name: s\n  envs: [.env]\n")
    repo.git("add", "-A")
    if chance.random() < 0.7:
        repo.git(
            "commit", "-q", "--allow-empty", "-m", f"note {fill(SECRETS[0], 'm')}" if chance.random() < 0.1 else "c"
        )


@pytest.mark.parametrize("seed", range(4))
def test_with_and_without_memory_update_comes_to_the_same(repo: Repository, run: Callable[..., int], seed: int) -> None:
    chance = random.Random(seed)
    baseline, kept = repo.path / NAME, memory(repo)
    repo.write("app.py", fill(SECRETS[0], "0") + "\n")
    repo.commit()
    run("create", "--cost", "10")
    for number in range(12):
        edit(repo, chance)
        options = [
            *(["--no-history"] if chance.random() < 0.3 else []),
            *(["--scope"] if chance.random() < 0.3 else []),
        ]
        before, remembered = baseline.read_bytes(), kept.read_bytes()
        kept.unlink()
        code = run("update", *options)
        plain = baseline.read_bytes()
        baseline.write_bytes(before)
        kept.write_bytes(remembered)
        assert run("update", *options) == code
        assert baseline.read_bytes() == plain, (seed, number)
