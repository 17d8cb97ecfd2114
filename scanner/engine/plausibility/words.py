"""Was this made by a generator, or by a person naming things? The answer is a number of bits.

The shorter story wins. A person's story of ``checksum_v2_old`` is three words, a digit and two joints: about 50
bits. A generator's story is fifteen characters drawn from its alphabet: 78 bits. So the first is the better one,
and ``surprise`` is -28. For ``h7Gk2pWq9Zr4LmX`` the person's story needs letter after letter that no language
has, and the generator's is the shorter: the surprise is positive.

The words and the costs of letters come from ``randomness.dat``, made by ``tools/train_randomness.py``.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

# Bits for a word of each class of frequency: the logarithm of how many words there are to choose from.
_WORD_BITS = (8.0, 10.5, 12.5, 13.5)
_LONGEST_WORD = 16
# A generator has to be said to be one, and which alphabet it draws from.
_GENERATOR = 4.0
# Starting a run of digits, an unusual sign, a change from lower to upper case inside a word.
_DIGITS_BITS, _SIGN_BITS, _JOINT_BITS, _CASE_BITS = 2.0, 6.0, 1.5, 3.0
# Letters that go on after digits: v2beta happens, 2t0007x68ev1 does not.
_AGAIN_BITS = 2.0
# People do not make up numbers longer than this; beyond it a digit costs more than its surprise.
_REMEMBERED, _LONG_DIGIT_BITS = 4, 5.2
# Words that people write with a number in them, where they stand alone.
_COUNTED = r"(?<![A-Za-z0-9])(?:k8s|k3s|i18n|l10n|a11y|o11y|e2e|p2p|m2m|b2[bc])(?![A-Za-z0-9])"
_RUNS = re.compile(_COUNTED + r"|[a-z]+|[0-9]+|.", re.DOTALL | re.IGNORECASE | re.ASCII)
_JOINTS = frozenset("_-. /:")
# A part between joints that is drawn from the digits of base 16, whatever the parts beside it are made of: what a
# vendor puts behind its mark. With 40 or 64 of them it may as well be a name with a commit or a digest.
_HEXADECIMAL_PART = re.compile(
    r"(?<![0-9A-Za-z])(?=[0-9]*[A-Fa-f])(?=[A-Fa-f]*[0-9])(?:[0-9a-f]{16,}|[0-9A-F]{16,})(?![0-9A-Za-z])"
)
_COMMON_NUMBERS = frozenset(
    "0 1 2 3 4 5 6 7 8 9 00 01 02 03 04 05 06 07 08 09 10 11 12 13 16 20 24 32 64 80 86 99 100 123 127 128 200 256 "
    "404 443 500 512 1000 1024 1234 2048 3306 3389 4096 5432 6379 8000 8080 8081 8443 8888 9000 9090 9200 12345 "
    "27017 123456 654321 111111 123123 1234567 12345678 123456789 1234567890".split()
)
# More of a value would not change the verdict.
_ENOUGH = 80


class Model(NamedTuple):
    """``words`` maps a word to its bits; ``letters`` holds sixteenths of a bit at ``(a * 27 + b) * 27 + c``."""

    words: dict[str, float]
    letters: bytes


@cache
def model() -> Model:
    """The trained table, read once and only when a value has come this far."""
    head, _, body = Path(__file__).with_name("randomness.dat").read_bytes().partition(b"\n")
    assert json.loads(head)["format"] == 1
    data = zlib.decompress(body)
    size = 27**3
    words: dict[str, float] = {}
    for group, bits in zip(data[size:].decode("ascii").split("\n\n"), _WORD_BITS, strict=True):
        words.update(dict.fromkeys(group.split("\n"), bits))
    return Model(words, data[:size])


# Bits of surprise above which no person gave the name.
NO_NAME = 40.0


@lru_cache(maxsize=4096)
def surprise(text: str) -> float:
    """Bits by which a generator explains ``text`` better than a person does; negative for names and words."""
    text = text[:_ENOUGH]
    return _human(text) - _random(text)


def is_word(text: str) -> bool:
    """True when ``text`` in lower case is a word of the table."""
    return text.lower() in model().words


@lru_cache(maxsize=1024)
def word_share(text: str) -> float:
    """The share of the letters of ``text`` that lie in words of three letters and more; 0 without letters."""
    covered = letters = 0
    for run in re.findall(r"[A-Za-z]+", text[:_ENOUGH]):
        letters += len(run)
        covered += sum(len(word) for word in _split(run) if len(word) > 2)
    return covered / letters if letters else 0.0


def words_of(text: str) -> list[str]:
    """The known words of which ``text`` is made, lower case, in order; letters in no word are left out."""
    found: list[str] = []
    for run in re.findall(r"[A-Za-z]+", text[:_ENOUGH]):
        found += _split(run)
    return found


def _random(text: str) -> float:
    """Bits of the generator's story: every character from the smallest usual alphabet that has them all."""
    part = _HEXADECIMAL_PART.search(text)
    if part is not None and part.group() != text and len(part.group()) not in (40, 64):
        rest = text[: part.start()] + text[part.end() :]
        return _random(rest) + len(part.group()) * 4
    lower = upper = digits = other = 0
    hexadecimal = True
    joints = 0
    for char in text:
        if "a" <= char <= "z":
            lower += 1
            hexadecimal = hexadecimal and char <= "f"
        elif "A" <= char <= "Z":
            upper += 1
            hexadecimal = hexadecimal and char <= "F"
        elif "0" <= char <= "9":
            digits += 1
        elif char in _JOINTS or char in "+=":
            joints += 1
        else:
            other += 1
    size = 26 * bool(lower) + 26 * bool(upper) + 10 * bool(digits)
    if hexadecimal and digits and (lower + upper) and not (lower and upper):
        size = 16
    if other:
        size += 16
    # Separators of a generated value (uuid, key.secret) are as cheap as those of a name.
    return _GENERATOR + (len(text) - joints) * math.log2(max(size, 2)) + joints * _JOINT_BITS


