"""The verdict on one value under one name."""

from __future__ import annotations

import re

from scanner.engine.plausibility.lazy import Lazy
from scanner.engine.plausibility import words
from scanner.engine.plausibility.keys import Key, Promise
from scanner.engine.plausibility.placeholders import STOCK, placeholder, stock
from scanner.engine.plausibility.references import reference
from scanner.engine.plausibility.shapes import is_constant, is_uuid, shape
from scanner.model.filekind import FileKind

# Bits by which the generator's story must be the shorter one, by what the name promises.
_NEEDED = {Promise.NOTHING: 25.0, Promise.WEAK: 25.0, Promise.SECRET: 4.0, Promise.PASSWORD: -1.0}
_SHORTEST = {Promise.NOTHING: 16, Promise.WEAK: 12, Promise.SECRET: 6, Promise.PASSWORD: 4}
_LONGEST = 2048
_SCHEME = Lazy(rb"(?:basic|bearer|token|apikey|api-key|ntlm|negotiate|digest|key)\s+", re.IGNORECASE)
_SIGNS = frozenset(b"!@#$%^&*+=?~|;:,<>()[]{}/\\")


def value(
    value: bytes, *, key: Key, password: bool, kind: FileKind, line: bytes
) -> str:
    """Why ``value``, given to a thing called ``key``, is no secret; empty when it may be one."""
    scheme = _SCHEME.pattern.match(value)
    if scheme:
        value = value[scheme.end() :]
    promise = Promise.PASSWORD if password else key.promise
    if key.promise is Promise.NOTHING:
        return "about a secret"
    if len(value) < _SHORTEST[promise]:
        return "too short"
    if len(value) > _LONGEST:
        return "too long"
    quoted = _quoted(value, line)
    return (
        placeholder(value)
        or reference(value, kind, quoted=quoted)
        or _spaces(value)
        or shape_of(value, password=password)
        or _stock(value)
        or _named(value, promise, kind)
    )


def shape_of(value: bytes, *, password: bool) -> str:
    """What ``value`` is by form; digits alone may be a password."""
    found = shape(value)
    if found == "number" and value.isdigit():
        return "" if len(value) >= (6 if password else 9) else "number"
    return found


def _quoted(value: bytes, line: bytes) -> bool:
    at = line.find(value)
    return at > 0 and line[at - 1 : at] in b"\"'`"


def _spaces(value: bytes) -> str:
    return "text" if value.split() != [value] else ""


def _stock(value: bytes) -> str:
    if stock(value):
        return "stock value"
    parts = words.words_of(value.decode("latin-1"))
    letters = sum(char.isalpha() for char in value.decode("latin-1"))
    if parts and all(part in STOCK for part in parts) and sum(map(len, parts)) >= letters - 1:
        return "stock value"
    return ""


def _named(value: bytes, promise: Promise, kind: FileKind) -> str:
    """The last question: did a person name this?"""
    text = value.decode("utf-8", "replace")
    if is_constant(value) and words.surprise(text) < 20:
        return "name"
    if promise is Promise.WEAK and is_uuid(value):
        return "identifier"
    bits = words.surprise(text)
    if bits >= _NEEDED[promise]:
        return ""
    if promise is Promise.PASSWORD and _composed(value, text, kind):
        return ""
    return "words"


def _composed(value: bytes, text: str, kind: FileKind) -> bool:
    """True for what people make when told to use capitals, digits and signs: ``Summer2024!``."""
    lower, upper = any(map(str.islower, text)), any(map(str.isupper, text))
    digits = sum(map(str.isdigit, text))
    sign = any(byte in _SIGNS for byte in value) or (value[-1:] in b"._-" and digits > 0)
    if sign and (digits or (upper and lower)) and len(value) >= 6:
        return True
    if upper and lower and digits >= 2 and text[0].isupper() and len(value) >= 7:
        return True
    return False
