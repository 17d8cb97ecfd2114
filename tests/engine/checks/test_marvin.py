"""Azure's Marvin checksums, against Microsoft's published values."""

from __future__ import annotations

import base64

import pytest

from scanner.engine.checks.marvin import SEEDS, check_cask, check_marvin, marvin32
from scanner.engine.checks.verdict import CheckContext, Outcome

CONTEXT = CheckContext()


def test_published_checksums() -> None:
    assert marvin32(bytes(range(28)), b"Default0") == 0x8785336F
    assert marvin32(b"", b"Default0") == 0xCFD9B134


def identifiable(mark: bytes, length: int, seed: bytes) -> bytes:
    """A key of ``length`` bytes with ``mark`` before the checksum, as a service would make it."""
    fixed = base64.b64decode(mark + b"A" * (-len(mark) % 4))[:3]
    body = bytes(range(7, 7 + length - 4 - len(fixed))) + fixed
    return base64.b64encode(body + marvin32(body, seed).to_bytes(4, "little"))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_services_seed_is_known(seed: bytes) -> None:
    key = identifiable(b"+ASt", 64, seed)
    verdict = check_marvin(key, CONTEXT)
    assert verdict.outcome is Outcome.PASS
    assert dict(verdict.detail) == ({"grants": SEEDS[seed]} if SEEDS[seed] else {})


def test_url_safe_keys_are_read_too() -> None:
    key = identifiable(b"AzFu", 40, b"Master00").translate(bytes.maketrans(b"+/", b"-_"))
    assert check_marvin(key, CONTEXT).detail["grants"] == "Functions master key"


def test_a_changed_key_fails() -> None:
    key = identifiable(b"+ASt", 64, b"Default0")
    assert check_marvin(b"Z" + key[1:], CONTEXT).outcome is Outcome.FAIL
    assert check_marvin(key[:-3], CONTEXT).outcome is Outcome.FAIL


def cask(checksum_form: str) -> bytes:
    """A key of the common form; its checksum written in base64 or in base 62."""
    head = (b"abcdEFGH0123" * 5)[:52] + b"JQQJ99" + b"B" + b"AC" + b"platform0123" + b"AAA" + b"AZDO"
    assert len(head) == 80
    checksum = marvin32(base64.b64decode(head), b"Default0").to_bytes(4, "little")
    if checksum_form == "base64":
        return head + base64.b64encode(checksum)[:4]
    number, digits = int.from_bytes(checksum, "big"), ""
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    while number:
        digits = letters[number % 62] + digits
        number //= 62
    return head + digits.ljust(6, "0")[:4].encode()


@pytest.mark.parametrize("form", ["base64", "base62"])
def test_the_common_format_in_both_spellings(form: str) -> None:
    key = cask(form)
    assert check_cask(key, CONTEXT).outcome is Outcome.PASS
    assert check_cask(key + b"wxyz", CONTEXT).outcome is Outcome.PASS, "the long form ends in four characters more"
    assert check_cask(b"Z" + key[1:], CONTEXT).outcome is Outcome.FAIL
