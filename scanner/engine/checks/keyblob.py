"""What decoded key bytes are: DER in its private-key forms, OpenSSH's own format, OpenPGP packets.

Only as much is parsed as tells kind, size, whether a passphrase protects it, and whether it is whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

_SEQUENCE, _INTEGER, _OCTETS, _OID = 0x30, 0x02, 0x04, 0x06
_OPENSSH = b"openssh-key-v1\0"

_ALGORITHMS = {
    "2a864886f70d010101": "RSA", "2a864886f70d01010a": "RSA-PSS", "2a8648ce380401": "DSA", "2a8648ce3d0201": "EC",
    "2b656e": "X25519", "2b656f": "X448", "2b6570": "Ed25519", "2b6571": "Ed448", "2a864886f70d010301": "DH",
    "608648016503040401": "ML-KEM-512", "608648016503040402": "ML-KEM-768", "608648016503040403": "ML-KEM-1024",
}  # fmt: skip
_PKCS7_DATA = "2a864886f70d010701"
_ENCRYPTION = ("2a864886f70d0105", "2a864886f70d010c01")  # PBES1 and PBES2, PKCS#12's


@dataclass(frozen=True, slots=True)
class Blob:
    """A recognised private key. ``sound`` is True when its numbers or check values agree, False when they do
    not, None when nothing can be told. ``cut`` means that the bytes end before the key does, ``head`` that less
    than a third of it is there."""

    kind: str
    encrypted: bool = False
    sound: bool | None = None
    cut: bool = False
    head: bool = False


@dataclass(frozen=True, slots=True)
class _Item:
    tag: int
    value: bytes
    missing: int  # bytes that the length announces and the data does not have


def recognise(data: bytes) -> Blob | None:
    """The private key in ``data``; None when it is none (text, a certificate, random bytes)."""
    if data.startswith(_OPENSSH):
        return _openssh(data)
    blob = _der_key(data)
    outer = _item(data)
    return replace(blob, head=outer.missing > 2 * len(outer.value)) if blob and outer else blob


def is_pkcs12(data: bytes) -> bool:
    """Whether ``data`` begins as a PKCS#12 store does: version 3, then a content of the type "data"."""
    outer = _item(data)
    parts = _items(outer.value) if outer is not None and outer.tag == _SEQUENCE else []
    content = _items(parts[1].value) if len(parts) > 1 and parts[0].value == b"\x03" else []
    return bool(content) and content[0].tag == _OID and content[0].value.hex() == _PKCS7_DATA


def _der_key(data: bytes) -> Blob | None:
    outer = _item(data)
    if outer is None or outer.tag != _SEQUENCE:
        return None
    parts = _items(outer.value)
    if not parts:
        return None
    cut = outer.missing > 0
    first = parts[0]
    if first.tag == _SEQUENCE:
        return _encrypted(first, parts, cut)
    if first.tag != _INTEGER or len(parts) < 2:
        return None
    if parts[1].tag == _SEQUENCE:
        return _pkcs8(parts, cut)
    if parts[1].tag == _OCTETS:
        return Blob("EC", cut=cut, sound=None if cut else len(parts[1].value) >= 14)
    return _numbers(parts, cut)


def _item(data: bytes, at: int = 0) -> _Item | None:
    if len(data) < at + 2:
        return None
    tag, size = data[at], data[at + 1]
    at += 2
    if size & 0x80:
        count = size & 0x7F
        if not 1 <= count <= 4 or len(data) < at + count:
            return None
        size = int.from_bytes(data[at : at + count], "big")
        at += count
    return _Item(tag, data[at : at + size], max(0, at + size - len(data)))


def _items(data: bytes) -> list[_Item]:
    """The items side by side in ``data``, the last one perhaps cut."""
    found, at = [], 0
    while at < len(data):
        item = _item(data, at)
        if item is None:
            break
        found.append(item)
        if item.missing:
            break
        length = len(item.value)
        header = 2 if data[at + 1] < 0x80 else 2 + (data[at + 1] & 0x7F)
        at += header + length
    return found


def _encrypted(head: _Item, parts: Sequence[_Item], cut: bool) -> Blob | None:
    inner = _items(head.value)
    if not inner or inner[0].tag != _OID or not inner[0].value.hex().startswith(_ENCRYPTION):
        return None
    whole = len(parts) == 2 and parts[1].tag == _OCTETS and not cut
    return Blob("PKCS#8", encrypted=True, sound=whole or None, cut=cut)


