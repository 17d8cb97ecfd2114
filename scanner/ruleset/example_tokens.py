"""Example tokens with checksums or structure inside that cannot be spelled as a row of random characters.

Written apart from the checks that verify them, so that a mistake in one is seen by the other.
"""

from __future__ import annotations

import base64
import json
import random
import struct
import uuid

_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _left(word: int, by: int) -> int:
    return (word << by | word >> 32 - by) & 0xFFFFFFFF


def _marvin(data: bytes, seed: str) -> int:
    """Marvin32 over whole and padded words, all mixed in one loop."""
    high, low = struct.unpack(">II", seed.encode())
    padded = data + b"\x80" + bytes(3 - len(data) % 4)
    for word in (*struct.unpack(f"<{len(padded) // 4}I", padded), 0):
        low = low + word & 0xFFFFFFFF
        high ^= low
        low = _left(low, 20) + high & 0xFFFFFFFF
        high = _left(high, 9) ^ low
        low = _left(low, 27) + high & 0xFFFFFFFF
        high = _left(high, 19)
    return int(low ^ high)


def azure(arguments: str, chance: random.Random) -> str:
    """``seed,mark,characters``: an identifiable key whose ``mark`` stands where the vendor puts it.

    A length ending in ``u`` gives the URL-safe alphabet. Padding counts.
    """
    seed, mark, size = arguments.split(",")
    length = int(size.rstrip("u"))
    padding = {88: 2, 56: 2, 44: 1}.get(length, 0)
    raw_size = length // 4 * 3 - padding
    start = {88: 76, 56: 44, 44: 33, 52: 42}[length]
    while True:
        text = "".join(chance.choice(_ALNUM) for _ in range(start)) + mark
        # The mark is followed by bits of the number's year and month, then by the checksum.
        text += chance.choice("ABCD") + "".join(chance.choice(_ALNUM) for _ in range(5))
        body = base64.b64decode(text + "A" * (-len(text) % 4))[: raw_size - 4]
        key = base64.b64encode(body + struct.pack("<I", _marvin(body, seed))).decode()
        if start == 42 and not key.replace("+ACR", "").isalnum():
            continue
        return key.replace("+", "-").replace("/", "_") if size.endswith("u") else key


def cask(mark: str, chance: random.Random) -> str:
    """A key of Azure's common format with the provider's ``mark`` of four characters."""
    while True:
        head = "".join(chance.choice(_ALNUM) for _ in range(52)) + "JQQJ99" + chance.choice(_ALNUM[10:36])
        head += chance.choice("ABCDEFGHIJKL") + "".join(chance.choice(_ALNUM) for _ in range(12)) + "AAAA" + mark
        checksum = struct.pack("<I", _marvin(base64.b64decode(head), "Default0"))
        tail = base64.b64encode(checksum).decode()[:4]
        if tail.isalnum():
            return head + tail


def aws(prefix: str, chance: random.Random) -> str:
    """An access key id that holds an account of twelve digits."""
    number = chance.randrange(10**11, 10**12) << 7 | 1 << 47 | chance.getrandbits(7)
    return prefix + base64.b32encode(number.to_bytes(6, "big") + chance.randbytes(4)).decode()


# Where an upload token is valid: the Python package index, and its test instance.
_INDEXES = {"": "cHlwaS5vcmc=", "test": "dGVzdC5weXBpLm9yZw=="}


def pypi(which: str, chance: random.Random) -> str:
    """An upload token for the index, or with ``test`` for its test instance, valid for a whole account."""

    def field(kind: int, value: bytes) -> bytes:
        return bytes((kind, len(value))) + value

    owner = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    data = b"\x02" + field(1, base64.b64decode(_INDEXES[which])) + field(2, owner.encode()) + b"\0"
    data += field(2, json.dumps([3, owner]).encode()) + b"\0\0" + field(6, chance.randbytes(32))
    return "pypi-" + base64.urlsafe_b64encode(data).decode().rstrip("=")


def age(prefix: str, chance: random.Random) -> str:
    """A bech32 text in upper case: ``prefix``, 32 random bytes, checksum."""
    head = prefix.lower()
    number = int.from_bytes(chance.randbytes(32), "big") << 4
    digits = [number >> 5 * place & 31 for place in range(51, -1, -1)]
    values = [*(ord(char) >> 5 for char in head), 0, *(ord(char) & 31 for char in head), *digits]
    rest = _bech32_rest([*values, 0, 0, 0, 0, 0, 0]) ^ 1
    digits += [rest >> 5 * place & 31 for place in range(5, -1, -1)]
    return f"{head}1{''.join(_BECH32[digit] for digit in digits)}".upper()


def _bech32_rest(values: list[int]) -> int:
    """The remainder of ``values`` as a polynomial over GF(32), by the code's generator, one bit at a time."""
    rest = 1
    for value in values:
        top, rest = rest >> 25, (rest & 0x1FFFFFF) << 5 ^ value
        for bit, term in ((1, 0x3B6A57B2), (2, 0x26508E6D), (4, 0x1EA119FA), (8, 0x3D4233DD), (16, 0x2A1462B3)):
            if top & bit:
                rest ^= term
    return rest


def nkey(kind: str, chance: random.Random) -> str:
    """A NATS seed of ``kind`` (``U`` user, ``A`` account, ``O`` operator ...)."""
    code = (ord(kind) - ord("A")) << 3
    raw = bytes((18 << 3 | code >> 5, (code & 31) << 3)) + chance.randbytes(32)
    crc = 0
    for byte in raw:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return base64.b32encode(raw + struct.pack("<H", crc)).decode().rstrip("=")
