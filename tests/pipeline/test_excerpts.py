"""What is shown around a secret holds no other: not of what was found, and not of the same key."""

from __future__ import annotations

import random

import pytest

from scanner.cli import main
from scanner.ruleset.examples import fill
from tests.conftest import Repository

pytestmark = pytest.mark.usefixtures("here")


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("quote", ['"', '\\"', "'"])
def test_no_part_of_a_json_web_key_stands_beside_another(repo: Repository, seed: int, quote: str) -> None:
    parts = {name: fill("<<%W171>>", f"{seed}{name}") for name in ("d", "p", "q", "dp", "dq", "qi")}
    members = [*parts.items(), ("kty", "RSA"), ("n", fill("<<%W342>>", str(seed))), ("e", "AQAB")]
    random.Random(seed).shuffle(members)
    repo.write(
        "key.txt", "{" + ", ".join(f"{quote}{name}{quote}: {quote}{value}{quote}" for name, value in members) + "}"
    )
    out = repo.path.parent / "report.json"
    assert main(["scan", str(repo.path), "-q", "--workers", "1", "-f", "json", "-o", str(out)]) == 1
    report = out.read_text("utf-8")
    assert "jwk-private-key" in report
    # A redacted view shows the first few characters.
    for value in parts.values():
        assert not any(value[at : at + 12] in report for at in range(len(value) - 12))
