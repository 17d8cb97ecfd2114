"""Toy private keys for examples: whole in structure, far too small to protect anything, the same on every run.

Written apart from the checks that read keys, so that a mistake in one is seen by the other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
from functools import cache

_RSA_OID, _EC_OID, _P256_OID = "2a864886f70d010101", "2a8648ce3d0201", "2a8648ce3d030107"
_ED25519_OID, _PBES2_OID = "2b6570", "2a864886f70d01050d"
_PRIME_BITS = 256


def _der(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 128:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def _integer(number: int) -> bytes:
    return _der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, b"".join(parts))


def _oid(digits: str) -> bytes:
    return _der(6, bytes.fromhex(digits))


def _is_prime(number: int, chance: random.Random) -> bool:
    """Miller-Rabin with twelve rounds."""
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(12):
        power = pow(chance.randrange(2, number - 1), odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


def _prime(chance: random.Random) -> int:
    while True:
        number = chance.getrandbits(_PRIME_BITS) | 1 | 3 << _PRIME_BITS - 2
        if (number - 1) % 65537 and _is_prime(number, chance):
            return number


@cache
def _rsa(seed: int) -> bytes:
    chance = random.Random(seed)  # noqa: S311 - toy keys must repeat
    p, q = _prime(chance), _prime(chance)
    e = 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    return _sequence(*map(_integer, (0, p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))))


def _pkcs8(algorithm: bytes, key: bytes) -> bytes:
    return _sequence(_integer(0), algorithm, _der(4, key))


def _ec(chance: random.Random) -> bytes:
    public = b"\0\x04" + chance.randbytes(64)
    curve, point = _der(0xA0, _oid(_P256_OID)), _der(0xA1, _der(3, public))
    return _sequence(_integer(1), _der(4, chance.randbytes(32)), curve, point)


def _field(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


def _openssh(chance: random.Random, cipher: bytes) -> bytes:
    public = chance.randbytes(32)
    blob = _field(b"ssh-ed25519") + _field(public)
    check = chance.randbytes(4)
    private = check + check + blob + _field(chance.randbytes(32) + public) + _field(b"toy")
    private += bytes(range(1, 1 - len(private) % -8))
    kdf, options = (b"none", b"") if cipher == b"none" else (b"bcrypt", _field(chance.randbytes(16)) + b"\0\0\0\x18")
    if cipher != b"none":
        private = chance.randbytes(144)
    head = b"openssh-key-v1\0" + _field(cipher) + _field(kdf) + _field(options) + b"\0\0\0\x01"
    return head + _field(blob) + _field(private)


def _encrypted(chance: random.Random) -> bytes:
    return _sequence(_sequence(_oid(_PBES2_OID), _der(0x30, chance.randbytes(60))), _der(4, chance.randbytes(336)))


def _pgp(chance: random.Random) -> bytes:
    integers = b"".join(b"\x04\0" + (chance.getrandbits(1024) | 1 << 1023).to_bytes(128, "big") for _ in range(2))
    body = b"\x04" + chance.randbytes(4) + b"\x01" + integers + b"\0" + chance.randbytes(300)
    return b"\x95" + len(body).to_bytes(2, "big") + body


def _crc24(data: bytes) -> bytes:
    """OpenPGP's checksum, by the remainder of one long division."""
    number = int.from_bytes(data, "big") << 24 ^ 0xB704CE << 8 * len(data)
    for bit in range(8 * len(data) + 23, 23, -1):
        if number >> bit & 1:
            number ^= 0x1864CFB << bit - 24
    return number.to_bytes(3, "big")


def _lines(data: bytes, width: int = 64) -> list[str]:
    text = base64.b64encode(data).decode()
    return [text[at : at + width] for at in range(0, len(text), width)]


def pem(kind: str, chance: random.Random) -> str:
    """A key in armour. ``kind`` is what stands before PRIVATE KEY, ``ED25519``, or one of ``RSA-AES`` and
    ``OPENSSH-AES`` for keys with a passphrase; ``PGP`` gives an OpenPGP block."""
    number = chance.getrandbits(32) % 4  # few different RSA keys: making one takes a while
    headers: list[str] = []
    label = kind
    if kind in ("RSA", "RSA-AES"):
        label, data = "RSA", _rsa(number)
        if kind == "RSA-AES":
            data = chance.randbytes(320)
            headers = ["Proc-Type: 4,ENCRYPTED", f"DEK-Info: AES-256-CBC,{chance.randbytes(16).hex().upper()}", ""]
    elif kind == "EC":
        data = _ec(chance)
    elif kind in ("OPENSSH", "OPENSSH-AES"):
        label, data = "OPENSSH", _openssh(chance, b"none" if kind == "OPENSSH" else b"aes256-ctr")
    elif kind == "ENCRYPTED":
        data = _encrypted(chance)
    elif kind == "ED25519":
        label, data = "", _pkcs8(_sequence(_oid(_ED25519_OID)), _der(4, chance.randbytes(32)))
    elif kind == "PGP":
        data = _pgp(chance)
        sum_line = "=" + base64.b64encode(_crc24(data)).decode()
        return "\n".join([_mark("BEGIN", "PGP", " BLOCK"), "", *_lines(data), sum_line, _mark("END", "PGP", " BLOCK")])
    else:
        data = _pkcs8(_sequence(_oid(_RSA_OID), b"\x05\0"), _rsa(number))
    return "\n".join([_mark("BEGIN", label), *headers, *_lines(data), _mark("END", label)])


def _mark(word: str, label: str, tail: str = "") -> str:
    return f"-----{word} {label + ' ' if label else ''}PRIVATE KEY{tail}-----"


def putty(encryption: str, chance: random.Random) -> str:
    """A key file of PuTTY, version 2, with a right checksum when ``encryption`` is ``none``."""
    name, comment = b"ssh-ed25519", b"toy"
    public, private = _field(name) + _field(chance.randbytes(32)), _field(chance.randbytes(32)) + bytes(4)
    message = b"".join(map(_field, (name, encryption.encode(), comment, public, private)))
    key = hashlib.sha1(b"putty-private-key-file-mac-key").digest()  # noqa: S324 - the file format's own choice
    mac = hmac.new(key, message, hashlib.sha1).hexdigest()
    rows = [f"PuTTY-User-Key-File-2: {name.decode()}", f"Encryption: {encryption}", f"Comment: {comment.decode()}"]
    for title, data in (("Public", public), ("Private", private)):
        lines = _lines(data)
        rows += [f"{title}-Lines: {len(lines)}", *lines]
    return "\n".join([*rows, f"Private-MAC: {mac}"])
