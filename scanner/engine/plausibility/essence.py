"""What of a value counts: without the ends of its string, the scheme before it, and escapes."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from scanner.engine.plausibility.keys import Key, Promise
from scanner.engine.plausibility.lazy import Lazy

_COPIED = 16
_SCHEME = Lazy(rb"(?:basic|bearer|token|apikey|api-key|ntlm|negotiate|digest|key)\s+", re.IGNORECASE)
# Breaks, and what troff writes to change the font; looked for in so many bytes, for a run of what they begin with is
# read on from each place.
_ENDING = 256
_ENDINGS = Lazy(rb"(?:\\{1,4}[nrt0])+$|\\f(?:\[[A-Z]{0,2}\]?|[A-Z])$|\\+$")
_PERCENT = Lazy(rb"%[0-9A-Fa-f]{2}")
# Quotes as word processors set them; what follows the second is not the value's.
_TYPESET = Lazy(rb"\xe2\x80[\x9c\x9e]((?:(?!\xe2\x80[\x9c-\x9e]).)+)\xe2\x80[\x9c\x9d].*", re.DOTALL)
_UNICODE_ESCAPE = Lazy(rb"\\u([0-9A-Fa-f]{4})")


def core(value: bytes, key: Key, *, password: bool) -> tuple[bytes, Promise]:
    """``value`` without what belongs to its string or its scheme, and what is promised of the rest."""
    promise = Promise.PASSWORD if password else key.promise
    value = value[:-_ENDING] + _ENDINGS.pattern.sub(b"", value[-_ENDING:])
    # What Spring is to compare as it stands.
    value = value.removeprefix(b"{noop}")
    if value[:2] == b"\xe2\x80" and (typeset := _TYPESET.pattern.fullmatch(value)):
        value = typeset[1]
    # Blanks that somebody copied along; before and after a word they join it to what comes next.
    if promise is not Promise.PASSWORD and (value[:1] == b" " or value[-1:] == b" "):
        bare = value.strip(b" ")
        if len(bare) >= _COPIED and b" " not in bare and not (value[:1] == b" " and value[-1:] == b"="):
            value = bare
    scheme = _SCHEME.pattern.match(value)
    # "Token prüfen" is a phrase.
    if scheme is None or value[scheme.end() :].isalpha():
        return value, promise
    return value[scheme.end() :], max(promise, Promise.SECRET)


def unescaped(value: bytes) -> bytes:
    """``value`` without percent and Unicode escapes: what counts is what they stand for."""
    if b"\\u" in value:
        value = _UNICODE_ESCAPE.pattern.sub(_character, value)
    return unquote_to_bytes(value) if _PERCENT.pattern.search(value) else value


def _character(found: re.Match[bytes]) -> bytes:
    return chr(int(found[1], 16)).encode("utf-8", "surrogatepass")
