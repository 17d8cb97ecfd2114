"""Macaroons in the binary form, version 2: upload tokens of the Python package index.

Version byte, location and identifier, an end mark, caveats that each end in a mark, one more mark,
and a signature of 32 bytes. Fields are type, length and value, numbers as varints.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator

from scanner.engine.checks.verdict import CheckContext, Outcome, Verdict

_VERSION, _END, _LOCATION, _IDENTIFIER, _SIGNATURE = 2, 0, 1, 2, 6
_NOT_MACAROON = Verdict(Outcome.FAIL, "the token is not a whole macaroon")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, value) of each field; an end mark has the type 0. IndexError where the data is cut short."""
    at = 1
    while at < len(data):
        kind, at = _varint(data, at)
        if kind == _END:
            yield kind, b""
            continue
        size, at = _varint(data, at)
        if at + size > len(data):
            raise IndexError
        yield kind, data[at : at + size]
        at += size


def check_pypi(secret: bytes, context: CheckContext) -> Verdict:
    """``pypi-`` and a macaroon; its caveats tell how much it opens and until when."""
    text = secret.partition(b"-")[2]
    try:
        data = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
        fields = list(_fields(data))
    except (binascii.Error, IndexError):
        return _NOT_MACAROON
    if not fields or data[0] != _VERSION or fields[0][0] != _LOCATION or fields[-1][0] != _SIGNATURE:
        return _NOT_MACAROON
    if len(fields[-1][1]) != 32:
        return _NOT_MACAROON
    caveats = [value for kind, value in fields[2:] if kind == _IDENTIFIER]
    return Verdict(Outcome.PASS, detail={"scope": _scope(caveats)})


def _scope(caveats: list[bytes]) -> str:
    """Whole account, unless a caveat names projects."""
    for caveat in caveats:
        try:
            value = json.loads(caveat)
        except ValueError:
            continue
        named = isinstance(value, dict) and isinstance(value.get("permissions"), dict)
        # Numbered caveats: 1 lists project names, 2 their ids, 3 the user.
        if named or (isinstance(value, list) and value and value[0] in (1, 2)):
            return "projects"
    return "account"
