"""What may stand in a file under a fast digest: only what nobody can guess."""

from __future__ import annotations

import base64
import random
import string

import pytest

from scanner.suppress.strength import is_strong

ALPHANUMERIC = string.ascii_letters + string.digits


@pytest.mark.parametrize(
    "secret",
    [
        "", "hunter2", "P@ssw0rd!", "Sup3rS3cretP@ssw0rd!2024", "correct-horse-battery-staple-1234",
        "P@ssw0rd" * 6, "qwertyuiopasdfghjklzxcvbnm1234567890", ALPHANUMERIC,
        "my_very_long_database_password_for_production_2024_v2_final", "Th1s1sMyV3ryS3cur3P4ssw0rd",
        "TheQuickBrownFoxJumpsOverTheLazyDog1TheQuickBrown", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
        "deadbeef" * 4, "1111111122222222333333334444444455555555", "1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d",
        "MyD0gH@sFl3as&1L0veC0ffee2023!MaryHadALittleLamb", "JeSuisUnMotDePasseTresLong1984EtEncorePlus",
        "postgres://user:hunter2@db.internal.example.com:5432/prod?sslmode=require", "-----BEGIN RSA PRIVATE KEY-----",
        "postgres://bob:hunter2@c9akciq32xyzQ81kd72mPqR5s8.example.com/db",
        "Server=Zx81kQ72mmPw55tRb8Nq0LcV3y.example.com;User=sa;Password=hunter2;",
        "2024-01-01T00:00:00Z/2024-12-31T23:59:59Z", "Passwort für Jürgen, sehr lang und mit Umlauten 1234567890",
    ],
)  # fmt: skip
def test_what_people_choose_is_weak_however_long(secret: str) -> None:
    assert not is_strong(secret.encode())
    assert not is_strong(base64.b64encode(secret.encode()))
    assert not is_strong(secret.encode().hex().encode())


@pytest.mark.parametrize(
    ("alphabet", "length"), [(ALPHANUMERIC, 40), ("0123456789abcdef", 32), ("0123456789abcdef", 64)]
)
def test_most_random_tokens_are_strong(alphabet: str, length: int) -> None:
    chance = random.Random(7)
    tokens = ["".join(chance.choices(alphabet, k=length)).encode() for _ in range(500)]
    assert sum(map(is_strong, tokens)) > 400


def test_short_random_tokens_are_left_to_the_slow_digest() -> None:
    chance = random.Random(7)
    assert not any(is_strong("".join(chance.choices(ALPHANUMERIC, k=16)).encode()) for _ in range(500))


@pytest.mark.parametrize(
    ("seed", "expected"),
    [(1, "0011011111"), (2, "1001110010")],
)
def test_the_answer_is_part_of_the_file_format(seed: int, expected: str) -> None:
    # Entries written by an older release are looked for under the same kind of digest: never change these.
    chance = random.Random(seed)
    tokens = ["".join(chance.choices(ALPHANUMERIC, k=24)).encode() for _ in range(10)]
    assert "".join(str(int(is_strong(token))) for token in tokens) == expected
