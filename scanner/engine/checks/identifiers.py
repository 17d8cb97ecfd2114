"""Structure inside tokens: an AWS account number, a Discord id, a NATS seed, JSON and JFrog payloads."""

from __future__ import annotations

import base64
import binascii
import json
import re

from scanner.engine.checks.verdict import NEUTRAL, CheckContext, Outcome, Verdict, passed
from scanner.model.aws import account_of

_DISCORD_EPOCH_MS = 1420070400000


def decode_base64(text: bytes) -> bytes | None:
    """Bytes of base64 or base64url, padded or not; None for anything else."""
    clean = text.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(clean + b"=" * (-len(clean) % 4), validate=True)
    except binascii.Error:
        return None


def check_aws_key_id(secret: bytes, context: CheckContext) -> Verdict:
    """Base32 after the prefix; other characters never occur in real ids. Adds the account's number."""
    if not re.fullmatch(rb"[A-Z2-7]+", secret[4:]):
        return Verdict(Outcome.FAIL, "an access key id is base32")
    account = account_of(secret)
    return Verdict(Outcome.NEUTRAL, detail={"account": account}) if account else NEUTRAL


def check_discord(secret: bytes, context: CheckContext) -> Verdict:
    """The first part of a bot token is the bot's id in base64: decimal, with its creation time inside."""
    decoded = decode_base64(secret.partition(b".")[0]) or b""
    if not re.fullmatch(rb"\d{17,20}", decoded):
        return Verdict(Outcome.FAIL, "the first part is not an id")
    created = ((int(decoded) >> 22) + _DISCORD_EPOCH_MS) / 1000
    if context.now and created > context.now:
        return Verdict(Outcome.FAIL, "the id lies in the future")
    return Verdict(Outcome.PASS, detail={"bot": decoded.decode()})


def _crc16(data: bytes) -> int:
    """CRC-16 with polynomial 0x1021, start 0 (XMODEM)."""
    return binascii.crc_hqx(data, 0)


def check_nkey(secret: bytes, context: CheckContext) -> Verdict:
    """A NATS seed: base32 of two prefix bytes, 32 of key, CRC-16 with the low byte first."""
    try:
        raw = base64.b32decode(secret + b"=" * (-len(secret) % 8))
    except binascii.Error:
        return Verdict(Outcome.FAIL, "the seed is not base32")
    return passed(
        len(raw) == 36 and _crc16(raw[:-2]) == int.from_bytes(raw[-2:], "little"), "the checksum does not match"
    )


# Keys that the JSON inside each vendor's token must have.
_PAYLOADS: tuple[tuple[bytes, frozenset[str]], ...] = (
    (b"glc_", frozenset("onk")),
    (b"eyJrIjoi", frozenset(("k", "n", "id"))),
    (b"sntrys_", frozenset(("iat", "url"))),
    (b"eyJhIjoi", frozenset("ats")),
)


def check_json_payload(secret: bytes, context: CheckContext) -> Verdict:
    """Base64 of a JSON object after the prefix (Grafana Cloud and legacy, Sentry, 1Password, Cloudflare Tunnel)."""
    needed = next((keys for prefix, keys in _PAYLOADS if secret.startswith(prefix)), frozenset())
    found = re.search(rb"ey[A-Za-z0-9+/=-]+", secret)
    payload = json_object(decode_base64(found.group())) if found else None
    if payload is None:
        return Verdict(Outcome.FAIL, "the payload is not JSON")
    # What a report of Power BI that is open to everybody is called by begins as a key of Grafana does.
    if {"k", "t"} <= payload.keys() and not needed <= payload.keys():
        return Verdict(Outcome.DROP, "the address of a report")
    return passed(needed <= payload.keys(), "the payload lacks expected keys")


def json_object(data: bytes | None) -> dict[str, object] | None:
    """The JSON object in ``data``; None for anything else."""
    try:
        value = json.loads(data or b"")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def check_jfrog_reference(secret: bytes, context: CheckContext) -> Verdict:
    """A reference token decodes to ``reftkn:`` and numbers."""
    decoded = decode_base64(secret) or b""
    return passed(re.match(rb"reftkn:\d\d:\d{10}:", decoded) is not None, "the token does not decode to a reference")
