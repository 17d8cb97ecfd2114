"""Digests: equal for equal secrets, costly for weak ones, refused when the salt is not what it was."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model.errors import ConfigError
from scanner.model.secret import Secret
from scanner.ruleset.examples import fill
from scanner.suppress.digest import DEFAULT_COST, Digest, Salt

WEAK = Secret(b"hunter2")


def strong() -> Secret:
    return Secret(fill("<<%A48>>", "s").encode())


def test_the_digest_depends_on_rule_secret_and_salt_alone() -> None:
    salt = Salt(b"0" * 16, 10)
    for secret in (WEAK, strong()):
        digest = salt.digest("rule", secret)
        assert digest == salt.digest("rule", Secret(secret.reveal()))
        assert digest != salt.digest("other", secret)
        assert digest != Salt(b"1" * 16, 10).digest("rule", secret)
        assert Digest.parse(digest.render()) == digest


def test_the_digest_of_a_password_is_the_slow_one() -> None:
    salt = Salt.fresh()
    assert salt.digest("rule", WEAK).kind == "s"
    assert salt.digest("rule", strong()).kind == "f"

    def seconds(secret: Secret) -> float:
        started = time.perf_counter()
        salt.digest("rule", secret)
        return time.perf_counter() - started

    assert salt.cost == DEFAULT_COST
    assert min(seconds(WEAK) for _ in range(3)) > 0.002
    assert min(seconds(strong()) for _ in range(3)) < 0.002


def test_cost_makes_another_digest_under_another_name() -> None:
    one, two = Salt(b"0" * 16, 10), Salt(b"0" * 16, 11)
    assert one.id != two.id
    assert one.digest("rule", WEAK).value != two.digest("rule", WEAK).value


@given(st.binary(min_size=16, max_size=16), st.integers(10, 16))
def test_a_salt_survives_its_line(value: bytes, cost: int) -> None:
    salt = Salt(value, cost)
    assert Salt.parse(salt.render()) == salt


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda line: "0" * 32 + line[32:], "changed by hand"),
        (lambda line: line.replace(" 12 ", " 11 "), "changed by hand"),
        (lambda line: line[:-1], "changed by hand"),
        (lambda line: line.replace(" 12 ", " 30 "), "cost must be"),
        (lambda line: line.replace(" 12 ", " x "), "damaged"),
        (lambda line: line[1:], "damaged"),
        (lambda line: "", "damaged"),
    ],
)
def test_a_salt_that_is_not_what_it_was_is_refused(change: object, complaint: str) -> None:
    assert callable(change)
    with pytest.raises(ConfigError, match=complaint):
        Salt.parse(change(Salt(b"s" * 16).render()))


def test_no_digest_shows_the_secret() -> None:
    assert not re.search("hunter2", repr(Salt(b"0" * 16, 10).digest("rule", WEAK)))
