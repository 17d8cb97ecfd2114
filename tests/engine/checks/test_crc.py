"""Checksums built on CRC-32, against published vectors. Tokens are joined here, never in a file."""

from __future__ import annotations

import pytest

from scanner.engine.checks import crc
from scanner.engine.checks.verdict import CheckContext, Outcome

CONTEXT = CheckContext()
LETTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def joined(*parts: bytes) -> bytes:
    """One token out of its parts."""
    return b"".join(parts)


@pytest.mark.parametrize(
    ("body", "checksum"), [(LETTERS[:30], b"4PMbyp"), (b"0" * 29 + b"1", b"010Ohw")], ids=["plain", "padded"]
)
def test_base62_checksum_of_github_and_npm(body: bytes, checksum: bytes) -> None:
    assert crc.check_crc62(joined(b"gh", b"p_", body, checksum), CONTEXT).outcome is Outcome.PASS
    assert crc.check_crc62(joined(b"np", b"m_", body, checksum[::-1]), CONTEXT).outcome is Outcome.FAIL


def test_other_lengths_have_no_known_checksum() -> None:
    assert crc.check_crc62(joined(b"gh", b"p_", LETTERS[:40]), CONTEXT).outcome is Outcome.NEUTRAL


def test_refresh_tokens_are_longer() -> None:
    body = (LETTERS * 2)[:70]
    token = joined(b"gh", b"r_", body, crc.crc62(body).encode())
    assert crc.check_crc62(token, CONTEXT).outcome is Outcome.PASS
    assert crc.check_crc62(token[:-1] + b"!", CONTEXT).outcome is Outcome.FAIL


ROUTABLE = [
    (b"gl", b"pat-", b"AAECAwQFBgcICQoLDA0OD286MQp1OjIH", b".01.", b"0w", b"0v26tqw"),
    (b"gl", b"pat-", b"bzoxCnU6MgABAgMEBQYHCAkKCwwNDg8Q", b".", b"0w", b"1s8wgmg"),
    (b"", b"", b"bzoxd_Rb5_cHeWe1JH56wr2FCBA", b".", b"0r", b"1pum4t4"),
]


@pytest.mark.parametrize("parts", ROUTABLE, ids=["second version", "first version", "no prefix"])
def test_routable_gitlab_tokens(parts: tuple[bytes, ...]) -> None:
    assert crc.check_crc36(joined(*parts), CONTEXT).outcome is Outcome.PASS
    assert crc.check_crc36(joined(*parts[:-1], parts[-1][::-1]), CONTEXT).outcome is Outcome.FAIL


def test_a_wrong_length_is_no_routable_token() -> None:
    head = joined(b"gl", b"pat-", b"A" * 30, b".", b"0w")
    assert crc.check_crc36(head + crc.crc36(head).encode(), CONTEXT).outcome is Outcome.FAIL


def test_plain_gitlab_tokens_have_no_checksum() -> None:
    assert crc.check_crc36(joined(b"gl", b"pat-", LETTERS[:20]), CONTEXT).outcome is Outcome.NEUTRAL


def test_grafana_writes_the_low_byte_first() -> None:
    head = joined(b"gl", b"sa_", LETTERS[:32], b"_")
    assert crc.check_grafana(head + b"85298802", CONTEXT).outcome is Outcome.PASS
    assert crc.check_grafana(head + b"02882985", CONTEXT).outcome is Outcome.FAIL


@pytest.mark.parametrize("equals", [b"=", b"\\=", b"%3D", b"%3d"])
def test_atlassian_sums_up_the_equals_sign_however_escaped(equals: bytes) -> None:
    token = joined(b"ATA", b"TT3xFfGF0", b"TEST" * 4, equals, b"C5169FFC")
    assert crc.check_atlassian(token, CONTEXT).outcome is Outcome.PASS
    assert crc.check_atlassian(token[:-1] + b"D", CONTEXT).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("prefix", "body", "checksum"),
    [(b"cfut_", LETTERS[:40], b"2cb8a58b"), (b"zpka_", LETTERS[:10] + LETTERS[36:58] + b"_", b"782bbe53")],
    ids=["cloudflare", "zuplo"],
)
def test_hex_checksum_of_the_body_alone(prefix: bytes, body: bytes, checksum: bytes) -> None:
    assert crc.check_crc8hex_body(joined(prefix, body, checksum), CONTEXT).outcome is Outcome.PASS
    assert crc.check_crc8hex_body(joined(prefix, body[::-1], checksum), CONTEXT).outcome is Outcome.FAIL
