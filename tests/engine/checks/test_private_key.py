"""Private keys, in every writing that people commit them in."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from scanner.engine.checks.private_key import (
    check_private_key,
    check_private_key_base64,
    check_private_key_der,
    check_putty,
)
from scanner.engine.checks.verdict import CheckContext, Outcome
from scanner.model.levels import Severity
from scanner.ruleset.examples import fill

CONTEXT = CheckContext()
MARK = "-----{} PRIVATE" + " KEY-----"


def made(template: str) -> bytes:
    return fill(f"<<{template}>>", template).encode()


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("RSA", "RSA 512"),
        ("", "RSA 512"),
        ("EC", "EC"),
        ("ED25519", "Ed25519"),
        ("OPENSSH", "OpenSSH ssh-ed25519"),
        ("PGP", "OpenPGP RSA"),
    ],
)
def test_whole_keys_are_proved(kind: str, key: str) -> None:
    verdict = check_private_key(made(f"%pem({kind})"), CONTEXT)
    assert (verdict.outcome, verdict.detail) == (Outcome.PASS, {"key": key})


@pytest.mark.parametrize("kind", ["RSA-AES", "OPENSSH-AES", "ENCRYPTED"])
def test_a_passphrase_lowers_to_medium(kind: str) -> None:
    verdict = check_private_key(made(f"%pem({kind})"), CONTEXT)
    assert (verdict.severity, verdict.detail["passphrase"]) == (Severity.MEDIUM, "yes")


WRITINGS = {
    "escaped": lambda key: key.replace(b"\n", b"\\n"),
    "twice escaped": lambda key: key.replace(b"\n", b"\\\\r\\\\n"),
    "slashes escaped": lambda key: key.replace(b"\n", b"\\n").replace(b"/", b"\\/"),
    "windows": lambda key: key.replace(b"\n", b"\r\n"),
    "indented": lambda key: key.replace(b"\n", b"\n      "),
    "concatenated": lambda key: key.replace(b"\n", b'\\n" +\n    "'),
    "a list": lambda key: key.replace(b"\n", b'",\n  "'),
    "a patch": lambda key: b"+" + key.replace(b"\n", b"\n+"),
    "a log": lambda key: key.replace(b"\n", b"\n2026-04-26 12:36:01 "),
    "percent": lambda key: key.replace(b"+", b"%2B").replace(b"/", b"%2F").replace(b"=", b"%3D").replace(b"\n", b"%0A"),
    "entities": lambda key: key.replace(b"\n", b"&#xA;"),
    "one line": lambda key: key.replace(b"\n", b" "),
}


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("kind", ["RSA", "", "EC", "OPENSSH"])
def test_writings_do_not_hide_the_key(kind: str, writing: str) -> None:
    text = WRITINGS[writing](made(f"%pem({kind})"))
    assert check_private_key(text, CONTEXT).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n...\n",
        "\nxxx\n",
        "\nREPLACE ME\n",
        "\n<your private key here, as the console showed it to you>\n",
        '\n" + key + "\n',
        "\nMIIEvAIBADANBgkqhkiG9w0BAQEFAASC...\n",
        "\n" + base64.b64encode(b"this is only a text that stands where a key could have been").decode() + "\n",
    ],
)
def test_marks_without_a_key_are_dropped(body: str) -> None:
    text = MARK.format("BEGIN") + body + MARK.format("END")
    assert check_private_key(text.encode(), CONTEXT).outcome is Outcome.DROP


def test_random_bytes_in_armour_may_be_a_key() -> None:
    body = base64.b64encode(bytes(range(7, 247))).decode()
    text = f"{MARK.format('BEGIN')}\n{body}\n{MARK.format('END')}"
    assert check_private_key(text.encode(), CONTEXT).outcome is Outcome.NEUTRAL


def test_a_body_that_says_example_is_one() -> None:
    body = "EXAMPLE" + base64.b64encode(bytes(range(7, 247))).decode()
    text = f"{MARK.format('BEGIN')}\n{body}\n{MARK.format('END')}"
    assert check_private_key(text.encode(), CONTEXT).outcome is Outcome.DROP


def test_marks_that_say_example() -> None:
    key = made("%pem(RSA)").replace(b"BEGIN RSA", b"BEGIN TESTING").replace(b"END RSA", b"END TESTING")
    assert check_private_key(key, CONTEXT).outcome is Outcome.DROP


def test_a_cut_key_fails() -> None:
    key = made("%pem(RSA)")
    assert check_private_key(key[: len(key) * 3 // 4], CONTEXT).outcome is Outcome.FAIL


def test_numbers_that_do_not_agree_fail() -> None:
    lines = made("%pem(RSA)").split(b"\n")
    lines[3] = lines[3][::-1]
    assert check_private_key(b"\n".join(lines), CONTEXT).outcome is Outcome.FAIL


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_base64_at_every_alignment(shift: int) -> None:
    text = base64.b64encode(b"\n "[:shift] + made("%pem(EC)"))
    assert check_private_key_base64(text, CONTEXT).outcome is Outcome.PASS
    for between in (b"\n  ", b'\\n"\n  "', b"\\\\r\\\\n", b"' \\\n'"):
        folded = between.join(text[at : at + 60] for at in range(0, len(text), 60))
        assert check_private_key_base64(folded, CONTEXT).outcome is Outcome.PASS


@pytest.mark.parametrize("kind", ["RSA", "", "EC", "ED25519"])
def test_bare_keys_in_strings(kind: str) -> None:
    body = "".join(made(f"%pem({kind})").decode().split("\n")[1:-1])
    assert check_private_key_der(body.encode(), CONTEXT).outcome is Outcome.PASS
    assert check_private_key_der(body.replace("A", "", 3).encode(), CONTEXT).outcome is not Outcome.PASS


def test_keys_published_for_testing_are_no_leaks(monkeypatch: pytest.MonkeyPatch) -> None:
    data = base64.b64decode(made("%body(%pem(EC))"))
    known = {hashlib.sha256(data).hexdigest(): "a key of the tests"}
    monkeypatch.setattr("scanner.engine.checks.private_key._PUBLISHED", known)
    for template in ("%pem(EC)", "%escesc(%pem(EC))"):
        verdict = check_private_key(fill(f"<<{template}>>", "%body(%pem(EC))").encode(), CONTEXT)
        assert (verdict.severity, verdict.detail["example"]) == (Severity.INFO, "a key of the tests")


def test_the_head_of_a_key_is_none() -> None:
    lines = made("%pem(RSA)").split(b"\n")
    for end in ([], [MARK.format("END").encode()]):
        assert check_private_key(b"\n".join([*lines[:2], b"....", *end]), CONTEXT).outcome is Outcome.DROP
        assert check_private_key(b"\n".join([*lines[:2], *end]), CONTEXT).outcome is Outcome.DROP


def test_openssh_keys_begin_as_openssh_keys_do() -> None:
    key = made("%pem(OPENSSH)").replace(b"b3Blbn", b"c3Blbn")
    assert check_private_key(key, CONTEXT).outcome is Outcome.DROP


def test_putty_files() -> None:
    whole = made("%putty(none)")
    assert check_putty(whole, CONTEXT).outcome is Outcome.PASS
    assert check_putty(whole.replace(b"\n", b"\\n"), CONTEXT).outcome is Outcome.PASS
    assert check_putty(whole.replace(b"\n", b"\r\n"), CONTEXT).outcome is Outcome.PASS
    assert check_putty(whole.replace(b"\n", b"\n   "), CONTEXT).outcome is Outcome.PASS
    derived = whole.replace(b"Private-Lines", b"Key-Derivation: Argon2id\nArgon2-Memory: 8192\nPrivate-Lines")
    assert check_putty(derived, CONTEXT).outcome is Outcome.PASS
    assert check_putty(whole.replace(b"Comment: toy", b"Comment: joy"), CONTEXT).outcome is Outcome.FAIL
    assert check_putty(made("%putty(aes256-cbc)"), CONTEXT).severity is Severity.MEDIUM


COMMANDS = {
    "ssh-keygen -q -t ed25519 -N '' -f {}": (Outcome.PASS, None),
    "ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -f {}": (Outcome.PASS, None),
    "ssh-keygen -q -t ecdsa -N secret -f {}": (Outcome.NEUTRAL, Severity.MEDIUM),
    "openssl genpkey -algorithm ed25519 -out {}": (Outcome.PASS, None),
    "openssl ecparam -genkey -name prime256v1 -noout -out {}": (Outcome.PASS, None),
    "openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -aes256 -pass pass:secret -out {}": (
        Outcome.NEUTRAL,
        Severity.MEDIUM,
    ),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_keys_of_real_programs(command: str, tmp_path: Path) -> None:
    program, *arguments = command.split(" ")
    found = shutil.which(program)
    if not found:
        pytest.skip(f"{program} is not installed")
    path = tmp_path / "key"
    words = ["" if word == "''" else word.format(path) for word in arguments]
    subprocess.run([found, *words], check=True, capture_output=True)
    verdict = check_private_key(path.read_bytes(), CONTEXT)
    assert (verdict.outcome, verdict.severity) == COMMANDS[command]
