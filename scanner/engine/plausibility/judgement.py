"""The verdict on one value under one name."""

from __future__ import annotations

import base64
import binascii

from scanner.engine.plausibility import chosen, words
from scanner.engine.plausibility.essence import core, unescaped
from scanner.engine.plausibility.keys import Key, Promise
from scanner.engine.plausibility.lazy import Lazy
from scanner.engine.plausibility.placeholders import mashed, oddly_spelled, placeholder, stock, told_to_set
from scanner.engine.plausibility.references import reference
from scanner.engine.plausibility.shapes import is_constant, is_hexadecimal, is_uuid, shape
from scanner.engine.plausibility.surroundings import in_its_line
from scanner.model.filekind import FileKind

# Bits by which the generator's story must be the shorter one, by what the name promises.
_NEEDED = {Promise.WEAK: 30.0, Promise.SECRET: 7.0, Promise.PASSWORD: -1.0}
# A token of an unknown sort may be one that is handed around in the open.
_NEEDED_UNSURE = 18.0
# Where hardly a letter belongs to a word, less will do.
_NEEDED_WORDLESS = 1.0
_SHORTEST = {Promise.WEAK: 16, Promise.SECRET: 7, Promise.PASSWORD: 4}
_LONGEST = 2048
# Above this no person chose the value, whatever pieces of words it holds.
_SURELY_GENERATED = 20.0
# Forms that a generated value can have by chance, unless a person named its parts.
_LOOSE = frozenset(("path", "option", "file name", "host name", "version", "assignments"))
_ALNUM = Lazy(rb"[0-9A-Za-z\x80-\xff]")
_BREAKS = Lazy(rb"\\[nrt]")
_APOSTROPHE = Lazy(rb"[A-Za-z]+\\?'[a-z]{1,2}")
_UNPROSAIC = Lazy(rb"[0-9<>@#$%^&*+=_|~\[\]{}]")
_FOURS = Lazy(rb"[a-z2-7]{4}(?: [a-z2-7]{4}){3,7}")
# Between two strings of a shell's command.
_PIPED = Lazy(rb"\s+[|&;<>]")
# Of a program without blanks, between the end of one string and the start of the next.
_CODE = Lazy(rb"[!=]==[^=]|\)\{.*[=(]|\}(?:if|for|else|return|var)\b")
_HEX_PAIRS = Lazy(rb"(?:(?:0x)?[0-9A-Fa-f]{2}[ ,:]*)+")
_BASE32 = Lazy(rb"[A-Z2-7]{16,}")
_BASE64 = Lazy(rb"[A-Za-z0-9+/_-]{6,}={0,2}")
# No service puts these into the tokens and API keys that it hands out.
_NO_TOKEN = Lazy(rb"[?^()\[\];!*`]")
_GENERATED = Lazy(rb"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9]*[0-9])[0-9A-Za-z!#$%&*+./:=@^_~-]{16,128}")
# Nor into what they call a key only.
_NO_KEY = Lazy(rb"[?^()\[\];!*`#%&$@<>]")
# Where a word that begins with a capital is what a program calls the field, in the language of its user.
_LABELLED = frozenset((FileKind.DATA, FileKind.CODE, FileKind.MESSAGES))
# What stands before a field, or goes on.
_CAPTION = Lazy(rb"(?:[A-Za-z]|[\xc2-\xf4][\x80-\xbf]+){4,}(?:\d?:|\.{3}|\xe2\x80\xa6)")
# No generator makes six letters of which only the first is a capital.
_CAPITAL_FIRST = Lazy(rb"[A-Z][a-z]{1,20}(?:-[a-z]{2,20})*(?<=.{6})")
# What a program's themes and settings are called by: radii.xs.
_DOTTED = Lazy(rb"[a-z]{2,16}(?:\.[a-z]{1,16}){1,4}")
# What a standard calls its kinds of tokens: "tkn_lft:act". Of words no dictionary has, but joined in two ways.
_JOINED = Lazy(rb"(?=[a-z:+./]*_)(?=[a-z_]*[:+./])[a-z]{2,5}(?:[_:+./][a-z]{2,5}){2,4}")
# One of several: host_a, node-b.
_LETTERED = Lazy(rb"[a-z]{3,12}[_-][a-z]")
_SWITCHES = frozenset((b"true", b"false", b"none", b"null", b"required", b"optional", b"never", b"always", b"prompt"))
_CLOCK = Lazy(rb"1[4-9]\d{8}(?:\d{3})?")


def judge(value: bytes, *, key: Key, password: bool, kind: FileKind, line: bytes) -> str:
    """Why ``value``, given to a thing called ``key``, is no secret; empty when it may be one."""
    return in_itself(value, key=key, password=password, kind=kind) or in_its_line(
        value, key=key, password=password, kind=kind, line=line
    )


