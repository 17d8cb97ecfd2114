"""The hard cases of ``corpus/hard``: silence where something only looks like a secret, one finding where it is one."""

from __future__ import annotations

import base64
import textwrap
from pathlib import Path

import pytest
import yaml

from scanner.engine.encoding import to_text
from scanner.model.levels import Severity
from scanner.model.match import Match
from scanner.model.span import LineIndex
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.pipeline.text import TextScanner
from scanner.ruleset.examples import fill

CORPUS = Path(__file__).resolve().parents[2] / "corpus" / "hard"


def cases(name: str) -> list[dict[str, object]]:
    return [case for case in yaml.safe_load((CORPUS / name).read_text()) if "skip" not in case]


def named(case: object) -> str:
    return str(case["case"]) if isinstance(case, dict) else ""


@pytest.fixture(scope="module")
def scanner() -> TextScanner:
    return text_scanner(ScanOptions())


def found(scanner: TextScanner, text: str, path: str) -> list[Match]:
    matches = scanner.scan(to_text(text.encode(), path))
    return [match for match in matches if not match.reason and match.severity > Severity.INFO]


@pytest.mark.parametrize("case", cases("negatives.yml"), ids=named)
def test_what_only_looks_like_a_secret_stays_silent(case: dict[str, str], scanner: TextScanner) -> None:
    matches = found(scanner, fill(case["text"], case["case"]), case["path"])
    assert [match.rule for match in matches] == []


@pytest.mark.parametrize("case", cases("positives.yml"), ids=named)
def test_what_others_miss_gives_one_finding(case: dict[str, str], scanner: TextScanner) -> None:
    text = fill(case["text"], case["case"])
    matches = found(scanner, text, case["path"])
    assert len(matches) == int(case.get("expect", 1)), [match.rule for match in matches]
    if "line" in case:
        assert LineIndex(text.encode()).line(matches[0].span.start) == int(case["line"])


@pytest.mark.parametrize("case", cases("configuration.yml"), ids=named)
def test_settings_files_give_their_secrets_and_nothing_else(case: dict[str, str], scanner: TextScanner) -> None:
    text = fill(case["text"], case["case"])
    places = LineIndex(text.encode())
    assert sorted(places.line(match.span.start) for match in found(scanner, text, case["path"])) == case["lines"]


def test_a_document_in_folded_base64_is_read_and_placed_on_its_lines(scanner: TextScanner) -> None:
    secret = fill("<<%A20>>", "folded")
    encoded = base64.b64encode(f"[smtp]\nuser = joe\npassword = {secret}\n# keep this file\n".encode()).decode()
    block = textwrap.indent("\n".join(textwrap.wrap(encoded, 40)), "      ")
    text = f"write_files:\n  - encoding: b64\n    content: |\n{block}\nruncmd: [ls]\n"
    (match,) = found(scanner, text, "cloud-init.yaml")
    assert match.secret.reveal() == secret.encode()
    assert text.encode()[match.span.start : match.span.end].split()[0] == encoded[:40].encode()


def test_base64_twice_over_is_read(scanner: TextScanner) -> None:
    secret = fill("<<%A24>>", "twice")
    inner = base64.b64encode(f'{{"api_token": "{secret}"}}'.encode())
    (match,) = found(scanner, f"blob: {base64.b64encode(inner).decode()}\n", "dump.txt")
    assert match.secret.reveal() == secret.encode()
    assert match.detail["encoding"] == "base64 > base64"


def test_a_command_encoded_for_powershell_is_read(scanner: TextScanner) -> None:
    secret = fill("<<%A24>>", "powershell")
    encoded = base64.b64encode(f"$password = '{secret}'; Connect-Server".encode("utf-16-le")).decode()
    (match,) = found(scanner, f"powershell -EncodedCommand {encoded}\r\n", "setup.cmd")
    assert match.secret.reveal() == secret.encode()


def test_utf16_as_powershell_writes_it_is_read(scanner: TextScanner) -> None:
    secret = fill("<<%A24>>", "utf16")
    data = f"db:\r\n  password: {secret}\r\n".encode("utf-16")
    (match,) = [m for m in scanner.scan(to_text(data, "config.yml")) if not m.reason]
    assert match.secret.reveal() == secret.encode()


def test_one_secret_in_two_spellings_is_one_finding(scanner: TextScanner) -> None:
    secret = fill("<<%A14>>", "spellings")
    text = f'body = "{{\\"password\\": \\"{secret}\\"}}"\n'
    assert len(found(scanner, text, "client.py")) == 1
