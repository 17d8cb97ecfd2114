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
_PIECE = re.compile(r"[A-Za-z0-9+/=]{20,}")
_CHOSEN = re.compile(
    r"://[^\s/:@]*:([^\s@]{1,1024})@|\b(?:password|passwd|pwd|pass)[\"']?\s*[=:]\s*[\"']?([^\s;&\"']+)", re.IGNORECASE
)
_HEX_PIECE = re.compile(r"[0-9a-fA-F-]{32,}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){4,}\Z")

# How surprising each letter is after each other in English and its jargon: bits, rounded, at most 9; a row a
# letter, counted over manuals, each word by the logarithm of its frequency. Words make some 3.9 bits a letter,
# random letters 5.8; between the two lies the limit.
_SURPRISE = (
    "95458759596353959343667869 36563778369268469446478958 38573884494478279563589979 46452667388556459545576879 "
    "46435567698553757334766589 47663378299477369455498969 46552554398554559445476888 27662777399666369554587979 "
    "56455559998452469543959696 46572766675676367745276676 46552557388565559535675979 37652688398377369655578949 "
    "25772888398647439756588979 47433537496676469633668979 66447669696442549344455899 38663776498378349354588969 "
    "77767777777676767557076777 37552668396555469544677969 46453674397556548533476969 37562684299567469445587959 "
    "44565659599443749333899999 38671789399877589768899999 37663783398574369346787889 46353676388667628653677668 "
    "45454556488544538434665877 37671676377657567657677756"
).split()
_BITS = {chr(97 + a) + chr(97 + b): int(_SURPRISE[a][b]) for a in range(26) for b in range(26)}
_NO_LETTER = re.compile("[^a-z]+")
_SURPRISING = 5.1
# Neighbours on a keyboard and in order make up most of a walk, and about a sixth of random characters.
_ROWS = ("1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "abcdefghijklmnopqrstuvwxyz", "01234567890")
_COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/")
_STEPS = {pair for line in (*_ROWS, *_COLUMNS) for a, b in pairwise(line) for pair in (a + b, b + a, a + a)}
_WALKED_SHARE = 0.5
_SUBSTITUTED = str.maketrans("013457@$!", "oieastasi")


def is_strong(secret: bytes) -> bool:
    """True when ``secret`` holds a piece that looks drawn at random from far more values than anyone can try.

    A piece made of words, dates, repetitions or keyboard rows counts as weak however long it is, and one
    that decodes to text is judged by that text.
    """
    try:
        text = secret.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return _strong(text, depth=3)


def _strong(text: str, depth: int) -> bool:
    chosen = _CHOSEN.search(text)
    if chosen:
        # The rest of a connection string may look random and be known to everyone: a host, a bucket, an account.
        return _strong(chosen.group(1) or chosen.group(2), depth)
    for piece in (text, *_PIECE.findall(text), *_HEX_PIECE.findall(text)):
        if _random(piece) and _strong_inside(piece, depth):
            return True
    return False


def _strong_inside(text: str, depth: int) -> bool:
    """False when ``text`` is the encoded form of a weak text."""
    for codec in (_from_base64, _from_hex):
        inner = codec(text)
        readable = _text(inner) if inner is not None else None
        if readable is not None and (depth == 0 or not _strong(readable, depth - 1)):
            return False
    return True


def _random(text: str) -> bool:
    if not text.isascii():
        return False
    plain = text.replace("-", "")
    if _HEX.match(plain):
        return _random_hex(plain.lower())
    return _bits(text) >= _ENOUGH_BITS and _surprise(text) > _SURPRISING and not _walked(text.lower())


def _random_hex(digits: str) -> bool:
    """32 digits and more that hardly repeat: each pair of neighbours is one of 256."""
    pairs = [a + b for a, b in pairwise(digits)]
    letters = sum(digit.isalpha() for digit in digits) / len(digits)
    if len(digits) < 32 or not 0.1 < letters < 0.7 or len(set(pairs)) < 0.6 * min(len(pairs), 100):
        return False
    return not _walked(digits)


def _walked(text: str) -> bool:
    """True for walks over the keyboard or through the alphabet; ``1a2b3c`` is two of them woven together."""
    return any(_walk_share(part) > _WALKED_SHARE for part in (text, text[::2], text[1::2]))


def _walk_share(text: str) -> float:
    return sum([a + b in _STEPS for a, b in pairwise(text)]) / max(1, len(text) - 1)


def _surprise(text: str) -> float:
    """Bits a letter, with digits that stand for letters put back and everything else left out."""
    letters = _NO_LETTER.sub("", text.lower().translate(_SUBSTITUTED))
    return sum([_BITS[a + b] for a, b in pairwise(letters)]) / max(1, len(letters) - 1)


def _bits(text: str) -> float:
    """At least how many bits are in ``text``, up to what is enough."""
    seen: set[str] = set()
    bits = 0.0
    for run in _RUN.findall(text):
        if len(run) > 2:
            key = run.lower()
            if key in seen:
                continue
            seen.add(key)
        bits += _run_bits(run)
        if bits >= _ENOUGH_BITS:
            break
    return min(bits, len(set(text)) * 6.0)


def _run_bits(run: str) -> float:
    distinct = len(set(run)) if len(run) > 1 else 1
    if run.isdigit():
        return min(_DIGIT_BITS * distinct, _NUMBER_BITS)
    if run.isalpha():
        return min(_LETTER_BITS * distinct, _WORD_BITS)
    return 1.0


def _text(data: bytes) -> str | None:
    """``data`` when it is something that people read, else None."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if all(char.isprintable() or char in "\t\r\n" for char in text) else None


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
