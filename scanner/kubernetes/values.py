"""What a value of a manifest means once its encodings are taken off."""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import re
import zlib

# Inflated content beyond this is cut; a release of Helm is some hundred kilobytes.
MAX_INFLATED = 8 * 1024 * 1024
_MAX_RATIO = 200
_SPACE = re.compile(rb"\s+")
_STANDARD = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
_URL_SAFE = re.compile(rb"[A-Za-z0-9_-]*={0,2}")
_PUBLIC_ARMOUR = re.compile(
    rb"-----BEGIN (?:TRUSTED |X509 |NEW )?(?:CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY|CERTIFICATE REQUEST|X509 CRL|CRL"
    rb"|DH PARAMETERS|EC PARAMETERS|PGP PUBLIC KEY BLOCK|SSH2 PUBLIC KEY)-----"
)
_PUBLIC_LINE = re.compile(rb"\s*(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S+|sk-\S+|age1[a-z0-9]{20,})\s?[A-Za-z0-9+/=]*")
_KNOWN_HOST = re.compile(rb"\s*(?:#[^\n]*\n\s*)*[\w.,:\[\]|+/=*-]+ (?:ssh-|ecdsa-)\S+ AAAA")
_HARMLESS = re.compile(
    rb"""(?:true|false|yes|no|on|off|null|none|debug|info|warn|warning|error|prod|production|staging|development|dev|test
    |\d{1,5}|-?\d+\.\d+|v?\d+\.\d[\w.+-]*|\d+(?:ms|s|m|h|d|Mi|Gi|Ki|MB|GB|%)
    |[a-z][a-z0-9+.-]*://[^\s@]*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?(?:/\d+)?
    |(?:[\w-]+\.)+(?:com|org|net|io|dev|local|svc|internal|cloud|lan|example|test)(?::\d+)?/?
    |/[\w./-]*|\.{1,2}/[\w./-]*|[\w-]+/[\w./-]+(?::[\w.-]+)?|arn:aws[\w-]*:.*|[a-z]{2}-[a-z]+-\d|\w+/\w+|--?[a-z][a-z-]{0,30}=\d{1,6})""",
    re.VERBOSE | re.IGNORECASE,
)
_HASH = re.compile(
    rb"(?:[\w.-]{1,64}:)?(?:\$(?:2[abxy]?|5|6|y|apr1|argon2\w*|pbkdf2[\w-]*|scrypt)\$|\{SSHA\d*\}|\{SHA\}|SCRAM-SHA-\d+\$).{8,}"
)
_ADDRESS = re.compile(
    rb"(?:[a-z][a-z0-9+.-]{0,20}://)?(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?:/\d{0,2})?|[a-z][a-z0-9+.-]{0,20}://[a-z0-9.-]+(?::\d{1,5})?/?"
)
_PATH = re.compile(rb"/[a-z][a-z0-9._-]*(?:/[a-z0-9._-]+)+/?")
_WORDS = re.compile(rb"[a-z]{2,16}(?:_[a-z]{2,16}){0,3}")
_DIRECTORY = re.compile(rb"(?i)(?:uid|cn|ou)=[\w .@-]+(?:,\s?(?:uid|cn|ou|dc|o|c|l|st)=[\w .@-]+)+")
_KEYSTORES = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce", b"\x03\xd9\xa2\x9a")
_GZIP = b"\x1f\x8b"


def decoded(text: str) -> bytes | None:
    """The bytes that base64 ``text`` stands for (standard or URL alphabet, folded, unpadded); None for other text."""
    raw = _SPACE.sub(b"", text.encode("utf-8", "replace"))
    if len(raw.rstrip(b"=")) % 4 == 1:
        return None
    padded = raw.rstrip(b"=") + b"=" * (-len(raw.rstrip(b"=")) % 4)
    try:
        if _STANDARD.fullmatch(raw):
            return base64.b64decode(padded, validate=True)
        if _URL_SAFE.fullmatch(raw):
            return base64.urlsafe_b64decode(padded)
    except (binascii.Error, ValueError):
        return None
    return None


def is_text(data: bytes) -> bool:
    """True for UTF-8 without control characters: what a person or a program wrote."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not any((char < " " and char not in "\t\r\n\x0c") or char == "\x7f" for char in text)


def inflated(data: bytes) -> tuple[bytes, bool]:
    """``data`` without gzip or zlib, unchanged if there is neither, and whether there is more: it is cut at a size and
    at a ratio that no honest file has."""
    limit = min(MAX_INFLATED, max(len(data), 1024) * _MAX_RATIO)
    try:
        if data.startswith(_GZIP):
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
                found = stream.read(limit)
                return found, len(found) == limit and bool(stream.read(1))
        if data[:1] == b"\x78" and data[1:2] in (b"\x01", b"\x9c", b"\xda"):
            packed = zlib.decompressobj()
            found = packed.decompress(data, limit)
            return found, len(found) == limit and not packed.eof
    except (OSError, EOFError, zlib.error):
        pass
    return data, False


def public(data: bytes) -> bool:
    """True for certificates, public keys and host keys with nothing private beside them."""
    if b"PRIVATE KEY" in data:
        return False
    if _PUBLIC_ARMOUR.search(data):
        return True
    return _PUBLIC_LINE.match(data) is not None or _KNOWN_HOST.match(data) is not None


def harmless(data: bytes) -> bool:
    """True for what no credential looks like: switches, small numbers, versions, addresses, paths."""
    return _HARMLESS.fullmatch(data.strip()) is not None


def hashed(data: bytes) -> bool:
    """True for the hash of a password, as htpasswd and /etc/shadow keep it: to be cracked, not to be used."""
    return _HASH.fullmatch(data.strip()) is not None


def address(data: bytes) -> bool:
    """True for where a host or a network is, with nothing of what is asked for there: a secret may be in that."""
    return _ADDRESS.fullmatch(data.strip()) is not None


def path(data: bytes) -> bool:
    """True for an absolute path in small letters: where a secret is mounted."""
    return _PATH.fullmatch(data.strip()) is not None


def words(data: bytes) -> bool:
    """True for some words in small letters, as databases are called: ``app_main``."""
    return _WORDS.fullmatch(data.strip()) is not None


def directory_name(data: bytes) -> bool:
    """True for the name of an entry in a directory: ``uid=bo,ou=people,dc=acme,dc=io``."""
    return _DIRECTORY.fullmatch(data.strip()) is not None


def keystore(data: bytes) -> bool:
    """True for a store of private keys by its first bytes: JKS, JCEKS, KeePass, PKCS#12."""
    if data.startswith(_KEYSTORES):
        return True
    # DER: a sequence of long length that begins with version 3.
    return data[:1] == b"\x30" and data[1:2] in (b"\x82", b"\x83") and b"\x02\x01\x03\x30" in data[:9]


def looks_random(data: bytes) -> bool:
    """True for bytes that are no text: keys, mostly."""
    return not is_text(data)
