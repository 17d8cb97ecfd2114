"""What the name of a value says of it: how strongly it promises a secret, and when it cannot be one."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple


class Promise(IntEnum):
    """How much a name promises. NOTHING: names that end in something no secret is."""

    NOTHING = 0
    WEAK = 1  # key, auth, session: mostly no secrets
    SECRET = 2  # secret, token, api key, credential
    PASSWORD = 3


class Key(NamedTuple):
    """A name taken apart: its words in lower case, and what they promise together."""

    words: tuple[str, ...]
    promise: Promise


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PASSWORD = frozenset("password passwd passwort passphrase pass pwd pswd passw pw psw passcode userpass dbpass".split())
_SECRET = frozenset(
    "secret secrets token tokens apikey credential credentials creds cred accesskey secretkey privatekey authtoken "
    "accesstoken refreshtoken clientsecret bearer otp totp seed jwt pat nkey xkey".split()
)
_WEAK = frozenset("key keys auth authorization session cookie salt signature pin hmac verifier code".split())
# Before "key" (or a weak word): the key opens something.
_OPENING = frozenset(
    "api access secret private encryption encrypt decryption decrypt signing sign auth master account service client "
    "application app consumer storage shared root admin deploy license licence ssh host server hmac aes rsa jwt "
    "subscription session crypto cipher oauth webhook bot user write admin install integration ingest".split()
)
# Before the telling word, anywhere: what follows is known to everyone, or is a place.
_HARMLESS_BEFORE = frozenset(
    "public pub publishable primary foreign partition sort range cache idempotency sitekey site translation lang i18n "
    "locale message msg error label placeholder hash checksum commit no without bypass skip forgot forgotten lost "
    "reset expired revoked max min csrf xsrf request event".split()
)
# After it: the value is about the secret, and not it.
_ABOUT = frozenset(
    """id ids name names file files filename path paths dir directory folder url uri urls endpoint host type types kind
    length len size count limit max min ttl expiry expires expiration expire exp lifetime timeout age date time at
    field fields label labels title text input prompt placeholder hint help message msg error errors description desc
    regex regexp pattern format rule rules policy policies validator validation validate strength requirements
    prefix suffix header headers param params parameter parameters arg args option options var variable attr attribute
    column table index row property properties class component view page form dialog modal screen button icon link
    algorithm alg algo method scheme mode encoding hash hashed hasher digest salt manager provider store storage
    service factory handler helper util utils builder generator source supplier callback listener response request
    result required enabled disabled changed reset forgot confirm confirmation match matches visible visibility
    usage status state version count level scope scopes audience issuer location ref reference env exists valid
    position pos map list set array dict object json cache tree node iterator stream parser lexer kinds""".split()
)


@lru_cache(maxsize=1024)
def read(name: str) -> Key:
    """``name`` taken apart."""
    words = tuple(word.lower() for word in _WORDS.findall(name) if not word.isdigit())
    return Key(words, _promise(words))


def _promise(words: tuple[str, ...]) -> Promise:
    if not words:
        return Promise.WEAK
    at = max((i for i, word in enumerate(words) if _strength(words, i)), default=-1)
    if at < 0:
        joined = "".join(words)
        return Promise.PASSWORD if "pass" in joined or "pwd" in joined else Promise.WEAK
    if words[-1] in _ABOUT:
        return Promise.NOTHING
    if any(word in _HARMLESS_BEFORE for word in words[:at]) and _strength(words, at) != Promise.PASSWORD:
        return Promise.NOTHING
    return max(_strength(words, i) for i in range(len(words)))


def _strength(words: tuple[str, ...], at: int) -> Promise:
    word = words[at]
    if word in _PASSWORD or word.endswith(("password", "passwd", "passphrase")):
        return Promise.PASSWORD
    if word in _SECRET or word.endswith(("secret", "token", "apikey")):
        return Promise.SECRET
    if word in _WEAK:
        opening = word in ("key", "keys") and at > 0 and words[at - 1] in _OPENING
        return Promise.SECRET if opening else Promise.WEAK
    return Promise.NOTHING
