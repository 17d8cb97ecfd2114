"""Files that a generator makes a Secret of are judged as its values, whatever they look like."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from scanner.cli import main
from scanner.model.text import Text
from scanner.pipeline.composed import second_look
from scanner.pipeline.context import Context
from scanner.pipeline.generated import Generated
from scanner.pipeline.portions import Workshop, Yield
from scanner.pipeline.text import TextScanner

WORD = "correct" + "horse"
KUSTOMIZATION = """\
secretGenerator:
- name: app
  namespace: prod
  envs: [app.env, sops.env]
  files: [pw=secrets/word.txt, secrets/ca.crt, sealed.json]
- name: older
  env: single.env
  files: [vault.txt]
"""
KSOPS = "kind: ksops\nsecretFrom:\n- metadata: {name: other}\n  envs: [plain.env]\n"
FILES = {
    "prod/kustomization.yaml": KUSTOMIZATION,
    "prod/secret-generator.yaml": KSOPS,
    "prod/app.env": f"# a comment\ncolor={WORD}\nPORT=8080\nOTHER=${{NAME}}\nDB_USER=bob\n",
    "prod/plain.env": f"export key='{WORD}'\n",
    "prod/secrets/word.txt": f"{WORD}\n",
    "prod/secrets/ca.crt": f"{WORD}\n",
    "prod/sealed.json": '{"data": "ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]"}',
    "prod/sops.env": "a=ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]\nsops_mac=ENC[AES256_GCM,data:a]\n"
    "sops_unencrypted_regex=^(kind|type)$\nsops_lastmodified=2026-01-02T03:04:05Z\n",
    "prod/unrelated.env": f"color={WORD}\n",
    "prod/single.env": "color=x\n",
    "prod/vault.txt": "# by ansible\n$ANSIBLE_VAULT;1.1;AES256\n6132\n",
}


def read(path: str) -> bytes | None:
    return FILES[path].encode() if path in FILES else None


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("prod/app.env", ["color"]),
        ("prod/plain.env", ["key"]),
        ("prod/secrets/word.txt", ["pw"]),
        ("prod/secrets/ca.crt", []),
        ("prod/sealed.json", []),
        ("prod/sops.env", []),
        ("prod/unrelated.env", []),
        ("prod/vault.txt", []),
    ],
)
def test_judges_a_file_as_part_of_the_secret(scanner: TextScanner, path: str, keys: list[str]) -> None:
    matches = scanner.scan(Text.named(FILES[path].encode(), path), Generated(read).role(path))
    assert [match.detail["key"] for match in matches] == keys
    assert all(match.rule == "kustomize-secret-literal" and match.detail["kind"] == "Secret" for match in matches)
    assert all(match.secret.reveal() == WORD.encode() for match in matches)


def test_a_generator_may_name_one_environment_file_alone() -> None:
    role = Generated(read).role("prod/single.env")
    assert role is not None and role.lines and role.detail["name"] == "older"


def test_follows_in_folders_and_in_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q", "."], check=True)
    subprocess.run(["git", "add", "-A"], check=True)
    expected = {"prod/app.env", "prod/plain.env", "prod/secrets/word.txt"}
    for command in (["scan", "prod"], ["staged"]):
        assert main([*command, "-f", "jsonl"]) == 1
        assert {json.loads(line)["path"] for line in capsys.readouterr().out.splitlines()} == expected


def test_a_folder_with_a_blank_in_its_name_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "x.env").write_text("X=1\n")
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q", "."], check=True)
    subprocess.run(["git", "add", "-A"], check=True)
    assert main(["staged"]) == 0


def git(*arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *who, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def commit(files: dict[str, str]) -> str:
    for name, content in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(content)
    git("add", "-A")
    git("commit", "-qm", "change")
    return git("rev-parse", "HEAD")


def found(capsys: pytest.CaptureFixture[str], *command: str) -> list[dict[str, object]]:
    main([*command, "-f", "jsonl", "-q"])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q", "."], check=True)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.usefixtures("repository")
def test_follows_through_history(capsys: pytest.CaptureFixture[str], *, packed: bool) -> None:
    other, third = WORD[::-1], WORD.upper()
    first = commit({f"a b/{name}": content for name, content in FILES.items()})
    second = commit({"a b/prod/secrets/word.txt": f"{other}\n"})
    last = commit({"a b/prod/kustomization.yaml": "resources: []\n", "a b/prod/app.env": f"color={third}\n"})
    if packed:
        git("repack", "-adq")
    swept = found(capsys, "history", ".", "--workers", "1", "--show-secrets")
    assert {(one["secret"], one["commit"], one["in_head"]) for one in swept} == {
        (WORD, first, True),  # plain.env is a part of a Secret to this day
        (other, second, True),
    }
    (old,) = (one for one in swept if one["secret"] == WORD)
    assert {place["path"] for place in old["occurrences"]} == {  # type: ignore[attr-defined]
        "a b/prod/app.env", "a b/prod/plain.env", "a b/prod/secrets/word.txt",
    }  # fmt: skip
    assert all(one["commit"] != last for one in swept)


@pytest.mark.usefixtures("repository")
def test_what_a_sweep_knew_before_is_said_once_and_by_what_it_becomes(capsys: pytest.CaptureFixture[str]) -> None:
    password = "Kq7Zx81" + "mnQwPP4"
    commit(
        {"kustomization.yaml": "secretGenerator: [{name: s, envs: [a.env]}]\n", "a.env": f"DB_PASSWORD={password}\n"}
    )
    commit({"kustomization.yaml": "resources: []\n", "b.env": f"DB_PASSWORD={password}\n"})
    (one,) = found(capsys, "history", ".", "--workers", "1")
    assert one["rule"] == "kustomize-secret-literal"
    assert {place["path"] for place in one["occurrences"]} == {"a.env", "b.env"}  # type: ignore[attr-defined]


@pytest.mark.usefixtures("repository")
def test_a_second_look_cut_short_is_said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def later(shop: Workshop, made: list[Yield], scanner: TextScanner, context: Context) -> Yield:
        monkeypatch.setattr(context, "late", lambda: True)
        return second_look(shop, made, scanner, context)

    commit(FILES)
    monkeypatch.setattr("scanner.pipeline.history.second_look", later)
    assert main(["history", ".", "--workers", "1"]) == 3
    assert "some files that generators name" in capsys.readouterr().out


@pytest.mark.usefixtures("repository")
def test_follows_in_a_range(capsys: pytest.CaptureFixture[str]) -> None:
    first = commit(FILES)
    second = commit({"prod/app.env": f"color={WORD}\nPORT=8081\n"})
    third = commit({"prod/app.env": f"color={WORD}\nother={WORD[::-1]}\n"})
    assert found(capsys, "range", f"{first}..{second}") == []
    (new,) = found(capsys, "range", f"{first}..{third}", "--show-secrets")
    assert (new["secret"], new["path"], new["line"], new["commit"]) == (WORD[::-1], "prod/app.env", 2, third)


@pytest.mark.usefixtures("repository")
def test_reads_the_generators_that_a_kustomization_names(capsys: pytest.CaptureFixture[str]) -> None:
    commit(
        {
            "kustomization.yaml": "generators: [gen/own.yaml, gen, ../out.yaml]\n",
            "gen/own.yaml": "kind: ksops\nsecretFrom:\n- metadata: {name: s}\n  files: [word.txt]\n",
            "gen/word.txt": f"{WORD}\n",
        }
    )
    for command in (["scan", "."], ["history", ".", "--workers", "1"]):
        assert [one["path"] for one in found(capsys, *command)] == ["gen/word.txt"]
