"""Nothing a run leaves behind holds a raw value: output, error stream, caches, temporary files, stores."""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from scanner.commands.table import COMMANDS
from scanner.report import FORMATS
from scanner.ruleset.examples import fill
from tests.conftest import Ran, Repository

# What each command is given in the repository of these tests. A command that is not there yet is left out.
ARGUMENTS = {
    "staged": [["staged"]],
    "scan": [["scan", ".", "missing.txt"], ["scan", "-"]],
    "history": [["history"]],
    "range": [["range", "HEAD~1..HEAD"]],
    "org": [["org", "."]],
    "report": [["report", "found.json"]],
}
VERBOSITY = [["-vv"], ["-q"], ["--show-dropped"]]


def planted() -> list[bytes]:
    """Values that rules find, made up anew for every run."""
    chance = random.Random()
    letters = string.ascii_letters + string.digits
    password = "".join(chance.choices(letters, k=24))
    seed = password[:6]
    return [
        fill("<<ghp_ %A30 %crc62>>", seed).encode(),
        f"{password[:12]}-{password[12:]}".encode(),
        "".join(chance.choices(letters + "/+", k=40)).encode(),
    ]


@pytest.fixture
def secrets() -> list[bytes]:
    return planted()


@pytest.fixture
def full(repo: Repository, secrets: list[bytes], tmp_path: Path) -> Repository:
    """A repository with the values in its history, its index and its tree, and nowhere for a run to write but here."""
    token, password, key = (value.decode() for value in secrets)
    key_id = fill("<<AKIA %S16>>", "a")  # an id is no secret; rules show it beside the key it belongs to
    repo.write("app.py", f"TOKEN = '{token}'\n")
    repo.write("aws/credentials", f"[default]\naws_access_key_id = {key_id}\naws_secret_access_key = {key}\n")
    repo.commit("first")
    encoded = base64.b64encode(password.encode()).decode()
    repo.write(
        "k8s/secret.yaml", f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: {encoded}\n"
    )
    repo.commit("second")
    repo.write("db.env", f"DB_PASSWORD={password}\nURL=postgres://app:{password}@db/app\n")
    repo.git("add", "-A")
    (tmp_path / "left").mkdir()
    repo.extra.update(TMPDIR=str(tmp_path / "left"), UNSEALED_CACHE_DIR=str(tmp_path / "left" / "cache"))
    return repo


def told(ran: Ran) -> bytes:
    return (ran.out + ran.err).encode()


def forms(values: list[bytes]) -> Iterator[bytes]:
    for value in values:
        yield value
        yield base64.b64encode(value)
        yield value.hex().encode()


def left_behind(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()


def test_no_sink_holds_a_raw_value(full: Repository, secrets: list[bytes], tmp_path: Path) -> None:
    out = tmp_path / "left" / "reports"
    out.mkdir()
    found = full.unsealed("scan", ".", "-f", "json=found.json", "-f", "text")
    assert found.code == 1 and found.out.count("chars)") >= 3, (
        "the planted values are found, or this test shows nothing"
    )
    every = [argument for name in FORMATS for argument in ("-f", f"{name}={out / name}")]
    texts = {}
    for name in [name for name in COMMANDS if name in ARGUMENTS and find_spec(COMMANDS[name][0])]:
        for arguments in ARGUMENTS[name]:
            for more in VERBOSITY:
                if name == "report" and "--show-dropped" in more:
                    continue
                line = [*arguments, *more, *every]
                data = b"password: " + secrets[1] + b"\n" if "-" in arguments else None
                texts[" ".join(line[:4])] = told(full.unsealed(*line, data=data, environment={"UNSEALED_DEBUG": "1"}))
                texts.update({f"{line[:4]} {where}": text for where, text in left_behind(tmp_path / "left")})
    assert len(texts) > 20
    leaks = {where for where, text in texts.items() for form in forms(secrets) if form in text}
    assert not leaks


def test_asked_for_they_are_shown(full: Repository, secrets: list[bytes]) -> None:
    assert secrets[0] in told(full.unsealed("scan", "app.py", "--show-secrets"))
