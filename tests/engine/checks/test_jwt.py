"""JSON web tokens: what their claims say."""

from __future__ import annotations

import base64
import json

import pytest

from scanner.engine.checks.jwt import check_jwt, check_jwt_kubernetes, check_jwt_supabase
from scanner.engine.checks.verdict import CheckContext, Outcome
from scanner.model.levels import Severity

NOW = 1_767_225_600
CONTEXT = CheckContext(now=NOW)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def token(claims: object, *, algorithm: str = "HS256", signature: int = 32, **header: str) -> bytes:
    """A token with ``signature`` bytes of signature."""
    tail = base64.urlsafe_b64encode(bytes(range(signature))).decode().rstrip("=")
    return f"{part({'alg': algorithm, **header})}.{part(claims)}.{tail}".encode()


@pytest.mark.parametrize(
    ("algorithm", "size", "outcome"),
    [
        ("HS256", 32, Outcome.PASS),
        ("RS256", 256, Outcome.PASS),
        ("ES256", 64, Outcome.PASS),
        ("HS256", 20, Outcome.NEUTRAL),
    ],
)
def test_the_signature_must_have_the_algorithms_size(algorithm: str, size: int, outcome: Outcome) -> None:
    assert check_jwt(token({"sub": "a"}, algorithm=algorithm, signature=size), CONTEXT).outcome is outcome


def test_expired_tokens_are_low() -> None:
    past, future = check_jwt(token({"exp": NOW - 1}), CONTEXT), check_jwt(token({"exp": NOW + 90000}), CONTEXT)
    assert (past.severity, past.detail["expires"]) == (Severity.LOW, "2025-12-31")
    assert (future.severity, future.detail["expires"]) == (None, "2026-01-02")


def test_a_signed_document_without_a_bearer_is_low() -> None:
    document = {"timestamp": "2026-01-01", "versions": [{"version": str(at), "until": "2027"} for at in range(60)]}
    assert check_jwt(token(document, algorithm="RS256", signature=256), CONTEXT).severity is Severity.LOW
    assert check_jwt(token({**document, "sub": "a"}, algorithm="RS256", signature=256), CONTEXT).severity is None
    assert check_jwt(token(document), CONTEXT).severity is None


def test_unsigned_tokens_are_low() -> None:
    assert check_jwt(token({"sub": "a"}, algorithm="none", signature=0), CONTEXT).severity is Severity.LOW


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "1234567890", "name": "John Doe", "iat": 1516239022},
        {"iss": "joe", "exp": 1300819380},
        {"iss": "supabase-demo", "role": "service_role"},
    ],
)
def test_samples_are_shown_as_examples(claims: dict[str, object]) -> None:
    verdict = check_jwt(token(claims), CONTEXT)
    assert verdict.severity is Severity.INFO
    assert verdict.detail["example"]


def test_a_spoilt_copy_of_the_documented_sample_is_an_example() -> None:
    signature = base64.urlsafe_b64encode(bytes.fromhex("49f94ac70449") + bytes(26)).rstrip(b"=")
    verdict = check_jwt(b"eyJhbGciOi.eyJzdWIi." + signature, CONTEXT)
    assert (verdict.outcome, verdict.severity) == (Outcome.FAIL, Severity.INFO)


def test_tokens_that_are_public_by_design_are_dropped() -> None:
    assert check_jwt(token({"iss": "supabase", "role": "anon"}), CONTEXT).outcome is Outcome.DROP


def test_a_proof_of_possession_is_dropped() -> None:
    assert check_jwt(token({"htm": "GET", "jti": "a"}, typ="dpop+jwt"), CONTEXT).outcome is Outcome.DROP


def test_encrypted_tokens_are_dropped_and_broken_ones_fail() -> None:
    assert check_jwt(token({"a": 1}, enc="A256GCM"), CONTEXT).outcome is Outcome.DROP
    assert check_jwt(b"eyJhbGciOi.eyJzdWIi.abcdefgh", CONTEXT).outcome is Outcome.FAIL
    assert check_jwt(token([1, 2]), CONTEXT).outcome is Outcome.FAIL
    assert check_jwt(b"eyJhIjoxfQ." + token({"a": 1}).partition(b".")[2], CONTEXT).outcome is Outcome.FAIL


@pytest.mark.parametrize("end", [1e300, -5, True, "2026", 0])
def test_an_odd_expiry_is_no_expiry(end: object) -> None:
    assert check_jwt(token({"exp": end}), CONTEXT).severity is None


def test_legacy_service_account_tokens_never_end() -> None:
    prefix = "kubernetes.io/serviceaccount/"
    claims = {
        "iss": "kubernetes/serviceaccount",
        prefix + "namespace": "prod",
        prefix + "secret.name": "ci-token-x",
        prefix + "service-account.name": "ci",
        "sub": "system:serviceaccount:prod:ci",
    }
    verdict = check_jwt_kubernetes(token(claims, algorithm="RS256", signature=256), CONTEXT)
    assert (verdict.outcome, verdict.severity) == (Outcome.PASS, Severity.CRITICAL)
    assert verdict.detail == {"namespace": "prod", "service account": "ci", "secret": "ci-token-x", "expires": "never"}


def test_bound_service_account_tokens_name_their_pod_and_end() -> None:
    claims = {
        "sub": "system:serviceaccount:prod:web",
        "kubernetes.io": {"namespace": "prod", "pod": {"name": "web-1", "uid": "u"}},
        "exp": NOW + 3607,
    }
    verdict = check_jwt_kubernetes(token(claims), CONTEXT)
    assert (verdict.severity, verdict.detail["pod"]) == (Severity.HIGH, "web-1")
    assert check_jwt_kubernetes(token({**claims, "exp": NOW - 1}), CONTEXT).severity is Severity.LOW
    assert check_jwt_kubernetes(token({"sub": "system:node:a"}), CONTEXT).outcome is Outcome.DROP


def test_only_the_service_role_of_supabase_counts() -> None:
    verdict = check_jwt_supabase(token({"iss": "supabase", "role": "service_role", "ref": "abc"}), CONTEXT)
    assert (verdict.outcome, verdict.detail["project"]) == (Outcome.PASS, "abc")
    assert check_jwt_supabase(token({"iss": "supabase", "role": "anon"}), CONTEXT).outcome is Outcome.DROP
    assert (
        check_jwt_supabase(token({"iss": "supabase-demo", "role": "service_role"}), CONTEXT).severity is Severity.INFO
    )
