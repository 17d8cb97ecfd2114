"""Whether a secret could be guessed from a dictionary, judged so that doubt counts as yes.

The answer chooses the digest in a baseline: a random token cannot be guessed through a fast digest, a
password can. It is part of the file format: changing it would make entries written before unfindable.
"""

from __future__ import annotations

import base64
import binascii
import re
from itertools import pairwise

_ENOUGH_BITS = 80.0
_RUN = re.compile(r"[a-z]+|[A-Z]+|[0-9]+|[^a-zA-Z0-9]+")
# A run of letters is taken for a word, of which there are few, however long it is; so are years and dates.
_LETTER_BITS, _WORD_BITS = 4.0, 9.0
_DIGIT_BITS, _NUMBER_BITS = 3.0, 9.0
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}\Z")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){4,}\Z")

# Pairs of neighbours in what people type: frequent in English, side by side on a keyboard, in order.
# They make up some two thirds of words and walks, and about a quarter of random letters.
_FREQUENT = (
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic"
    " ne ea ra ce li ch ll be ma si om ur ss wo rd pa ay us ey my ke"
)
_ROWS = ("1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "abcdefghijklmnopqrstuvwxyz", "01234567890")
_COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/")
_EASY = {*_FREQUENT.split()} | {
    pair for line in (*_ROWS, *_COLUMNS) for a, b in pairwise(line) for pair in (a + b, b + a)
}
_EASY_SHARE = 0.45
_WOVEN_SHARE = 0.6
_WORD = re.compile(r"[a-z]{4,}|[A-Z]{4,}|[A-Z][a-z]{3,}")
_WORD_SHARE = 0.4
_SUBSTITUTED = str.maketrans("013457@$!", "oieastasi")


def is_strong(secret: bytes) -> bool:
    """True when ``secret`` looks drawn at random from far more values than anyone can try.

    What decodes to readable text is judged by that text. A value made of words, dates, repetitions or
    keyboard rows counts as weak however long it is.
    """
    try:
        text = secret.decode("ascii")
    except UnicodeDecodeError:
        return False
    return all(_random(reading) for reading in (text, *_decoded(text)))


def _random(text: str) -> bool:
    plain = text.replace("-", "")
    if _HEX.match(plain):
        return _random_hex(plain.lower())
    if _bits(text) < _ENOUGH_BITS or sum(map(len, _WORD.findall(text))) > _WORD_SHARE * len(text):
        return False
    return max(_easy(text.lower()), _easy(_letters(text))) < _EASY_SHARE and not _woven(text.lower())


def _random_hex(digits: str) -> bool:
    """32 digits and more that hardly repeat: each pair of neighbours is one of 256."""
    pairs = [a + b for a, b in pairwise(digits)]
    letters = sum(digit.isalpha() for digit in digits) / len(digits)
    if len(digits) < 32 or not 0.1 < letters < 0.7 or len(set(pairs)) < 0.6 * min(len(pairs), 100):
        return False
    return _easy(digits) < _EASY_SHARE and not _woven(digits)


def _woven(text: str) -> bool:
    """True when every other character makes a walk: ``1a2b3c`` is two of them."""
    return max(_easy(text[::2]), _easy(text[1::2])) > _WOVEN_SHARE


def _bits(text: str) -> float:
    seen: set[str] = set()
    bits = 0.0
    for run in _RUN.findall(text):
        key = run.lower()
        if key in seen and len(run) > 2:
            continue
        seen.add(key)
        bits += _run_bits(run)
    return min(bits, len(set(text)) * 6.0)


def _run_bits(run: str) -> float:
    distinct = len(set(run))
    if run.isdigit():
        return min(_DIGIT_BITS * distinct, _NUMBER_BITS)
    if run.isalpha():
        return min(_LETTER_BITS * distinct, _WORD_BITS)
    return 1.0


def _easy(text: str) -> float:
    """The share of neighbouring characters that people type one after the other."""
    pairs = list(pairwise(text))
    return sum(a == b or a + b in _EASY for a, b in pairs) / max(1, len(pairs))


def _letters(text: str) -> str:
    """The text as it would be read aloud: digits standing for letters put back, the rest left out."""
    return "".join(char for char in text.lower().translate(_SUBSTITUTED) if char.isalpha())


def _decoded(text: str) -> list[str]:
    readings = []
    for codec in (_from_base64, _from_hex):
        inner = codec(text)
        if inner is not None and inner.isascii() and inner.decode("ascii").isprintable():
            readings.append(inner.decode("ascii"))
    return readings


def _from_base64(text: str) -> bytes | None:
    if not _BASE64.match(text):
        return None
    body = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return None


def _from_hex(text: str) -> bytes | None:
    return bytes.fromhex(text) if _HEX.match(text) else None
