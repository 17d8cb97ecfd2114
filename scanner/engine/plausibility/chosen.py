"""Passwords that people choose: words, with as much else as they were told to use."""

from __future__ import annotations

from scanner.engine.plausibility import words
from scanner.engine.plausibility.lazy import Lazy
from scanner.model.filekind import FileKind

_SETTINGS = frozenset((FileKind.CONFIG, FileKind.DOTENV, FileKind.SHELL, FileKind.DATA, FileKind.OTHER))
_PROGRAMS = _SETTINGS | {FileKind.CODE}
# What is numbered by others: versions, parts, algorithms, types of a column; and the password of a joke.
_COUNTED = frozenset(
    b"""aes argon base bcrypt column e field http hunter i ip ipv iso item java k l latin level line md mysql node oauth
    option p page pbkdf postgres python scrypt sha utf v varchar version x""".split()
)
# What generators of passwords for people make of words.
_WORDS_NUMBER = Lazy(rb"(?:[A-Z][a-z]{2,11}){3,6}[0-9]{1,4}[!.?]?")
_WORD_NUMBER = Lazy(rb"[A-Za-z]{4,16}[0-9]{2,6}")
_DIGIT_IN_WORDS = Lazy(rb"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])([A-Za-z]*)[0-9A-Za-z]*(?:([_.-])[0-9A-Za-z]+)*[!.?]?")
_DIGIT_FOR_LETTER = Lazy(rb"[a-z][013457]+[a-z]")
_STOCK_NUMBER = Lazy(rb"[A-Za-z][0-9A-Za-z@$]*?[A-Za-z]([0-9]{2,4})[!.?]?")
# Below it, and with one digit, it is the second of something.
_SHORTEST, _LONGEST = 6, 32
_COUNTING = b"01234567890"
_SIGNS = frozenset(b"!@#$%^&*+=?~|;:,<>()[]{}/\\")


def password(value: bytes, kind: FileKind) -> bool:
    """True for ``value`` as a person would make up a password in a file of ``kind``."""
    text = value.decode("utf-8", "replace")
    return _composed(value, text) or _numbered(value, text, kind) or _crafted(value, kind)


def dressed(value: bytes, kind: FileKind) -> bool:
    """True for a stock word dressed up as policies demand, where real settings are kept.

    That is with a sign, capitals and digits, or with a number to which nobody counts: ``letmein77``.
    """
    if kind not in _SETTINGS:
        return False
    if len(value) > 7 and (found := _STOCK_NUMBER.pattern.fullmatch(value)) is not None:
        if found[1] not in _COUNTING and found[1] != b"321":
            return True
    return len(value) > 8 and _of_all_sorts(value)


def _of_all_sorts(value: bytes) -> bool:
    text = value.decode("utf-8", "replace")
    sorts = (str.isdigit, str.islower, str.isupper)
    return not _SIGNS.isdisjoint(value) and all(any(map(is_of, text)) for is_of in sorts)


def _composed(value: bytes, text: str) -> bool:
    """True for what people make when told to use capitals, digits and signs: ``Summer2024!``."""
    lower, upper = any(map(str.islower, text)), any(map(str.isupper, text))
    digits = sum(map(str.isdigit, text))
    sign = any(byte in _SIGNS for byte in value) or (value[-1:] in b"._-" and digits > 0)
    if sign and (digits or (upper and lower)) and len(value) >= 6:
        return True
    if upper and lower and digits >= 2 and text[0].isupper() and len(value) >= 7:
        return True
    # Letters that no language has, with a little of everything else.
    return words.word_share(text) < 0.5 and words.surprise(text) >= -8


def _numbered(value: bytes, text: str, kind: FileKind) -> bool:
    """True for words with a number: ``OldTreeBird4`` where settings are kept, in any file letters that are no word."""
    if kind in _SETTINGS and _WORDS_NUMBER.pattern.fullmatch(value):
        return True
    unworded = _WORD_NUMBER.pattern.fullmatch(value) is not None and words.word_share(text) == 0
    return unworded and words.surprise(text) >= -12


def _crafted(value: bytes, kind: FileKind) -> bool:
    """True for words with a digit in, between or behind them: ``m0nkey``, ``blink182fan``, ``dragonfly7``.

    Joined by a sign it takes capitals too, or digits for letters: ``Gold-Finch-3``, not ``node-pool-3``.
    """
    if kind not in _PROGRAMS or not _SHORTEST <= len(value) <= _LONGEST:
        return False
    if len(value) == _SHORTEST and (not value[-2:].isdigit() or value[-2:] in _COUNTING):
        return False
    found = _DIGIT_IN_WORDS.pattern.fullmatch(value)
    if found is None or found[1].lower() in _COUNTED:
        return False
    return found[2] is None or not value.islower() or _DIGIT_FOR_LETTER.pattern.search(value) is not None