def _pkcs8(parts: Sequence[_Item], cut: bool) -> Blob | None:
    """Version, algorithm, and the key of that algorithm in an octet string."""
    algorithm = _items(parts[1].value)
    if not algorithm or algorithm[0].tag != _OID or (len(parts) > 2 and parts[2].tag != _OCTETS):
        return None
    kind = _ALGORITHMS.get(algorithm[0].value.hex(), "PKCS#8")
    if len(parts) < 3:
        return Blob(kind, cut=True)
    inner = parts[2]
    if kind in ("RSA", "RSA-PSS"):
        blob = recognise(inner.value)
        return blob if blob else Blob(kind, cut=cut)
    key = _item(inner.value)
    if kind in ("Ed25519", "X25519") and key is not None:
        return Blob(kind, cut=cut, sound=len(key.value) == 32)
    return Blob(kind, cut=cut, sound=None if cut else key is not None and not key.missing)


def _numbers(parts: Sequence[_Item], cut: bool) -> Blob | None:
    """PKCS#1: version, n, e, d, p, q and three more. The old DSA form has version, p, q, g, y, x."""
    if any(part.tag != _INTEGER for part in parts):
        return None
    values = [int.from_bytes(part.value, "big") for part in parts]
    if len(values) == 6 and not cut:
        return Blob(f"DSA {values[1].bit_length()}", sound=pow(values[3], values[5], values[1] or 1) == values[4])
    kind = f"RSA {values[1].bit_length()}" if not parts[1].missing else "RSA"
    if cut or len(values) < 9:
        return Blob(kind, cut=True)
    return Blob(kind, sound=_is_rsa(*values[1:6]))


def _is_rsa(n: int, e: int, d: int, p: int, q: int) -> bool:
    return p > 1 and q > 1 and p * q == n and e * d % (p - 1) == 1 and e * d % (q - 1) == 1


def _openssh(data: bytes) -> Blob:
    """Cipher, key derivation, its options, a count, the public key, then the private part with a doubled check."""
    fields, at = [], len(_OPENSSH)
    for _ in range(3):
        value, at = _string(data, at)
        fields.append(value)
    if fields[0] is None:
        return Blob("OpenSSH", cut=True)
    encrypted = fields[0] != b"none"
    public, at = _string(data, at + 4)
    private, _ = _string(data, at)
    name = _string(public, 0)[0] if public else None
    kind = f"OpenSSH {name.decode('ascii', 'replace')}" if name else "OpenSSH"
    if private is None:
        return Blob(kind, encrypted=encrypted, cut=True)
    sound = None if encrypted else private[:4] == private[4:8]
    return Blob(kind, encrypted=encrypted, sound=sound)


def _string(data: bytes | None, at: int) -> tuple[bytes | None, int]:
    """A field with four bytes of length before it; None when it is cut short."""
    if data is None or len(data) < at + 4:
        return None, at
    size = int.from_bytes(data[at : at + 4], "big")
    end = at + 4 + size
    return (data[at + 4 : end], end) if end <= len(data) else (None, at)


# Multi-precision integers of the public part, by OpenPGP's algorithm number; ECC forms begin with a curve.
_PGP_INTEGERS = {1: 2, 2: 2, 3: 2, 16: 3, 17: 4}
_PGP_CURVES = {18: "ECDH", 19: "ECDSA", 22: "EdDSA"}


def recognise_pgp(data: bytes) -> Blob | None:
    """The first secret-key packet of an OpenPGP block; whether a passphrase protects it where that shows."""
    if len(data) < 12 or not data[0] & 0x80:
        return None
    tag, at = (data[0] & 0x3F, _new_header(data)) if data[0] & 0x40 else (data[0] >> 2 & 0xF, _old_header(data))
    if tag not in (5, 7):
        return None
    body = data[at:]
    if len(body) < 8 or body[0] != 4:
        return Blob("OpenPGP")
    algorithm, usage = body[5], _after_public(body)
    kind = {1: "OpenPGP RSA", 17: "OpenPGP DSA"}.get(algorithm, f"OpenPGP {_PGP_CURVES.get(algorithm, '')}".strip())
    if usage is None or usage >= len(body):
        return Blob(kind, cut=True)
    return Blob(kind, encrypted=body[usage] != 0)


def _new_header(data: bytes) -> int:
    first = data[1]
    return 2 if first < 192 or 224 <= first < 255 else 3 if first < 224 else 6


def _old_header(data: bytes) -> int:
    return 1 + {0: 1, 1: 2, 2: 4, 3: 0}[data[0] & 3]


def _after_public(body: bytes) -> int | None:
    """Offset of the byte that tells how the secret part is protected; None for unknown algorithms."""
    algorithm, at = body[5], 6
    if algorithm in _PGP_CURVES:
        at += 1 + body[at]
        at = _after_integers(body, at, 1)
        return at + 1 + body[at] if algorithm == 18 and at < len(body) else at
    count = _PGP_INTEGERS.get(algorithm)
    return None if count is None else _after_integers(body, at, count)


def _after_integers(body: bytes, at: int, count: int) -> int:
    for _ in range(count):
        bits = int.from_bytes(body[at : at + 2], "big")
        at += 2 + (bits + 7) // 8
    return at
