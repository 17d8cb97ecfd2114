"""Values written to be replaced: "your-token-here", rows of x, counting up, what documentation shows."""

from __future__ import annotations

import re
from itertools import pairwise

from scanner.engine.plausibility.lazy import Lazy
from scanner.engine.plausibility.words import surprise, word_share, words_of

# Anywhere in a value of any format: no generator of this length makes them by chance.
_TELLING = Lazy(
    rb"""
     your[_\s-]?(?:[a-z]|own)|example|placeholder|redacted|dummy|foobar|lorem|ipsum
    |change[_\s-]?(?:me|it|this)|replace[_\s-]?(?:me|with|this)|insert[_\s-]|secret[_-]?goes|goes[_-]here
    |_here\b|-here\b|\bsome(?:[_-]|p[a4]ss|secret|token)|\bmy[_-]|\bnone\b|invalid|todo\b|fixme|notareal|not[_-]real|(?<![a-z])notreal(?!m)
    |sanitized|censored|obfuscated|<[a-z_\ -]+>|\.\.\.|\xe2\x80\xa6|x{5,}|\*{3,}
    |(?:fake|wrong){2}
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Words that hex can spell: in a token of a known form they only raise doubts.
_SPELLED = Lazy(rb"deadbee[fd]|cafebabe|decafbad|bad-?c0-?de|badc0ffe|feedface|baadf00d", re.IGNORECASE)
# In values that a person chose: too short to be safe in the middle of a generated token.
_WEAKLY_TELLING = Lazy(rb"fake|sample|x{3,}|mock|_token$|_key$|_secret$|_password$", re.IGNORECASE)
# At the edge of a word: "GraniteStone" tests nothing.
_TEST = Lazy(rb"(?<![A-Za-z])(?i:test)|Test|TEST|test(?![a-z])")
_ROWS = (
    b"abcdefghijklmnopqrstuvwxyz",
    b"zyxwvutsrqponmlkjihgfedcba",
    b"01234567890123456789",
    b"98765432109876543210",
    b"0123456789abcdef0123456789abcdef",
    b"fedcba9876543210fedcba9876543210",
    b"qwertyuiopasdfghjklzxcvbnm",
)
_FOURS = frozenset(row[at : at + 4] for row in _ROWS for at in range(len(row) - 3))
# Rows to go along from any place, round and round.
_CYCLES = (b"abcdefghijklmnopqrstuvwxyz", b"zyxwvutsrqponmlkjihgfedcba", b"0123456789", b"9876543210")
_SHORTEST_ROW = 5
# A key's worth of bytes: what is monotonous so far need not be read to its end.
_ENOUGH, _LONGEST, _SHORTEST_BODY = 256, 4096, 16
# "AKIA", "AIza", "dapi": marks that nothing parts from the body.
_SHORTEST_MARK = 4
_PREFIX = Lazy(rb"^[A-Za-z0-9]{2,12}[_-](?:[A-Za-z0-9]{2,6}[_-]){0,2}")
_ALNUM = Lazy(rb"[a-z0-9]+")
# One letter and one digit in turn, nothing else.
_ALTERNATING = Lazy(rb"[a-z]?(?:[0-9][a-z])+[0-9]?")
# Four and more of one character.
_SAME = Lazy(rb"(.)\1{3,}", re.DOTALL)

# What people write where a password has to stand, and what programs come with.
STOCK = frozenset(
    """password passwd passwort passphrase pass pwd pswd pw p4ssw0rd passw0rd passw0rt secret secrets token key apikey
    admin administrator root user username guest test tests testing tester demo example sample default changeme changeit
    change letmein welcome qwerty qwertz azerty asdf asdfgh zxcvbn abc abcd foo bar baz foobar foobaz barfoo quux bogus
    dummy fake mock none null nil undefined empty unset true false yes no on off todo fixme tbd xxx xxxx yyy zzz
    postgres mysql mariadb mongo mongodb redis rabbitmq oracle tiger scott minioadmin minio elastic kibana grafana
    vault consul keycloak nextcloud wordpress joomla drupal magento nexus sonarqube gitlab gitea airflow superset
    metabase
    jenkins tomcat manager operator service login auth credential credentials private public string value text input
    hello world my your our this that is the a an some any of for to be in at or and with not new old good bad wrong
    right correct incorrect invalid valid super top very real more here me it app api client server web db database
    dev prod production staging local localhost host master slave main temp tmp random 
    supersecret topsecret mypassword mysecret mytoken mykey userpass userpassword rootpass adminpass dbpass nopass
    nopassword blank hidden masked encrypted plain plaintext clear required optional confirm repeat again enter type
    reset forgot forgotten remember strong weak long short first second third one two three initial
    contrasena contrasenia wachtwoord losenord haslo heslo senha parola parole motdepasse kennwort sifre salasana
    chage chpasswd lchage usermod useradd
    adgangskode passord jelszo geslo lozinka slaptazodis kodeord mima clave
    passowrd passwrod pasword passsword wagwoord parool parol pasahitza fjalekalimi cyfrinair pasfhocal
    clau contrasenya contrasinal palavrapasse wachtwurd passwuert katalaluan katasandi matkhau nenosiri pasvorto
    """.split()
)
_ORDER = Lazy(rb"^(?:set|enter|put|type|choose|insert|use)(?:your|a|the|root|admin|new)|password(?:goes)?here")
_LEET_INSIDE = Lazy(rb"[a-z][013457@$]+[a-z]")
_LEET = bytes.maketrans(b"013457@$!|", b"oleastasil")
# The same with 3 for S: pa33w0rd.
_LEET_S = bytes.maketrans(b"013457@$!|", b"olsastasil")
# Stripped from an end by a search, they would be read on from each of them.
_NO_LETTERS = bytes(set(range(256)) - set(b"0123456789abcdefghijklmnopqrstuvwxyz@$_-"))


def placeholder(value: bytes) -> str:
    """Why ``value`` was written to be replaced, or may well be; an empty string otherwise."""
    if _TELLING.pattern.search(value, 0, _LONGEST) or _SPELLED.pattern.search(value, 0, _LONGEST):
        return "placeholder"
    # What a vendor puts before the token is no part of the pattern.
    body = _PREFIX.pattern.sub(b"", value)
    return _monotonous(value) or (_monotonous(body) if len(body) >= _SHORTEST_BODY else "")


def stand_in(value: bytes) -> str:
    """Why nobody could take ``value``, of a vendor's exact form, for a token; an empty string otherwise.

    Says less than ``placeholder``: tokens in tests and in documentation often count up, piece after piece, or
    repeat themselves, and among such tokens are real ones that were cut or masked by hand.
    """
    if _TELLING.pattern.search(value, 0, _LONGEST):
        return "placeholder"
    small = value[:_ENOUGH].lower()
    runs = _ALNUM.pattern.findall(small)
    letters = sum(map(len, runs))
    if letters >= 8 and max(map(small.count, set(small))) * 4 >= letters * 3:
        return "repetition"
    if letters >= 16 and sum(len(found[0]) for found in _SAME.pattern.finditer(small)) * 4 >= letters * 3:
        return "repetition"
    for body in (small, small[_SHORTEST_MARK:], _PREFIX.pattern.sub(b"", small)):
        if len(body) >= 8 and len(set(body)) <= 2:
            return "repetition"
        if len(body) >= 8 and _counted_through(body):
            return "sequence"
    return ""


def stock(value: bytes) -> bool:
    """True for a value a person chose without meaning it: a stock word, spelled oddly or counted up."""
    small = value.lower()
    if _WEAKLY_TELLING.pattern.search(small) or _TEST.pattern.search(value):
        return True
    letters = re.sub(rb"[^a-z]+", b"", small)
    spelled = re.sub(rb"[^a-z]+", b"", small.rstrip(b"!$|\n").translate(_LEET))
    if not letters:
        return False
    for text in {letters.decode(), spelled.decode()}:
        if len(text) > 2 and (text in STOCK or _stock_words(text)):
            return True
    if b"33" in small and b"password" in small.translate(_LEET_S):
        return True
    return b"password" in spelled or b"passwd" in spelled or b"secret" in spelled


def told_to_set(value: bytes) -> bool:
    """True for an order in the clothes of a password: ``SetY0urPa$$wordH3r3!``."""
    spelled = re.sub(rb"[^a-z]+", b"", value.lower().translate(_LEET))
    return b"password" in spelled and _ORDER.pattern.search(spelled) is not None


def oddly_spelled(value: bytes) -> bool:
    """True for words with digits and signs in the place of letters: ``s3l3ct10n``."""
    small = value.lower().rstrip(_NO_LETTERS)
    if not _LEET_INSIDE.pattern.search(small):
        return False
    spelled = small.translate(_LEET).decode("latin-1")
    return len(spelled) > 4 and word_share(spelled) > 0.9 and surprise(spelled) < -4


def mashed(value: bytes) -> bool:
    """True for fingers rolled over the middle row of the keyboard."""
    letters = re.sub(rb"[^a-z;]+", b"", value.lower())
    middle = sum(byte in b"asdfghjkl;" for byte in letters)
    return len(letters) >= 8 and len(letters) * 4 >= len(value) * 3 and middle * 100 >= len(letters) * 92


def _stock_words(text: str) -> bool:
    parts = words_of(text)
    return bool(parts) and all(part in STOCK for part in parts) and sum(map(len, parts)) >= len(text) - (len(text) > 6)


def _monotonous(value: bytes) -> str:
    """Few different characters, or mostly counting up."""
    value = value[:_ENOUGH]
    distinct = len(set(value))
    if len(value) >= 4 and distinct <= 2:
        return "repetition"
    if len(value) >= 12 and distinct <= 4:
        return "repetition"
    if len(value) >= 8 and _period(value):
        return "repetition"
    if len(value) >= 16 and _counts_in_hex(value):
        return "sequence"
    small = value.lower()
    counted = sum(_in_rows(run) for run in _ALNUM.pattern.findall(small))
    if counted * 3 >= len(value) * 2 and len(value) >= 3:
        return "sequence"
    return "sequence" if len(value) >= 8 and _woven(small) else ""


def _counted_through(body: bytes) -> bool:
    """True for one row of the alphabet or of digits from end to end, or two: ``1234567890abcdef``."""
    at = 0
    for _ in range(2):
        length = max(_shared(body, at, row) for row in _CYCLES)
        if length < _SHORTEST_ROW:
            return False
        at += length
        if at >= len(body):
            return True
    return False


def _shared(body: bytes, at: int, row: bytes) -> int:
    """How many characters from ``at`` on go along ``row``, from wherever it holds the first one."""
    start = row.find(body[at : at + 1])
    if start < 0:
        return 0
    length = 0
    while at + length < len(body) and body[at + length] == row[(start + length) % len(row)]:
        length += 1
    return length


def _counts_in_hex(value: bytes) -> bool:
    """True for test vectors: bytes in hex, each so much more than the one before."""
    try:
        numbers = bytes.fromhex(value.decode("ascii"))
    except ValueError:
        return False
    return len({(b - a) % 256 for a, b in pairwise(numbers)}) == 1


def _period(value: bytes) -> bool:
    """True when a short piece repeats over the whole value."""
    at = (value + value).find(value, 1)
    return at <= len(value) // 2


def _woven(value: bytes) -> bool:
    """True for letters (small ones) and digits that both count up, one between the other: ``a1b2c3d4e5f6``."""
    letters, digits = [b for b in value if 97 <= b <= 122], [b for b in value if 48 <= b <= 57]
    if len(letters) < 4 or len(digits) < 4:
        return False
    counts = sum((b - a) % 10 == 1 for a, b in pairwise(digits))
    if _ALTERNATING.pattern.fullmatch(value) and counts == len(digits) - 1:
        return True
    if len(letters) + len(digits) < 12:
        return False
    ups = sum((b - a) % 26 <= 1 for a, b in pairwise(letters))
    return ups * 5 >= (len(letters) - 1) * 4 and counts * 5 >= (len(digits) - 1) * 4


def _in_rows(run: bytes) -> int:
    """How many characters of ``run`` lie in pieces of four or more from a familiar row."""
    covered = end = 0
    for at in range(len(run) - 3):
        if run[at : at + 4] in _FOURS:
            covered += at + 4 - max(at, end)
            end = at + 4
    if not covered and 3 <= len(run) < 5 and any(run[:3] in row for row in _ROWS):
        return 3
    return covered
