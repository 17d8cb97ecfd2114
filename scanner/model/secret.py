"""A secret's value, in a type that does not let it slip out by accident."""

from __future__ import annotations

import re
from typing import NoReturn

# A fixed key when the repository, baseline or store sets none. It makes fingerprints comparable between
# machines, and it means that whoever holds a report can test guesses of a *weak* password against it.
DEFAULT_KEY = b"unsealed fingerprint v1"


class Secret:
    """The raw bytes of one credential. ``repr`` and ``str`` are redacted; pickling is refused.

    The value is asked for by name (``reveal``), so that a search of the source for that word lists
    every place where a raw secret is handled.
    """

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """The raw bytes. Never pass them to a log, an exception, a cache or another process."""
        return self._value

    def essence(self) -> bytes:
        """What makes it the same secret however it is laid out. As raw as the value itself.

        Of a key in armour that is its kind and the letters of its body: the same key is indented in YAML, escaped in
        JSON and cut into strings in code. Of other values it is the text without the escapes of strings.
        """
        value = self._value
        if b"-----BEGIN " in value:
            return _unarmoured(value)
        return _unescaped(value) if b"\\" in value else value

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def redacted(self) -> str:
        """A view that tells two secrets apart without giving one away.

        At most an eighth of the characters is shown, four at the most, and only from values of 16
        characters and more: a vendor's prefix, mostly. Length is given in full.
        """
        text = self._value.decode("utf-8", "replace")
        shown = min(4, len(text) // 8) if len(text) >= 16 else 0
        head = "".join(c if c.isprintable() else "?" for c in text[:shown])
        return f"{head}***({len(text)} chars)"

    def fingerprint(self, rule: str, key: bytes = DEFAULT_KEY) -> str:
        """32 hex digits that depend on the rule, the secret and ``key`` alone: no place, no commit."""
        # Imported here: a commit without a finding makes no fingerprint, and OpenSSL takes 4 ms to load.
        import hashlib
        import hmac

        message = rule.encode() + b"\0" + self.essence()
        return hmac.new(key, message, hashlib.sha256).hexdigest()[:32]

    def __repr__(self) -> str:
        return f"Secret({self.redacted()})"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not serialised: pass its fingerprint and its redacted view")


def _unarmoured(value: bytes) -> bytes:
    """Strings put together in code, line breaks written as escapes, margins and quotes: none of it is the key."""
    text = re.sub(rb"[\"']\s*\+\s*[\"']|(?<!\\)\\++[rnt]", b"", value)
    return re.sub(rb"[^0-9A-Za-z+/=]+", b"", text)


def _unescaped(value: bytes) -> bytes:
    text = re.sub(rb"\\u00([2-7][0-9a-fA-F])", lambda seen: bytes([int(seen[1], 16)]), value)
    return re.sub(rb"\\([\"'`\\/$])", rb"\1", text)
