"""The model of named and generated values: what it must be able to tell apart, and that it stays small and quick."""

from __future__ import annotations

import random
import string
import time
from pathlib import Path

import pytest

from scanner.engine.plausibility import words

NAMED = (
    "get_user_by_id", "ConnectionPoolTimeout", "authentication_backend", "sha256WithRSAEncryption", "test2user1",
    "resource_owner_key", "x86_64-linux-gnu", "my-client-secret-v2", "LDAPBindPassword", "spring.datasource.url",
)  # fmt: skip


def generated(alphabet: str, length: int, seed: int) -> str:
    chance = random.Random(seed)
    return "".join(chance.choice(alphabet) for _ in range(length))


@pytest.mark.parametrize("text", NAMED)
def test_names_are_told_shorter_as_words(text: str) -> None:
    assert words.surprise(text) < 0


@pytest.mark.parametrize(
    ("alphabet", "length", "share"),
    [
        (string.ascii_letters + string.digits, 20, 1.0),
        (string.ascii_letters + string.digits, 32, 1.0),
        ("0123456789abcdef", 32, 1.0),
        (string.ascii_lowercase + string.digits, 16, 0.98),
        (string.ascii_lowercase, 16, 0.98),
        (string.ascii_lowercase, 8, 0.85),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32, 1.0),
    ],
)
def test_generated_values_are_told_shorter_by_a_generator(alphabet: str, length: int, share: float) -> None:
    surprises = [words.surprise(generated(alphabet, length, seed)) for seed in range(200)]
    assert sum(bits > 0 for bits in surprises) >= share * len(surprises)


def test_words_are_split_where_a_person_would() -> None:
    assert words.words_of("userPasswordReset2") == ["user", "password", "reset"]
    assert words.words_of("secretaccesstoken") == ["secret", "access", "token"]
    assert words.word_share("xqzjvkwp") == 0


def test_the_table_is_small_and_loads_quickly() -> None:
    path = Path(words.__file__).with_name("randomness.dat")
    assert path.stat().st_size < 80_000
    words.model.cache_clear()
    started = time.perf_counter()
    words.model()
    # Two milliseconds on an idle machine; a test runs on a busy one.
    assert time.perf_counter() - started < 0.05


def test_long_values_cost_no_more_than_short_ones() -> None:
    started = time.perf_counter()
    words.surprise("a1" * 500_000)
    assert time.perf_counter() - started < 0.05
