"""Example keys to wallets: phrases and keys whose checksums hold, written apart from the checks that verify them."""

from __future__ import annotations

import binascii
import hashlib
import random

_DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# Some words of the list of BIP 39, with their places in it.
_WORDS = {
    "amateur": 61, "author": 123, "banner": 146, "betray": 171, "bunker": 243, "cake": 258, "common": 371,
    "coral": 385, "embrace": 580, "expose": 645, "future": 756, "gap": 762, "gentle": 777, "gesture": 779,
    "knock": 990, "opera": 1242, "skull": 1622, "tool": 1829, "trap": 1850, "travel": 1852, "tree": 1855,
    "unique": 1900, "unveil": 1907, "vicious": 1948,
}  # fmt: skip
_KINDS = {"xprv": "0488ade4", "tprv": "04358394", "wif": "80", "wif-test": "ef"}
# The first key pairs of RFC 8032, section 7.1.
_PAIRS = (
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
)
_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def phrase(count: str, chance: random.Random) -> str:
    """A recovery phrase of ``count`` words."""
    length = int(count)
    while True:
        words = [chance.choice(sorted(_WORDS)) for _ in range(length)]
        bits = "".join(f"{_WORDS[word]:011b}" for word in words)
        check = length // 3
        data = int(bits[:-check], 2).to_bytes(length * 4 // 3, "big")
        if f"{hashlib.sha256(data).digest()[0]:08b}"[:check] == bits[-check:]:
            return " ".join(words)


def base58(kind: str, chance: random.Random) -> str:
    """A private key in Base58Check: ``xprv``, ``tprv`` (extended), ``wif``, ``wif-test``."""
    head = bytes.fromhex(_KINDS[kind])
    before, after = (b"", b"\x01") if kind.startswith("wif") else (chance.randbytes(41) + b"\x00", b"")
    raw = head + before + chance.randbytes(32) + after
    raw += hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4]
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _DIGITS[rest] + text
    return text


def pair(separator: str, chance: random.Random) -> str:
    """The 64 numbers of an Ed25519 key pair."""
    return (separator or ",").join(str(byte) for byte in bytes.fromhex(chance.choice(_PAIRS)))


def sanctum(prefix: str, chance: random.Random) -> str:
    """A token of Laravel Sanctum, with its number, perhaps a prefix, and its checksum."""
    body = "".join(chance.choice(_ALNUM) for _ in range(40))
    return f"{chance.randrange(1, 999)}|{prefix}{body}{binascii.crc32(body.encode()):08x}"
