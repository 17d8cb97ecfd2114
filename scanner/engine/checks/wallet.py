"""Keys to wallets: the checksums of a recovery phrase (BIP 39) and of Base58Check, the two halves of a key pair."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib import resources

from scanner.engine.checks.verdict import PASS, CheckContext, Outcome, Verdict
from scanner.model.levels import Severity

_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PHRASES = (24, 21, 18, 15, 12)


@cache
def _words() -> dict[bytes, int]:
    """Number of each word of the English list by its first four letters, which are enough to tell it."""
    listed = resources.files(__package__).joinpath("bip39.txt").read_bytes().split()
    return {word: number for number, word in enumerate(listed)}


def entropy_of(words: list[bytes]) -> bytes | None:
    """What the words of a recovery phrase say, where the bits behind it are those of its hash."""
    known = _words()
    number = 0
    for word in words:
        place = known.get(word[:4])
        if place is None:
            return None
        number = number << 11 | place
    check = len(words) // 3
    entropy = (number >> check).to_bytes(4 * check, "big")
    return entropy if hashlib.sha256(entropy).digest()[0] >> (8 - check) == number & ((1 << check) - 1) else None


def check_recovery_phrase(secret: bytes, context: CheckContext) -> Verdict:
    """Twelve to twenty-four words whose last one holds a checksum; others may stand around them."""
    words = re.findall(rb"[a-z]+", secret)
    for count in _PHRASES:
        for start in range(len(words) - count + 1):
            entropy = entropy_of(words[start : start + count])
            if entropy is None:
                continue
            # The examples of the standard are one byte over and over.
            if len(set(entropy)) <= 2:
                return Verdict(Outcome.PASS, "an example of the standard", severity=Severity.INFO)
            return Verdict(Outcome.PASS, detail={"words": str(count)})
    return Verdict(Outcome.DROP, "no recovery phrase: its checksum does not match")


def base58check(text: bytes) -> bytes | None:
    """What ``text`` holds in Base58, without the four bytes of its checksum; None where that does not match."""
    number = 0
    for character in text:
        place = _BASE58.find(character)
        if place < 0:
            return None
        number = number * 58 + place
    zeros = len(text) - len(text.lstrip(b"1"))
    raw = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    return raw[:-4] if hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:] else None


def check_base58(secret: bytes, context: CheckContext) -> Verdict:
    """An extended private key (BIP 32) or one in the import format: 78 bytes, or 33 to 34."""
    raw = base58check(secret)
    if raw is None or len(raw) not in (33, 34, 78):
        return Verdict(Outcome.DROP, "the checksum does not match")
    return PASS


_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
_BASE_Y = 4 * pow(5, -1, _P) % _P
Point = tuple[int, int, int, int]


def _add(one: Point, two: Point) -> Point:
    """The sum of two points of the curve, in extended coordinates (RFC 8032, 5.1.4)."""
    a = (one[1] - one[0]) * (two[1] - two[0]) % _P
    b = (one[1] + one[0]) * (two[1] + two[0]) % _P
    c = 2 * one[3] * two[3] * _D % _P
    d = 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def ed25519_public(seed: bytes) -> bytes:
    """The public key of an Ed25519 seed (RFC 8032, 5.1.5). Not in constant time: it looks at what is public already."""
    head = bytearray(hashlib.sha512(seed).digest()[:32])
    head[0] &= 248
    head[31] = head[31] & 127 | 64
    scalar = int.from_bytes(head, "little")
    total: Point = (0, 1, 1, 0)
    step: Point = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)
    while scalar:
        if scalar & 1:
            total = _add(total, step)
        step = _add(step, step)
        scalar >>= 1
    inverse = pow(total[2], -1, _P)
    x, y = total[0] * inverse % _P, total[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def check_key_pair(secret: bytes, context: CheckContext) -> Verdict:
    """Sixty-four numbers: an Ed25519 seed and its public key, as Solana's tools write a wallet."""
    numbers = [int(number) for number in re.findall(rb"\d+", secret)]
    if len(numbers) != 64 or max(numbers) > 255:
        return Verdict(Outcome.DROP, "not 64 bytes")
    raw = bytes(numbers)
    if ed25519_public(raw[:32]) != raw[32:]:
        return Verdict(Outcome.DROP, "the second half is not the public key of the first")
    return PASS
