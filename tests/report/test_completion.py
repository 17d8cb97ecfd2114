"""Completion scripts, asked by the real shells where they are there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from scanner.commands.completion import commands
from scanner.commands.table import COMMANDS
from scanner.report import FORMATS
from tests.conftest import unsealed


def script(shell: str, folder: Path, environment: dict[str, str]) -> Path:
    ran = unsealed("completion", shell, cwd=folder, environment=environment)
    assert (ran.code, ran.err) == (0, "")
    path = folder / f"unsealed.{shell}"
    path.write_text(ran.out)
    return path


def asked(words: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """What bash offers after ``words``."""
    path = script("bash", folder, environment)
    listing = words.split(" ")
    quoted = " ".join(f"'{word}'" for word in listing)
    ask = f"source {path}; COMP_WORDS=({quoted}); COMP_CWORD={len(listing) - 1}; _unsealed; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    done = subprocess.run(["bash", "--norc", "-c", ask], capture_output=True, text=True, cwd=folder, check=False)
    return done.stdout.split()


def test_every_command_that_can_be_imported_is_offered(tmp_path: Path, clean_environment: dict[str, str]) -> None:
    names = [command.name for command in commands()]
    assert {"staged", "scan", "report", "rules", "completion"} <= set(names) <= set(COMMANDS)
    assert asked("unsealed ", tmp_path, clean_environment) == names
    assert asked("unsealed sta", tmp_path, clean_environment) == ["staged"]


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash")
def test_bash_offers_options_values_and_actions(tmp_path: Path, clean_environment: dict[str, str]) -> None:
    assert "--group-by" in asked("unsealed report --", tmp_path, clean_environment)
    assert asked("unsealed report -f ", tmp_path, clean_environment) == list(FORMATS)
    assert asked("unsealed report --group-by p", tmp_path, clean_environment) == ["path"]
    assert {"list", "show", "check"} <= set(asked("unsealed rules ", tmp_path, clean_environment))
    assert {"bash", "zsh", "fish"} <= set(asked("unsealed completion ", tmp_path, clean_environment))


@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh")
def test_zsh_reads_its_script(tmp_path: Path, clean_environment: dict[str, str]) -> None:
    path = script("zsh", tmp_path, clean_environment)
    ask = f"autoload -U compinit && compinit -u -d {tmp_path}/dump && source {path} && print ${{_comps[unsealed]}}"
    done = subprocess.run(["zsh", "-f", "-c", ask], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("_unsealed", "")
    assert "sarif" in path.read_text()


@pytest.mark.skipif(not shutil.which("fish"), reason="no fish")
def test_fish_offers_commands_and_values(tmp_path: Path, clean_environment: dict[str, str]) -> None:
    path = script("fish", tmp_path, clean_environment)

    def offered(line: str) -> list[str]:
        ask = f"source {path}; complete -C '{line}'"
        done = subprocess.run(
            ["fish", "--no-config", "-c", ask], capture_output=True, text=True, check=False, env={**clean_environment}
        )
        assert done.stderr == ""
        return [word.partition("\t")[0] for word in done.stdout.splitlines()]

    assert "history" in offered("unsealed hi") or "staged" in offered("unsealed sta")
    assert set(offered("unsealed report --format ")) >= set(FORMATS)
    assert "--diff" in offered("unsealed report --di")


def test_an_unknown_shell_is_a_usage_error(tmp_path: Path, clean_environment: dict[str, str]) -> None:
    assert unsealed("completion", "tcsh", cwd=tmp_path, environment=clean_environment).code == 2