def in_itself(value: bytes, *, key: Key, password: bool, kind: FileKind) -> str:
    """Why ``value`` is no secret on whatever line it stands."""
    if key.promise is Promise.NOTHING:
        return "about a secret"
    value, promise = core(value, key, password=password)
    if len(value) < _SHORTEST[promise]:
        return "too short"
    if len(value) > _LONGEST:
        return "too long"
    if kind is FileKind.MESSAGES and _shown(value):
        return "text"
    return (
        _placeholder(value, promise, kind)
        or reference(value, kind, quoted=True)
        or _text(unescaped(value), promise)
        or _form(value, promise)
        or _meaning(unescaped(value), promise, key=key, kind=kind)
    )


def _placeholder(value: bytes, promise: Promise, kind: FileKind) -> str:
    reason = placeholder(value)
    if reason == "sequence" and promise is Promise.PASSWORD and chosen.dressed(value, kind):
        return ""
    return reason


def literal(value: bytes, *, key: Key, kind: FileKind) -> str:
    """Why ``value`` is no secret in a place where literals are secrets: a reference, or a word to be replaced."""
    if key.promise is Promise.NOTHING:
        return "about a secret"
    if len(value) < _SHORTEST[Promise.PASSWORD]:
        return "too short"
    if reason := placeholder(value) or reference(value, kind, quoted=True):
        return reason
    if value.split() != [value] and words.word_share(value.decode("utf-8", "replace")) > 0.5:
        return "text"
    if not value.isascii() and value.decode("utf-8", "replace").isalpha():
        return "text"
    found = shape(value)
    if found in ("path", "file name", "address", "public key", "mark-up", "algorithm") or value.lower() in _SWITCHES:
        return found or "switch"
    # A token of an unknown sort may be a name that machines call each other by.
    if key.promise is Promise.SECRET and not key.opens and words.surprise(value.decode("utf-8", "replace")) < 0:
        return "name"
    dressed = chosen.dressed(value, kind)
    return "stock value" if stock(value) and not dressed else ""


def _text(value: bytes, promise: Promise) -> str:
    """Prose: blanks between words, or words in another script; and what is no text at all."""
    if value.split() != [value] and not (_in_fours(value) or (promise is Promise.PASSWORD and _odd_phrase(value))):
        return "text"
    if _PIPED.pattern.match(value) or _CODE.pattern.search(value):
        return "code"
    if value.count(b"\\x") > 2 or value.count(b"\\u") > 2:
        return "binary"
    if len(_ALNUM.pattern.findall(_BREAKS.pattern.sub(b"", value))) < 3:
        return "signs"
    if _APOSTROPHE.pattern.fullmatch(value) or _CAPTION.pattern.fullmatch(value):
        return "text"
    if value.isascii():
        return ""
    text = value.decode("utf-8", "replace")
    if text.count("\ufffd") > 2:
        return "binary"
    letters = [char for char in text if char.isalpha()]
    foreign = sum(not char.isascii() for char in letters)
    return "text" if foreign * 2 >= len(letters) or text.translate(_JOINTS).isalpha() else ""


def _shown(value: bytes) -> bool:
    """True for what a program shows, among its texts: no digit, and not letters by the dozen that no language has."""
    if any(48 <= byte <= 57 for byte in value):
        return False
    return len(value) < 20 or not value.isascii() or words.surprise(value.decode("ascii")) < words.NO_NAME


_JOINTS = {ord(char): None for char in "_-.,:!?'"}


def _in_fours(value: bytes) -> bool:
    """True for letters in groups of four that are no words, as Google shows a password for one app, or a seed."""
    return _FOURS.pattern.fullmatch(value) is not None and words.surprise(value.decode("ascii")) > _SURELY_GENERATED


def _odd_phrase(value: bytes) -> bool:
    """True for a passphrase with blanks that is no sentence: signs no prose has, and no words."""
    if len(value) > 40 or not value.isascii() or not _UNPROSAIC.pattern.search(value):
        return False
    if _HEX_PAIRS.pattern.fullmatch(value):
        return False
    text = value.decode("ascii")
    return words.word_share(text) < 0.4 and words.surprise(text) > 10


def _form(value: bytes, promise: Promise) -> str:
    """What ``value`` is by form; digits alone may be a password or a long token."""
    found = shape(value)
    # As a password it would be poor, and it may be one.
    if found == "name" and promise is Promise.PASSWORD and b"-" in value:
        return ""
    if found in _LOOSE and words.surprise(value.decode("utf-8", "replace")) > words.NO_NAME:
        return ""
    if found == "number" and value.isdigit():
        if _CLOCK.pattern.fullmatch(value):
            return "time"
        return "" if len(value) >= (6 if promise is Promise.PASSWORD else 9) else "number"
    return found


