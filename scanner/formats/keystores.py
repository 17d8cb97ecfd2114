"""Keystores by what is in them, never by their names: Java's (JKS, JCEKS), PKCS #12, KeePass; as files and in base64.

A store of certificates alone is public. One with a private key is as safe as its password, and Java's documentation
taught a generation to use the same one: its check value tells that without opening anything.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from hashlib import sha1
from typing import NamedTuple

from scanner.model.levels import Confidence, Severity
from scanner.model.match import Inspect, Match
from scanner.model.secret import Secret
from scanner.model.span import Span
from scanner.model.text import Text

_JKS, _JCEKS = b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"
_KEEPASS = b"\x03\xd9\xa2\x9a"
_KEEPASS_SECOND = (b"\x67\xfb\x4b\xb5", b"\x66\xfb\x4b\xb5", b"\x65\xfb\x4b\xb5")
# A sequence whose first member is the number 3 and whose second is a sequence: PKCS #12 and nothing else.
_PKCS12 = re.compile(rb"\x30(?:\x82..|\x83...|\x80)\x02\x01\x03\x30", re.DOTALL)
# Object identifiers of the bags that hold keys; they stand in the clear in what every common program writes.
_KEY_BAGS = (b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01", b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02")

_STOCK_PASSWORDS = ("changeit", "password", "changeme", "secret", "keystore", "123456", "")
_WHITENING = b"Mighty Aphrodite"
_DIGEST = 20
_KEY, _CERTIFICATE, _SECRET_KEY = 1, 2, 3

_ENCODED = re.compile(
    rb"(?<![A-Za-z0-9+/])(?:/u3\+7Q|zs7Ozg|A9mimm[bcdefg]|MI[IM][A-Za-z0-9+/]{2}[AQgw]IBAz)[A-Za-z0-9+/]{40,}={0,2}"
    rb"(?:\r?\n[ \t]*[A-Za-z0-9+/]{4,}={0,2})*+"
)


class _Store(NamedTuple):
    rule: str
    severity: Severity
    detail: dict[str, str]


class Keystores:
    """The detector. See ``scanner.model.match.Detector``."""

    triggers = (
        _JKS, _JCEKS, _KEEPASS, b"\x02\x01\x03\x30\x82", b"\x02\x01\x03\x30\x80",
        b"/u3+7Q", b"zs7Ozg", b"A9mimm", b"IBAzCC", b"IBAzCA",
    )  # fmt: skip
    names: tuple[str, ...] = ()

    def detect(self, text: Text, inspect: Inspect) -> Iterable[Match]:
        """The store that the text is, or those that it holds in base64."""
        whole = _recognised(text.data)
        if whole is not None:
            yield _match(whole, text.data, Span(0, len(text.data)))
            return
        for found in _ENCODED.finditer(text.data):
            data = _decoded(found.group())
            store = _recognised(data)
            if store is not None:
                yield _match(store, data, Span(*found.span()))


def _match(store: _Store, data: bytes, span: Span) -> Match:
    return Match(
        rule=store.rule,
        span=span,
        secret=Secret(data),
        severity=store.severity,
        confidence=Confidence.HIGH,
        detail=store.detail,
        specific=3,
    )


def _recognised(data: bytes) -> _Store | None:
    if data.startswith((_JKS, _JCEKS)):
        return _java(data)
    if data.startswith(_KEEPASS) and data[4:8] in _KEEPASS_SECOND:
        return _Store("keepass-database", Severity.MEDIUM, {"format": "KeePass"})
    if _PKCS12.match(data) and any(bag in data for bag in _KEY_BAGS):
        return _Store("pkcs12-keystore", Severity.MEDIUM, {"format": "PKCS #12"})
    return None


def _java(data: bytes) -> _Store | None:
    keys = list(_aliases_of_keys(data))
    if not keys:
        return None
    told = {"format": "JKS" if data.startswith(_JKS) else "JCEKS", "keys": str(len(keys))}
    for password in _STOCK_PASSWORDS:
        digest = sha1(password.encode("utf-16-be") + _WHITENING + data[:-_DIGEST], usedforsecurity=False)
        if digest.digest() == data[-_DIGEST:]:
            return _Store("java-keystore", Severity.CRITICAL, told | {"password": "one that everybody tries"})
    return _Store("java-keystore", Severity.MEDIUM, told)


class _Cursor:
    """Reads big-endian fields; IndexError past the end."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self.at = data, at

    def number(self, size: int) -> int:
        value = int.from_bytes(self.take(size), "big")
        return value

    def take(self, size: int) -> bytes:
        end = self.at + size
        if end > len(self._data):
            raise IndexError
        found = self._data[self.at : end]
        self.at = end
        return found


def _aliases_of_keys(data: bytes) -> Iterator[str]:
    """The entries of a Java store that are keys, up to where it cannot be read on."""
    cursor = _Cursor(data, 4)
    try:
        version, count = cursor.number(4), cursor.number(4)
        if version not in (1, 2):
            return
        # However many it claims to have: where the bytes end, so does this.
        for _ in range(count):
            kind = cursor.number(4)
            alias = cursor.take(cursor.number(2)).decode("utf-8", "replace")
            cursor.take(8)
            if kind == _CERTIFICATE:
                _pass_certificate(cursor, version)
                continue
            if kind not in (_KEY, _SECRET_KEY):
                return
            yield alias
            if kind == _SECRET_KEY:
                return  # a serialised object, whose length is not told
            cursor.take(cursor.number(4))
            for _ in range(cursor.number(4)):
                _pass_certificate(cursor, version)
    except IndexError:
        return


def _pass_certificate(cursor: _Cursor, version: int) -> None:
    if version == 2:
        cursor.take(cursor.number(2))
    cursor.take(cursor.number(4))


def _decoded(run: bytes) -> bytes:
    packed = b"".join(run.split())
    try:
        return binascii.a2b_base64(packed[: len(packed) // 4 * 4])
    except binascii.Error:
        return b""
