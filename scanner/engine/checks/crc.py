"""Checksums built on CRC-32: GitHub and npm, GitLab, Grafana, Atlassian, Cloudflare, Zuplo.

Shapes were taken from the vendors' descriptions and verified against published vectors.
"""

from __future__ import annotations

import binascii
import re

from scanner.engine.checks.verdict import NEUTRAL, CheckContext, Outcome, Verdict, passed

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def base_n(number: int, alphabet: str, width: int) -> str:
    """``number`` in the positional system of ``alphabet``, padded on the left to ``width``."""
    digits = ""
    while number:
        number, rest = divmod(number, len(alphabet))
        digits = alphabet[rest] + digits
    return digits.rjust(width, alphabet[0])


def crc62(body: bytes) -> str:
    """Six base-62 digits of the CRC-32 of ``body`` (GitHub classic tokens, npm)."""
    return base_n(binascii.crc32(body), _BASE62, 6)


def crc36(text: bytes) -> str:
    """Seven base-36 digits of the CRC-32 of ``text``, prefix included (GitLab routable tokens)."""
    return base_n(binascii.crc32(text), _BASE36, 7)


def crc8hex_le(text: bytes) -> str:
    """CRC-32 as eight hex digits, least significant byte first (Grafana service accounts)."""
    return binascii.crc32(text).to_bytes(4, "little").hex()


def crc8hex(text: bytes) -> str:
    """CRC-32 as eight lower-case hex digits (Cloudflare over the body; Atlassian in upper case)."""
    return f"{binascii.crc32(text):08x}"


def check_crc62(secret: bytes, context: CheckContext) -> Verdict:
    """Prefix, 30 characters (70 in refresh tokens), 6 of checksum; other lengths have no known checksum."""
    _, _, tail = secret.rpartition(b"_")
    if len(tail) not in (36, 76):
        return NEUTRAL
    return passed(crc62(tail[:-6]) == tail[-6:].decode("latin-1"), "the checksum does not match")


_ROUTABLE = re.compile(rb"([0-9A-Za-z_-]{27,300})\.(?:01\.)?([0-9a-z]{2})([0-9a-z]{7})$")


def check_crc36(secret: bytes, context: CheckContext) -> Verdict:
    """GitLab's routable form: payload, its length in base 36, CRC over all before; plain forms are neutral."""
    found = _ROUTABLE.search(secret)
    if not found:
        return NEUTRAL
    if crc36(secret[:-7]) != secret[-7:].decode("latin-1"):
        return Verdict(Outcome.FAIL, "the checksum does not match")
    whole, length = found.group(1), int(found.group(2), 36)
    before = whole[:-length][-1:]
    return passed(length <= len(whole) and before in (b"", b"-", b"_"), "the length does not match")


def check_grafana(secret: bytes, context: CheckContext) -> Verdict:
    """``glsa_`` + 32 characters + ``_`` + checksum over everything before the last underscore."""
    head, _, tail = secret.rpartition(b"_")
    return passed(crc8hex_le(head) == tail.decode("latin-1"), "the checksum does not match")


def check_atlassian(secret: bytes, context: CheckContext) -> Verdict:
    """The last eight characters are the upper-case CRC-32 of all before them, ``=`` included."""
    clean = secret.replace(b"\\=", b"=").replace(b"%3D", b"=").replace(b"%3d", b"=")
    return passed(crc8hex(clean[:-8]).upper() == clean[-8:].decode("latin-1"), "the checksum does not match")


def check_crc8hex_body(secret: bytes, context: CheckContext) -> Verdict:
    """After the prefix: a body, then eight hex digits of the CRC-32 of that body alone (Cloudflare, Zuplo)."""
    _, _, tail = secret.partition(b"_")
    body, checksum = tail[:-8].rstrip(b"_"), tail[-8:]
    return passed(crc8hex(body) == checksum.decode("latin-1"), "the checksum does not match")


def check_sanctum(secret: bytes, context: CheckContext) -> Verdict:
    """Laravel Sanctum: a number, a bar, perhaps a prefix, 40 characters and eight hex digits of their CRC-32."""
    _, _, tail = secret.partition(b"|")
    if crc8hex(tail[-48:-8]) == tail[-8:].decode("latin-1"):
        return passed(True, "")
    return Verdict(Outcome.DROP, "the checksum does not match")
