"""Toy keystores in base64 for the rules' examples: the structure is right, what they hold is random."""

from __future__ import annotations

import base64
import random
import struct
from hashlib import sha1


def keystore(form: str, chance: random.Random) -> str:
    """A store in base64. Forms: jks, jks-stock, jceks, truststore, pkcs12, pkcs12-certificates, kdbx."""
    if form in ("jks", "jks-stock", "jceks", "truststore"):
        return base64.b64encode(_java(form, chance)).decode()
    if form in ("pkcs12", "pkcs12-certificates"):
        return base64.b64encode(_pkcs12(form == "pkcs12", chance)).decode()
    if form == "kdbx":
        return base64.b64encode(bytes.fromhex("03d9a29a67fb4bb5") + chance.randbytes(200)).decode()
    raise ValueError(f"unknown keystore {form!r} in an example")


def _java(form: str, chance: random.Random) -> bytes:
    name = b"\0\x06server"
    certificate = b"\0\x05X.509" + struct.pack(">I", 80) + chance.randbytes(80)
    entry = struct.pack(">I", 2 if form == "truststore" else 1) + name + bytes(8)
    if form != "truststore":
        entry += struct.pack(">I", 120) + chance.randbytes(120) + struct.pack(">I", 1)
    magic = b"\xce" * 4 if form == "jceks" else b"\xfe\xed" * 2
    body = magic + struct.pack(">II", 2, 1) + entry + certificate
    password = "changeit" if form in ("jks-stock", "truststore") else chance.randbytes(9).hex()
    return body + sha1(password.encode("utf-16-be") + b"Mighty Aphrodite" + body, usedforsecurity=False).digest()


def _pkcs12(with_key: bool, chance: random.Random) -> bytes:
    bag = "06 0b 2a 86 48 86 f7 0d 01 0c 0a 01 0" + ("2" if with_key else "3")
    data = _wrapped(0x30, bytes.fromhex(bag) + _wrapped(0x04, chance.randbytes(300)))
    return _wrapped(0x30, b"\x02\x01\x03" + _wrapped(0x30, bytes.fromhex("06092a864886f70d010701") + data))


def _wrapped(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x82]) + struct.pack(">H", len(content)) + content
