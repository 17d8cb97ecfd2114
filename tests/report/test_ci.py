"""What is pasted into CI: of the host's format, and doing what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema.validators import validator_for

from tests.conftest import Repository, make_repository, token

SOURCE = Path(__file__).resolve().parent.parent.parent
ACTION = yaml.safe_load((SOURCE / "action.yml").read_text())
DOCS = (SOURCE / "docs" / "ci.md").read_text()
needs_range = pytest.mark.skipif(not find_spec("scanner.commands.range"), reason="the command `range` is not there")


def valid(document: Any, name: str) -> list[str]:
    schema = get_builtin_schema(name)
    return [error.message[:200] for error in validator_for(schema)(schema).iter_errors(document)]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", DOCS, re.M | re.S)


def test_the_action_is_of_githubs_format() -> None:
    assert valid(ACTION, "vendor.github-actions") == []
    assert valid({**ACTION, "runs": {"using": "composite"}}, "vendor.github-actions") != []


def test_the_template_is_of_gitlabs_format() -> None:
    template = yaml.safe_load((SOURCE / "ci-templates" / "gitlab.yml").read_text())
    assert valid(template, "vendor.gitlab-ci") == []


def test_the_documentations_examples_are_of_their_formats() -> None:
    documents = [yaml.safe_load(block) for block in blocks("yaml")]
    workflow = next(one for one in documents if isinstance(one, dict) and "jobs" in one)
    # YAML 1.1 reads the word "on" as true.
    workflow["on"] = workflow.pop(True, None) or workflow.get("on")
    assert valid(workflow, "vendor.github-workflows") == []
    azure = next(one for one in documents if isinstance(one, dict) and "steps" in one)
    assert valid(azure, "vendor.azure-pipelines") == []
    given = workflow["jobs"]["unsealed"]["steps"][1]["with"]
    assert set(given) <= set(ACTION["inputs"])
    named = re.search(r"^Inputs: (.*)\.$", DOCS, re.M)
    assert named and set(re.findall(r"`([\w-]+)`", named[1])) == set(ACTION["inputs"])


def test_nothing_of_an_event_is_written_into_a_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def scan_step(folder: Path, environment: dict[str, str], **values: str) -> tuple[int, list[str], str]:
    """Runs the action's scan with an ``unsealed`` that notes its arguments: exit code, arguments, outputs."""
    (folder / "bin").mkdir(exist_ok=True)
    stub = folder / "bin" / "unsealed"
    stub.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > arguments\ntouch unsealed.sarif\nexit "${STUB_CODE:-0}"\n')
    stub.chmod(0o755)
    step = next(step for step in ACTION["runs"]["steps"] if step.get("id") == "scan")
    given = dict.fromkeys(step["env"], "") | {
        "MODE": "auto", "PATHS": ".", "SARIF_FILE": "unsealed.sarif", "GITHUB_OUTPUT": str(folder / "outputs"),
        "PATH": f"{folder / 'bin'}{os.pathsep}{environment['PATH']}",
    }  # fmt: skip
    (folder / "outputs").write_text("")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder, env={**environment, **given, **values}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    noted = folder / "arguments"
    return done.returncode, noted.read_text().splitlines() if noted.exists() else [], (folder / "outputs").read_text()


@pytest.mark.parametrize(
    ("values", "command"),
    [
        ({"PULL_BASE": "aaa", "PULL_HEAD": "bbb"}, ["range", "aaa..bbb"]),
        ({"PUSH_BASE": "0" * 40, "PUSH_HEAD": "bbb"}, ["range", "0" * 40 + "..bbb"]),
        ({}, ["history", "-f"]),
        ({"MODE": "history", "PULL_BASE": "aaa", "PULL_HEAD": "bbb"}, ["history", "-f"]),
        ({"MODE": "range", "RANGE": "x..y"}, ["range", "x..y"]),
        ({"MODE": "scan", "PATHS": "a *"}, ["scan", "a", "*"]),
        ({"PULL_BASE": "$(touch owned)", "PULL_HEAD": "; touch owned"}, ["range", "$(touch owned)..; touch owned"]),
    ],
)
def test_the_action_scans_what_the_event_is_about(
    tmp_path: Path, clean_environment: dict[str, str], values: dict[str, str], command: list[str]
) -> None:
    code, arguments, outputs = scan_step(tmp_path, clean_environment, **values)
    assert code == 0 and arguments[: len(command)] == command
    assert outputs == "exit-code=0\nsarif-file=unsealed.sarif\n"
    assert not (tmp_path / "owned").exists()


def test_the_action_passes_settings_on_and_keeps_the_code(tmp_path: Path, clean_environment: dict[str, str]) -> None:
    code, arguments, outputs = scan_step(
        tmp_path,
        clean_environment,
        BASELINE="b c.json",
        ARGUMENTS="--severity medium",
        HTML_FILE="r.html",
        STUB_CODE="3",
    )
    assert code == 0 and "exit-code=3" in outputs
    for words in (
        ["--baseline", "b c.json"],
        ["--severity", "medium"],
        ["-f", "html=r.html"],
        ["-f", "sarif=unsealed.sarif"],
    ):
        at = arguments.index(words[1])
        assert arguments[at - 1 : at + 1] == words
    last = ACTION["runs"]["steps"][-1]["run"]
    for given, fail, expected in (("0", "true", 0), ("1", "true", 1), ("1", "false", 0), ("3", "false", 3)):
        done = subprocess.run(["bash", "-c", last], env={"CODE": given, "FAIL": fail}, check=False)
        assert done.returncode == expected


def test_the_action_refuses_a_mode_it_does_not_know(tmp_path: Path, clean_environment: dict[str, str]) -> None:
    assert scan_step(tmp_path, clean_environment, MODE="everything")[0] == 2
    assert scan_step(tmp_path, clean_environment, MODE="range")[0] != 0


@pytest.fixture
def server(tmp_path: Path, clean_environment: dict[str, str]) -> Repository:
    """A bare repository with the documentation's hook, and a first push without secrets."""
    bare = make_repository(tmp_path / "server.git", clean_environment, ["--bare"])
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "unsealed"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m scanner "$@"\n')
    command.chmod(0o755)
    clean_environment["PATH"] = f"{tmp_path / 'bin'}{os.pathsep}{clean_environment['PATH']}"
    hook = bare.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(blocks("sh")[0])
    hook.chmod(0o755)
    return bare


@needs_range
def test_the_server_stops_a_push_with_a_secret(server: Repository, repo: Repository) -> None:
    def push(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            ["git", "push", "-q", str(server.path), *arguments],
            cwd=repo.path, env=repo.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stderr

    repo.write("app.py", "print('hello')\n")
    repo.commit()
    assert push("main") == (0, "")
    repo.write("app.py", f"key = '{token()}'\n")
    leaked = repo.commit()
    repo.write("app.py", "print('gone again')\n")
    repo.commit()
    code, said = push("main")
    assert code and "app.py:1:8" in said and "pre-receive hook declined" in said and token() not in said
    code, said = push("main:refs/heads/other")
    assert code and "app.py:1:8" in said, "a new branch is scanned for what no other branch has"
    assert leaked not in server.git("rev-list", "--all") and server.git("for-each-ref").count("\n") == 1
    repo.git("reset", "-q", "--hard", "HEAD~2")
    repo.write("more.py", "print('fine')\n")
    repo.commit()
    assert push("main") == (0, "")
    assert push("main:refs/heads/new") == (0, "")
    assert push("--delete", "new") == (0, "")