def _human(text: str) -> float:
    """Bits of the person's story: words, familiar numbers, joints, and letter by letter where there is no word."""
    bits = 0.0
    previous = ""
    for found in _RUNS.finditer(text):
        run = found.group()
        if run.isalpha() and run.isascii():
            bits += _letters(run) + (_AGAIN_BITS if previous.isdigit() else 0.0)
        elif run.isdigit() and run.isascii():
            bits += _number(run)
        elif run in _JOINTS:
            bits += _JOINT_BITS
        elif len(run) > 1:
            bits += _WORD_BITS[1]
        else:
            bits += 1.0 if run == previous else _SIGN_BITS
        previous = run
    return bits


def _number(run: str) -> float:
    if run in _COMMON_NUMBERS:
        return _DIGITS_BITS + 5.0
    if len(run) == 4 and run[:2] in ("19", "20"):
        return _DIGITS_BITS + 7.0
    if len(set(run)) == 1:
        return _DIGITS_BITS + 5.0
    beyond = max(0, len(run) - _REMEMBERED)
    return _DIGITS_BITS + (len(run) - beyond) * math.log2(10) + beyond * _LONG_DIGIT_BITS


def _letters(run: str) -> float:
    return _best(run)[0]


def _split(run: str) -> list[str]:
    return _best(run)[1]


@lru_cache(maxsize=4096)
def _best(run: str) -> tuple[float, list[str]]:
    """The cheapest way to write ``run`` as words and single letters: its bits, and the words."""
    words, letters = model()
    small = run.lower()
    codes = [ord(char) - 97 for char in small]
    length = len(run)
    best = [0.0] + [math.inf] * length
    step = [0] * (length + 1)
    for start in range(length):
        base = best[start]
        # One letter after the two before it, wherever those came from.
        first = codes[start - 2] if start > 1 else 26
        second = codes[start - 1] if start else 26
        bits = base + 0.4 + letters[(first * 27 + second) * 27 + codes[start]] / 16 + _case_change(run, start)
        if bits < best[start + 1]:
            best[start + 1], step[start + 1] = bits, 1
        for end in range(start + 2, min(length, start + _LONGEST_WORD) + 1):
            known = words.get(small[start:end])
            if known is None:
                continue
            bits = base + known + _style(run, start, end)
            if bits < best[end]:
                best[end], step[end] = bits, end - start
    if step[length] == 1:
        # The word that these letters pretend to be has to end like one.
        first = codes[-2] if length > 1 else 26
        best[length] += letters[(first * 27 + codes[-1]) * 27 + 26] / 16
    found: list[str] = []
    at = length
    while at:
        if step[at] > 1:
            found.append(small[at - step[at] : at])
        at -= step[at]
    found.reverse()
    return best[length], found


def _case_change(run: str, at: int) -> float:
    """Bits for writing the letter at ``at`` in another case than the one before it."""
    if not at or run[at].isupper() == run[at - 1].isupper():
        return 0.3
    return _JOINT_BITS if run[at - 1].isupper() and at == 1 else _CASE_BITS


def _style(run: str, start: int, end: int) -> float:
    """Bits for how a word is written: small, Title, CAPITALS, or oddly mixed."""
    word = run[start:end]
    if word.islower():
        # A new word in the middle of small letters has no visible edge.
        return 0.5 if start == 0 else 1.5
    if word[1:].islower() or word.isupper():
        return 1.0
    return sum(_CASE_BITS for a, b in pairwise(word) if a.isupper() != b.isupper())
