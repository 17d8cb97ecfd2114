"""Is this encrypted? The forms that belong in a repository, told by structure where there is one."""

from __future__ import annotations

import base64
import binascii
import re

# RSA modulus sizes in bytes; 512 is what the controller makes unless told otherwise.
_RSA_SIZES = frozenset((256, 384, 512, 1024))
_GCM_TAG = 16
_BLANK = re.compile(rb"\s+")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
# "AgBy3i4OJSWK+..." as documentation shortens it; the first letters still tell the key's size.
_SHORTENED = re.compile(r"(?:A[gQY][A-D]|BA[A-D])[A-Za-z0-9+/\s]{0,400}(?:\.\.|…|\[\.*\])[A-Za-z0-9+/=\s.…]*")
_ENCRYPTED = re.compile(
    r"""(?:
     ENC\[(?:AES256_GCM|PKCS7|GPG|KMS|HSM|gpg|pkcs7)?,?.*\]|ENC\(.*\)|\{cipher\}.*|\{(?:AES\d*|RSA)\}.*
    |\$ANSIBLE_VAULT;.*|-----BEGIN\ (?:AGE\ ENCRYPTED\ FILE|PGP\ MESSAGE|PKCS7|CMS).*|age-encryption\.org/v1.*
    |EJ\[\d:.*|v1:[A-Za-z0-9+/=]{16,}.*|vault:v\d+:.*|AQ[IE]CA[HR][A-Za-z0-9+/=\s]+|enc:v\d:.*|gAAAAA[\w-]{60,}=*
    |k8s:enc:.*|secretbox:.*|DEC::\w+.*|obfuscated:.*
    )""",
    re.VERBOSE | re.DOTALL,
)
_SOPS_VALUE = re.compile(r"ENC\[AES256_GCM,data:[^\],]*+,iv:[^\],]*+,tag:[^\],]*+,type:\w+\]")
_IN_TEXT = re.compile(
    rb"""ENC\[(?:AES256_GCM|PKCS7|GPG)[^\]]{0,1000000}\]
    |-----BEGIN\ (AGE\ ENCRYPTED\ FILE|PGP\ MESSAGE|PGP\ SIGNATURE|PKCS7|CMS)-----[^-]{0,2000000}-----END\ \1-----
    |\$ANSIBLE_VAULT;[^\n]{0,80}\n(?:[ \t]*[0-9a-f]{2,80}[ \t]*\r?(?:\n|\Z))*
    |\bAQICAH[A-Za-z0-9+/=]{40,}
    """,
    re.VERBOSE,
)


# Each match of the expression begins with one of them, and looking for them is ten times faster.
_LITERALS = (b"ENC[", b"-----BEGIN ", b"$ANSIBLE_VAULT;", b"AQICAH")


def sealed(value: str) -> bool:
    """True for what ``kubeseal`` makes: a length, that many bytes of RSA, AES-GCM after it."""
    if _SHORTENED.fullmatch(value.strip()):
        return True
    raw = _BLANK.sub(b"", value.encode())
    if len(raw) < 300 or not _BASE64.fullmatch(raw):
        return False
    try:
        data = base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except (binascii.Error, ValueError):
        return False
    size = int.from_bytes(data[:2], "big")
    return size in _RSA_SIZES and len(data) >= 2 + size + _GCM_TAG


def encrypted(value: str) -> bool:
    """True when all of ``value`` is ciphertext of a tool that is made for repositories."""
    return _ENCRYPTED.fullmatch(value.strip()) is not None


def sops(value: str) -> bool:
    """True for a value that SOPS encrypted."""
    return _SOPS_VALUE.fullmatch(value.strip()) is not None


def spans(data: bytes) -> list[tuple[int, int]]:
    """Starts and ends of ciphertext in any text, whatever its format."""
    found = []
    for literal in _LITERALS:
        at = data.find(literal)
        while at >= 0:
            one = _IN_TEXT.match(data, at)
            if one is not None:
                found.append(one.span())
            at = data.find(literal, one.end() if one is not None else at + 1)
    return sorted(found)
