"""Key bytes out of the many ways an armoured key is written down.

The armour may stand in a string with escaped line breaks, in quoted and concatenated lines, indented, behind
log prefixes or patch marks, percent-encoded or in HTML entities. Several readings are offered, likeliest first.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

_BEGIN = re.compile(rb"-{2,5} ?BEGIN ((?:[A-Z0-9]+ ){0,3}?)PRIVATE KEY(?: BLOCK)? ?-{4,5}")
_END = re.compile(rb"-{4,5} ?END [A-Z0-9 ]*KEY[A-Z ]*-{4,5}")
_ENTITY = re.compile(rb"&#(?:10|13|x0?[aAdD]);|&(?:quot|#34|#39|apos);|%0[aAdD]")
# Each from the first of some backslashes: from every one of them, many take the square of their number.
_BREAK = re.compile(rb"(?<!\\)\\++(?:[nr]|u000[aAdD]|x0[aAdD]|012|015)")
_SLASH = re.compile(rb"(?<!\\)\\++/")
_TAB = re.compile(rb"(?<!\\)\\++t")
_BETWEEN_QUOTES = re.compile(rb"""["'`]+[^"'`A-Za-z0-9]{0,60}["'`]+""")
_HEADER = re.compile(
    rb"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID|Subject|x-[a-z-]{1,60}): ?([^\r\n]*)", re.IGNORECASE
)
_ENCRYPTED = re.compile(rb"4,ENCRYPTED|DEK-Info", re.IGNORECASE)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_PREFIXED = re.compile(rb"^.*?([A-Za-z0-9+/]{4,}={0,2})[^A-Za-z0-9+/=]*$", re.MULTILINE)
_ELLIPSIS = re.compile(
    rb"\.\.\.|\xe2\x80\xa6|\*{3}|x{6}|<[a-z _-]{3,}>|\[[a-z .]{3,}\]|REDACTED|REPLACE", re.IGNORECASE
)
_CRC24 = re.compile(rb"=([A-Za-z0-9+/]{4})\s*$")


@dataclass(frozen=True, slots=True)
class Armour:
    """An armoured key taken apart. ``label`` is what stands before "PRIVATE KEY" (``RSA``, ``PGP``, nothing).

    ``elided`` means that the body shows that something was left out on purpose.
    """

    label: str
    body: bytes
    encrypted: bool
    elided: bool


def take_apart(text: bytes) -> Armour | None:
    """The first armoured private key in ``text``; the end mark may be missing."""
    begin = _BEGIN.search(text)
    if not begin:
        return None
    end = _END.search(text, begin.end())
    body = _unescaped(text[begin.end() : end.start() if end else len(text)])
    label = begin.group(1).decode("ascii").strip()
    headers = b"\n".join(found.group() for found in _HEADER.finditer(body))
    encrypted = label in ("ENCRYPTED", "SSH2 ENCRYPTED") or bool(_ENCRYPTED.search(headers))
    plain = _HEADER.sub(b"", body)
    return Armour(label, plain, encrypted, bool(_ELLIPSIS.search(plain)))


def _unescaped(body: bytes) -> bytes:
    body = _ENTITY.sub(b"\n", body)
    if b"%2B" in body or b"%2F" in body or b"%3D" in body:
        body = body.replace(b"%2B", b"+").replace(b"%2F", b"/").replace(b"%3D", b"=")
    body = _BREAK.sub(b"\n", body)
    body = _SLASH.sub(b"/", body)
    body = _TAB.sub(b" ", body)
    return _BETWEEN_QUOTES.sub(b"\n", body)


def readings(armour: Armour) -> Iterator[bytes]:
    """Decodings of the body: all base64 in it; then the last word of each line; then lines without patch marks."""
    body = armour.body.strip(b"\"'`\\ \t\r\n")
    if armour.label == "PGP":
        body = _CRC24.sub(b"", body)
    for text in (body, b"\n".join(_PREFIXED.findall(body)), re.sub(rb"(?m)^[^\S\n]*[+>|*#-] ?", b"", body)):
        data = decoded(text)
        if data:
            yield data


def decoded(text: bytes) -> bytes:
    """``text`` without what is no base64, decoded; a last group that is cut short is left away."""
    clean = _NOT_BASE64.sub(b"", text).rstrip(b"=").replace(b"=", b"")
    clean = clean[: len(clean) - 1] if len(clean) % 4 == 1 else clean
    try:
        return base64.b64decode(clean + b"=" * (-len(clean) % 4))
    except binascii.Error:
        return b""


def crc24_fits(armour: Armour, data: bytes) -> bool | None:
    """Whether OpenPGP's checksum line agrees with ``data``; None when there is no such line."""
    found = _CRC24.search(armour.body.strip(b"\"'`\\ \t\r\n"))
    if not found:
        return None
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc = crc << 1 ^ (0x1864CFB if crc & 0x800000 else 0)
    return (crc & 0xFFFFFF) == int.from_bytes(base64.b64decode(found.group(1)), "big")