def _meaning(value: bytes, promise: Promise, *, key: Key, kind: FileKind) -> str:
    """The last question: did a person name this?"""
    text = value.decode("utf-8", "replace")
    # Where programs are tested and explained, a word with digits for letters is a dummy: in a program a password may
    # be one, unless it is a stock word.
    explained = kind is FileKind.PROSE or (
        kind is FileKind.CODE and (promise is not Promise.PASSWORD or stock(value))
    )
    if explained and len(value) < 24 and oddly_spelled(value):
        return "words"
    if is_uuid(value):
        # People do not type UUIDs as passwords into code.
        opens = (
            key.opens and promise is not Promise.WEAK and not (promise is Promise.PASSWORD and kind is FileKind.CODE)
        )
        return "" if opens and len(set(value)) > 7 and len(set(value.rstrip(b"}")[-12:])) > 2 else "identifier"
    if promise is Promise.WEAK and (_unsure(value) or _NO_KEY.pattern.search(value)):
        return "identifier"
    if promise is Promise.SECRET and len(value) < 10 and is_hexadecimal(value):
        return "too short"
    if key.issued and promise is Promise.SECRET and _NO_TOKEN.pattern.search(value) and not _made_up(value):
        return "no token"
    # What is left of a comparison, or of a query.
    if promise is not Promise.PASSWORD and value[:1] in b"=?":
        return "no token"
    # Asked for late: it takes as long as all else together.
    bits = words.surprise(text)
    if (bits < _SURELY_GENERATED or len(value) < 12) and stock(value):
        dressed = promise is Promise.PASSWORD and chosen.dressed(value, kind) and not told_to_set(value)
        return "" if dressed else "stock value"
    if mashed(value) or told_to_set(value):
        return "placeholder"
    if kind in _LABELLED and promise is Promise.SECRET and _CAPITAL_FIRST.pattern.fullmatch(value):
        return "label"
    if kind in _LABELLED and text.isalpha() and text.istitle() and bits < _SURELY_GENERATED:
        return "label"
    # An abbreviation, for how something is done: OIDC, LDAP.
    if kind in _LABELLED and len(value) < 7 and text.isalpha() and text.isupper():
        return "label"
    if (is_constant(value) or _LETTERED.pattern.fullmatch(value)) and bits < _SURELY_GENERATED:
        return "name"
    if promise is Promise.SECRET and len(value) < 32 and (
        _DOTTED.pattern.fullmatch(value) or _JOINED.pattern.fullmatch(value)
    ):
        return "name"
    if bits >= _needed(text, promise, key):
        return _encoded_words(value, promise, key=key, kind=kind)
    if promise is Promise.PASSWORD and chosen.password(value, kind):
        return ""
    return "words"


def _made_up(value: bytes) -> bool:
    """True for a token that a generator of passwords made: signs among letters of both cases and digits."""
    return _GENERATED.pattern.fullmatch(value) is not None and words.surprise(value.decode("ascii")) > _SURELY_GENERATED


def _needed(text: str, promise: Promise, key: Key) -> float:
    if promise is not Promise.SECRET:
        return _NEEDED[promise]
    if not key.opens:
        return _NEEDED_UNSURE
    return _NEEDED[promise] if words.word_share(text) >= 0.3 else _NEEDED_WORDLESS


def _unsure(value: bytes) -> bool:
    """True for what a weak name ("key") mostly holds: a hash, or letters of one case."""
    if is_hexadecimal(value):
        return True
    return not any(48 <= byte <= 57 for byte in value) or value.isdigit()


def _encoded_words(value: bytes, promise: Promise, *, key: Key, kind: FileKind) -> str:
    """For base64 or base32 of plain text: the verdict on that text (for ``user:password`` on the password)."""
    inner = _decoded(value).strip()
    if len(inner) < 5 or not inner.isascii() or not inner.decode("ascii").isprintable():
        return ""
    _, colon, after = inner.partition(b":")
    if colon:
        return judge(after, key=key, password=True, kind=kind, line=b"") if after else "identifier"
    return judge(inner, key=key, password=promise is Promise.PASSWORD, kind=kind, line=b'"' + inner)


def _decoded(value: bytes) -> bytes:
    try:
        if _BASE32.pattern.fullmatch(value):
            return base64.b32decode(value + b"=" * (-len(value) % 8))
        if _BASE64.pattern.fullmatch(value) and len(value.rstrip(b"=")) % 4 != 1:
            return base64.b64decode(value.translate(_URL_SAFE) + b"=" * (-len(value) % 4))
    except (binascii.Error, ValueError):
        pass
    return b""


_URL_SAFE = bytes.maketrans(b"-_", b"+/")
