"""Marvin checksums inside Azure keys: the identifiable keys of many services, and the newer common format.

An identifiable key is base64 of random bytes, a service's mark and four bytes of Marvin32 over all
before. Each service seeds the checksum with eight ASCII characters of its own, which also tell the
key's rights. The algorithm and seeds are those of Microsoft's security-utilities (MIT).
"""

from __future__ import annotations

import base64
import binascii

from scanner.engine.checks.verdict import CheckContext, Outcome, Verdict

_MASK = 0xFFFFFFFF
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

# Seed -> what the key opens. Seeds that several services share say no more than the rule does.
SEEDS: dict[bytes, str] = {
    b"Default0": "",
    b"Access00": "Redis access key",
    b"ACRDflt0": "container registry token",
    b"MastRW00": "Cosmos primary or secondary key, read and write",
    b"MastRO00": "Cosmos read-only key",
    b"SystRW00": "Cosmos system key, read and write",
    b"SystRO00": "Cosmos system key, read only",
    b"SysAll00": "Cosmos system key",
    b"Resour00": "Cosmos resource token key",
    b"Encryp00": "Cosmos encryption key",
    b"AbAcct00": "Batch account key",
    b"Classic0": "Machine Learning key",
    b"PAdmin00": "search admin key",
    b"Query000": "search query key, read only",
    b"Send0000": "key that may send",
    b"Listen00": "key that may listen",
    b"Manage00": "key that may manage, send and listen",
    b"System00": "system key",
    b"Unknown0": "",
    b"IoTHub00": "IoT hub or API management key",
    b"Device00": "IoT device key",
    b"DpsKey00": "device provisioning key",
    b"Master00": "Functions master key",
    b"Functi00": "Functions function key",
    b"Tenant00": "API management tenant key",
    b"Gatewy00": "API management gateway key",
    b"GitKey00": "API management git key",
    b"SendRecv": "Event Grid key",
}


def _rotate(word: int, by: int) -> int:
    return ((word << by) | (word >> (32 - by))) & _MASK


def _block(p0: int, p1: int) -> tuple[int, int]:
    p1 ^= p0
    p0 = _rotate(p0, 20)
    p0 = (p0 + p1) & _MASK
    p1 = _rotate(p1, 9)
    p1 ^= p0
    p0 = _rotate(p0, 27)
    p0 = (p0 + p1) & _MASK
    p1 = _rotate(p1, 19)
    return p0, p1


def marvin32(data: bytes, seed: bytes) -> int:
    """The 32-bit Marvin checksum of ``data``; ``seed`` is eight bytes, read as a big-endian number."""
    number = int.from_bytes(seed, "big")
    p0, p1 = number & _MASK, number >> 32
    whole = len(data) // 4 * 4
    for at in range(0, whole, 4):
        p0 = (p0 + int.from_bytes(data[at : at + 4], "little")) & _MASK
        p0, p1 = _block(p0, p1)
    tail = data[whole:] + b"\x80"
    p0 = (p0 + int.from_bytes(tail, "little")) & _MASK
    p0, p1 = _block(p0, p1)
    p0, p1 = _block(p0, p1)
    return p0 ^ p1


def check_marvin(secret: bytes, context: CheckContext) -> Verdict:
    """An identifiable key: the last four bytes are the checksum of the others under a known seed."""
    text = secret.translate(bytes.maketrans(b"-_", b"+/"))
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        return Verdict(Outcome.FAIL, "the key is not base64")
    body, checksum = raw[:-4], int.from_bytes(raw[-4:], "little")
    for seed, what in SEEDS.items():
        if marvin32(body, seed) == checksum:
            return Verdict(Outcome.PASS, detail={"grants": what} if what else {})
    return Verdict(Outcome.FAIL, "the checksum does not match")


def _base62_head(checksum: bytes) -> str:
    number, digits = int.from_bytes(checksum, "big"), ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits.ljust(6, "0")[:4]


def check_cask(secret: bytes, context: CheckContext) -> Verdict:
    """The common format of 84 characters: four of checksum at 80, in base64 or base 62, over what stands before."""
    try:
        body = base64.b64decode(secret[:80], validate=True)
    except binascii.Error:
        return Verdict(Outcome.FAIL, "the key is not base64")
    checksum = marvin32(body, b"Default0").to_bytes(4, "little")
    written = secret[80:84].decode("latin-1")
    if written in (base64.b64encode(checksum).decode()[:4], _base62_head(checksum)):
        return Verdict(Outcome.PASS)
    return Verdict(Outcome.FAIL, "the checksum does not match")
