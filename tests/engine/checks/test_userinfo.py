"""User and password together: what stands in for a password, what is weak, what is real."""

from __future__ import annotations

import base64

import pytest

from scanner.engine.checks.userinfo import check_basic, check_password
from scanner.engine.checks.verdict import CheckContext, Outcome
from scanner.model.levels import Severity

REAL = b"q7" + b"Rt2x" + b"Lw9z"


def password(value: bytes, user: bytes = b"app", host: bytes = b"db.example.net") -> Outcome:
    return check_password(value, CheckContext({"user": user, "host": host})).outcome


@pytest.mark.parametrize(
    "value",
    [
        b"password", b"pass", b"pwd1", b"secret", b"mypassword", b"test_password_123", b"wrong_pass", b"bar", b"foo",
        b"letmein123", b"your-password-here", b"${DB_PASSWORD}", b"$DB_PASSWORD", b"{{password}}", b"<password>", b"%s",
        b"****", b"xxxx", b"...", b"{}", b"@PASSWORD@", b"p%61ss", b"pass%20word",
    ],
)  # fmt: skip
def test_stand_ins_are_no_passwords(value: bytes) -> None:
    assert password(value) is Outcome.DROP


@pytest.mark.parametrize(
    "value", [REAL, b"Sum" + b"mer2024!", b"hunt" + b"er2", b"xkcd-stap" + b"le", b"$ecr" + b"et1"]
)
def test_what_people_choose_stays(value: bytes) -> None:
    assert password(value) is Outcome.NEUTRAL


@pytest.mark.parametrize(
    ("value", "user"),
    [
        (b"guest", b"guest"),
        (b"minioadmin", b"minio"),
        (b"svc-ci", b"SVC-CI"),
        (b"sun" + b"shine", b"joe"),
        (b"hunt" + b"er2", b"joe"),
        (b"4711", b"joe"),
    ],
)
def test_defaults_and_the_users_own_name_are_low(value: bytes, user: bytes) -> None:
    verdict = check_password(value, CheckContext({"user": user}))
    assert verdict.outcome is Outcome.NEUTRAL
    assert verdict.severity is Severity.LOW


@pytest.mark.parametrize("host", [b"localhost", b"127.0.0.1", b"db.example.com", b"mail.test"])
def test_an_address_that_leads_nowhere_is_low(host: bytes) -> None:
    assert check_password(REAL, CheckContext({"host": host})).severity is Severity.LOW
    assert check_password(REAL, CheckContext({"host": b"db.acme.dev"})).severity is None


def basic(text: bytes) -> Outcome:
    return check_basic(base64.b64encode(text), CheckContext()).outcome


def test_basic_names_the_user_and_never_the_password() -> None:
    verdict = check_basic(base64.b64encode(b"deploy:" + REAL), CheckContext())
    assert verdict.outcome is Outcome.PASS
    assert dict(verdict.detail) == {"user": "deploy"}


@pytest.mark.parametrize(
    "text", [b"user:password", b"no colon here", b"bin\x00ary:\x01\x02", b"app:", b"Aladdin:open sesame"]
)
def test_what_is_no_basic_credential(text: bytes) -> None:
    assert basic(text) is Outcome.DROP


def test_an_api_key_may_be_the_user_alone() -> None:
    verdict = check_basic(base64.b64encode(REAL * 3 + b":"), CheckContext())
    assert verdict.outcome is Outcome.PASS
    assert not verdict.detail


def test_a_word_after_basic_is_no_credential() -> None:
    assert check_basic(b"authentication", CheckContext()).outcome is Outcome.DROP
