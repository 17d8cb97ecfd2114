"""Recovery phrases, Base58Check and key pairs, against the vectors of their standards."""

from __future__ import annotations

import random

import pytest

from scanner.engine.checks import crc, wallet
from scanner.engine.checks.verdict import CheckContext, Outcome
from scanner.model.levels import Severity
from scanner.ruleset import example_wallets

CONTEXT = CheckContext()
# Of BIP 39: what the words say, and the words.
VECTORS = [
    ("9e885d952ad362caeb4efe34a8e91bd2", "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic"),
    ("f30f8c1da665478f49b001d94c5fc452", "vessel ladder alter error federal sibling chat ability sun glass valve picture"),
    (
        "6610b25967cdcca9d59875f5cb50b0ea75433311869e930b",
        "gravity machine north sort system female filter attitude volume fold club stay feature office ecology stable narrow fog",
    ),
]


@pytest.mark.parametrize(("entropy", "words"), VECTORS)
def test_the_words_of_the_standard_say_what_it_says(entropy: str, words: str) -> None:
    assert wallet.entropy_of([word.encode() for word in words.split()]) == bytes.fromhex(entropy)


@pytest.mark.parametrize("count", ["12", "15", "18", "21", "24"])
def test_a_phrase_is_found_between_other_words(count: str) -> None:
    phrase = example_wallets.phrase(count, random.Random(count)).encode()
    verdict = wallet.check_recovery_phrase(b"is " + phrase + b" ok", CONTEXT)
    assert verdict.outcome is Outcome.PASS
    assert verdict.detail == {"words": count}


def test_words_without_a_checksum_are_no_phrase() -> None:
    words = VECTORS[0][1].split()
    verdict = wallet.check_recovery_phrase(" ".join([words[1], words[0], *words[2:]]).encode(), CONTEXT)
    assert verdict.outcome is Outcome.DROP
    assert wallet.check_recovery_phrase(b"the quick brown fox jumps over the lazy dog and runs home", CONTEXT).outcome is Outcome.DROP


def test_examples_of_the_standard_are_info() -> None:
    phrase = b"legal winner thank year wave sausage worth useful legal winner thank yellow"
    assert wallet.check_recovery_phrase(phrase, CONTEXT).severity is Severity.INFO


def test_extended_and_imported_keys_have_a_checksum() -> None:
    for kind in ("xprv", "tprv", "wif", "wif-test"):
        key = example_wallets.base58(kind, random.Random(kind)).encode()
        assert wallet.check_base58(key, CONTEXT).outcome is Outcome.PASS
        other = b"2" if key[20:21] != b"2" else b"3"
        assert wallet.check_base58(key[:20] + other + key[21:], CONTEXT).outcome is Outcome.DROP
    assert wallet.check_base58(b"0OIl", CONTEXT).outcome is Outcome.DROP


def test_the_second_half_of_a_key_pair_is_public() -> None:
    numbers = example_wallets.pair(",", random.Random(1)).encode()
    assert wallet.check_key_pair(numbers, CONTEXT).outcome is Outcome.PASS
    assert wallet.check_key_pair(b"1" + numbers.partition(b",")[1] + numbers.partition(b",")[2], CONTEXT).outcome is Outcome.DROP
    assert wallet.check_key_pair(b"1,2,3", CONTEXT).outcome is Outcome.DROP
    assert wallet.check_key_pair(b"256," + b",".join([b"1"] * 63), CONTEXT).outcome is Outcome.DROP


def test_tokens_of_sanctum_end_in_a_checksum() -> None:
    token = example_wallets.sanctum("", random.Random(3)).encode()
    assert crc.check_sanctum(token, CONTEXT).outcome is Outcome.PASS
    assert crc.check_sanctum(token.replace(b"|", b"|acme_"), CONTEXT).outcome is Outcome.PASS
    assert crc.check_sanctum(token[:-1] + (b"0" if token[-1:] != b"0" else b"1"), CONTEXT).outcome is Outcome.DROP
