"""What is shown around a secret holds no other: not of what was found, and not of the same key."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import permutations

import pytest

from scanner.cli import main
from scanner.model.levels import Confidence, Severity
from scanner.model.match import Match
from scanner.model.secret import Secret
from scanner.model.span import LineIndex, Span
from scanner.pipeline.findings import Beside, excerpt
from scanner.ruleset.examples import fill
from tests.conftest import Repository, token

pytestmark = pytest.mark.usefixtures("here")


def reported(repo: Repository, text: str) -> str:
    repo.write("key.txt", text)
    out = repo.path.parent / "report.json"
    assert main(["scan", str(repo.path), "-q", "--workers", "1", "-f", "json", "-o", str(out)]) == 1
    return out.read_text("utf-8")


def shows_any_of(values: Iterable[str], report: str) -> bool:
    """More than the first few characters, as a redacted view has them."""
    return any(value[at : at + 12] in report for value in values for at in range(len(value) - 12))


def test_what_begins_within_another_is_hidden_to_its_end() -> None:
    data = b"x = one-two-three-four, y"
    spans = [Span(4, 11), Span(4, 22), Span(8, 17)]
    for order in permutations(spans):
        matches = [
            Match("a", span, Secret(data[span.start : span.end]), Severity.HIGH, Confidence.HIGH, reason=reason)
            for span, reason in zip(order, ("", "no", "no"), strict=True)
        ]
        shown = excerpt(data, matches[0], Beside(matches), index=LineIndex(data))
        assert shown.startswith("x = ") and shown.endswith(", y")
        assert not any(word in shown for word in ("two", "three", "four"))


@pytest.mark.parametrize("where", ["scan", "large", "history"])
def test_what_was_judged_no_secret_is_hidden_beside_one(repo: Repository, where: str) -> None:
    """It may be one all the same: whoever reads a report sees the line, and has not been asked."""
    dropped = fill("<<AKIA %S9 EXAMPLE>>", "0")
    line = f"env: A=1 ID={dropped} TOKEN={token()} B=2\n"
    filler = "nothing is written here\n" * (40 * 1024 * 1024 // 24) if where == "large" else ""
    repo.write("log.txt", filler + line)
    out = repo.path.parent / "report.json"
    if where == "history":
        repo.commit("first")
        repo.write("log.txt", "another first line\n" + line)
        repo.commit("second")
    arguments = ["history", str(repo.path)] if where == "history" else ["scan", str(repo.path / "log.txt")]
    assert main([*arguments, "-q", "--workers", "1", "-f", "json", "-o", str(out)]) == 1
    report = out.read_text("utf-8")
    assert '"excerpt"' in report
    assert dropped not in report


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("quote", ['"', '\\"', "'"])
def test_no_part_of_a_json_web_key_stands_beside_another(repo: Repository, seed: int, quote: str) -> None:
    parts = {name: fill("<<%W171>>", f"{seed}{name}") for name in ("d", "p", "q", "dp", "dq", "qi")}
    members = [*parts.items(), ("kty", "RSA"), ("n", fill("<<%W342>>", str(seed))), ("e", "AQAB")]
    random.Random(seed).shuffle(members)
    text = ", ".join(f"{quote}{name}{quote}: {quote}{value}{quote}" for name, value in members)
    report = reported(repo, f"{{{text}}}")
    assert "jwk-private-key" in report
    assert not shows_any_of(parts.values(), report)


@pytest.mark.parametrize("seed", range(4))
def test_no_part_of_an_rsa_key_in_xml_stands_beside_another(repo: Repository, seed: int) -> None:
    parts = {name: fill("<<%B86 ==>>", f"{seed}{name}") for name in ("D", "P", "Q", "DP", "DQ", "InverseQ")}
    members = [*parts.items(), ("Modulus", fill("<<%B171 =>>", str(seed))), ("Exponent", "AQAB")]
    random.Random(seed).shuffle(members)
    text = "".join(f"<{name}>{value}</{name}>" for name, value in members)
    report = reported(repo, f"<RSAKeyValue>{text}</RSAKeyValue>")
    assert '"excerpt"' in report
    assert not shows_any_of(parts.values(), report)
