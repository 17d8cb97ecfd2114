"""Structure inside tokens: account numbers, ids, seeds, payloads, macaroons and age identities."""

from __future__ import annotations

import base64
import binascii
import json

import pytest

from scanner.engine.checks.bech32 import check_age
from scanner.engine.checks.identifiers import (
    check_aws_key_id,
    check_discord,
    check_jfrog_reference,
    check_json_payload,
    check_nkey,
)
from scanner.engine.checks.macaroon import check_pypi
from scanner.engine.checks.verdict import CheckContext, Outcome
from scanner.model.aws import account_of

CONTEXT = CheckContext(now=1_800_000_000)


def joined(*parts: bytes) -> bytes:
    """One token out of its parts."""
    return b"".join(parts)


def test_the_account_inside_an_aws_key_id() -> None:
    key = joined(b"AS", b"IA", b"QNZGKIQY56JQ7WML")
    assert account_of(key) == "029608264753"
    assert check_aws_key_id(key, CONTEXT).detail == {"account": "029608264753"}


def test_aws_ids_of_the_first_years_hold_no_account() -> None:
    assert account_of(joined(b"AK", b"IA", b"IQZZKIQY56JQ7WML")) == ""
    assert check_aws_key_id(joined(b"AK", b"IA", b"JQZZKIQY56JQ7WML"), CONTEXT).outcome is Outcome.NEUTRAL


def test_an_aws_id_is_base32() -> None:
    assert check_aws_key_id(joined(b"AK", b"IA", b"QNZGKIQ10896Q7WM"), CONTEXT).outcome is Outcome.FAIL


def discord(bot: int) -> bytes:
    return base64.b64encode(str(bot).encode()).rstrip(b"=") + b".Gx1yZ9." + b"a" * 27


def test_a_discord_token_begins_with_a_snowflake() -> None:
    assert check_discord(discord(875386240712343612), CONTEXT).detail == {"bot": "875386240712343612"}
    assert check_discord(b"M" + b"x" * 23 + b".Gx1yZ9." + b"a" * 27, CONTEXT).outcome is Outcome.FAIL
    future = (1_900_000_000_000 - 1_420_070_400_000) << 22
    assert check_discord(discord(future), CONTEXT).outcome is Outcome.FAIL


def test_nats_seeds_carry_a_checksum() -> None:
    raw = bytes(((18 << 3) | (20 << 3 >> 5), (20 << 3 & 31) << 3)) + bytes(range(32))
    seed = base64.b32encode(raw + binascii.crc_hqx(raw, 0).to_bytes(2, "little")).rstrip(b"=")
    assert len(seed) == 58
    assert check_nkey(seed, CONTEXT).outcome is Outcome.PASS
    assert check_nkey(seed[:-3] + b"AAA", CONTEXT).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("prefix", "payload", "outcome"),
    [
        (b"glc_", {"o": "1", "n": "x", "k": "v", "m": {}}, Outcome.PASS),
        (b"glc_", {"o": "1"}, Outcome.FAIL),
        (b"", {"k": "0" * 32, "n": "admin", "id": 1}, Outcome.PASS),
        (b"sntrys_", {"iat": 1.5, "url": "https://sentry.io"}, Outcome.PASS),
        (b"sntrys_", {"iat": 1.5}, Outcome.FAIL),
    ],
)
def test_json_inside_a_token(prefix: bytes, payload: dict[str, object], outcome: Outcome) -> None:
    body = base64.b64encode(json.dumps(payload, separators=(",", ":")).encode())
    assert check_json_payload(prefix + body + b"_" + b"s" * 43, CONTEXT).outcome is outcome


def test_text_that_is_no_json_fails() -> None:
    assert check_json_payload(b"glc_eyJvIjoiMTIzNDU2Nzg5MDEy", CONTEXT).outcome is Outcome.FAIL


def test_jfrog_reference_tokens_decode() -> None:
    token = base64.b64encode(b"reftkn:01:1735689600:" + b"Abc123" * 4)
    assert check_jfrog_reference(token, CONTEXT).outcome is Outcome.PASS
    assert (
        check_jfrog_reference(base64.b64encode(b"reftkn is a word of this text here"), CONTEXT).outcome is Outcome.FAIL
    )


def pypi(*caveats: bytes) -> bytes:
    """A macaroon written field by field."""
    data = b"\x02\x01\x08" + joined(b"pypi", b".org") + b"\x02\x24" + b"1" * 36 + b"\0"
    for caveat in caveats:
        data += b"\x02" + bytes((len(caveat),)) + caveat + b"\0"
    data += b"\0\x06\x20" + bytes(range(32))
    return b"pypi-" + base64.urlsafe_b64encode(data).rstrip(b"=")


def test_macaroons_tell_their_scope() -> None:
    assert check_pypi(pypi(b'{"version":1,"permissions":"user"}'), CONTEXT).detail == {"scope": "account"}
    assert check_pypi(pypi(b'[1,["mine"]]', b'[3,"u"]'), CONTEXT).detail == {"scope": "projects"}


def test_a_cut_macaroon_fails() -> None:
    assert check_pypi(pypi(b"[3]")[:-8], CONTEXT).outcome is Outcome.FAIL
    assert check_pypi(b"pypi-AgEIcHlwaQ", CONTEXT).outcome is Outcome.FAIL
    assert check_pypi(b"pypi-" + b"_" * 120, CONTEXT).outcome is Outcome.FAIL


AGE = joined(b"QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS", b"23V9CCRYDPK8QARC0S")


def test_age_identities_end_in_a_checksum() -> None:
    token = joined(b"AGE-SECRET-", b"KEY-1", AGE, b"WRYDWG")
    assert check_age(token, CONTEXT).outcome is Outcome.PASS
    assert check_age(token.replace(b"Y", b"Z"), CONTEXT).outcome is Outcome.FAIL
    assert check_age(token[:-1] + b"g", CONTEXT).outcome is Outcome.FAIL, "one case throughout"


def test_post_quantum_age_identities_have_their_own_prefix() -> None:
    token = joined(b"AGE-SECRET-", b"KEY-PQ-1", AGE, b"WRYDWG")
    assert check_age(token, CONTEXT).outcome is Outcome.FAIL, "the prefix is part of the checksum"
