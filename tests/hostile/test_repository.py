"""Repositories that name programs, and environments that bend git: nothing runs, nothing is hidden, nothing forged."""

from __future__ import annotations

import json
import sys

import pytest

from tests.conftest import Repository, token
from tests.sources.samples import tarred

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX programs and names")

COMMANDS = (("scan", "."), ("staged",), ("history", "."), ("range", "HEAD~1..HEAD"))


@pytest.fixture
def changed(repo: Repository) -> Repository:
    """A secret in the newest commit, and another one staged."""
    repo.write("old.txt", "x\n")
    repo.commit()
    repo.write("a.py", f'key = "{token()}"\n')
    repo.commit()
    repo.write("b.py", f'key = "{token("b")}"\n')
    repo.git("add", "b.py")
    return repo


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_programs_that_a_repository_names_do_not_run(changed: Repository, command: tuple[str, ...]) -> None:
    program = changed.write("run", '#!/bin/sh\necho ran >> "$(dirname "$0")/ran"\ncat 2>/dev/null\n')
    program.chmod(0o755)
    for name in (
        "core.fsmonitor", "core.hooksPath", "core.pager", "core.sshCommand", "core.askPass", "core.editor", "diff.external",
        "diff.x.textconv", "diff.x.command", "filter.x.clean", "filter.x.smudge", "filter.x.process", "gpg.program",
        "uploadpack.packObjectsHook", "credential.helper", "alias.rev-parse", "alias.ls-files", "core.gitProxy",
    ):  # fmt: skip
        changed.git("config", name, f"!{program}" if name.startswith("alias") else str(program))
    changed.git("config", "log.showSignature", "true")
    changed.write(".git/info/attributes", "* diff=x filter=x -text\n")
    ran = changed.unsealed(*command)
    assert ran.code == 1, ran.err
    assert not (changed.path / "ran").exists()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_variables_of_git_neither_run_programs_nor_hide_anything(changed: Repository, command: tuple[str, ...]) -> None:
    program = changed.write("run", '#!/bin/sh\necho ran >> "$(dirname "$0")/ran"\n')
    program.chmod(0o755)
    environment = {
        name: str(program) for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_EDITOR", "GIT_PROXY_COMMAND")
    }  # fmt: skip
    environment |= {
        "GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": str(program),
        "GIT_CONFIG_KEY_1": "color.ui", "GIT_CONFIG_VALUE_1": "always",
        "GIT_TRACE": "1", "GIT_TRACE2": "1", "GIT_DIFF_OPTS": "-u0", "GIT_LITERAL_PATHSPECS": "1", "GIT_ICASE_PATHSPECS": "0",
    }  # fmt: skip
    ran = changed.unsealed(*command, environment=environment)
    assert ran.code == 1, ran.err
    assert not (changed.path / "ran").exists()


NAMES = (
    b"line\nbreak.py",
    b"escape\x1b[2J\x1b]0;title\x07.py",
    b"right\xe2\x80\xae-to-left.py",
    b"no\xffutf8.py",
    b"::error file=x::y.py",
)


def test_names_never_reach_a_terminal_or_a_log_raw(repo: Repository) -> None:
    for at, name in enumerate(NAMES):
        repo.write(name, f'key = "{token(str(at))}"\n')
    repo.write("a.tar", tarred({"in\x1b[31m\nside.py": f'key = "{token("tar")}"\n'.encode()}))
    repo.commit("mess\x1b[5mage ::error::x")
    for command in (("scan", "."), ("history", ".")):
        for form in ("text", "github", "json", "sarif", "csv", "junit", "html", "gitlab"):
            ran = repo.unsealed(*command, "-f", form)
            assert ran.code == 1, (form, ran.err)
            assert "\x1b" not in ran.out + ran.err and "\x07" not in ran.out + ran.err, form
            assert form == "html" or "\u202e" not in ran.out or form in ("json", "sarif", "csv", "gitlab", "junit"), (
                form
            )
        assert not any(
            line.startswith("::error file=x::y") for line in repo.unsealed(*command, "-f", "github").out.splitlines()
        )
        found = json.loads(repo.unsealed(*command, "-f", "json").out)["findings"]
        assert len(found) == len(NAMES) + 1
