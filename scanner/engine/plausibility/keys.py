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
    """What a name says. ``opens``: what it names opens something by itself, even when it is only an id.

    ``issued``: a service made it, and no person did.
    """

    promise: Promise
    opens: bool = False
    issued: bool = False


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PASSWORD = frozenset(
    """password passwd passwort passphrase pass pwd pswd passw pw psw passcode userpass dbpass passin passout
    requirepass masterauth psk presharedkey passwords passwds passphrases
    senha contrasena kennwort wachtwoord passe motdepasse""".split()
)
_SECRET = frozenset(
    """secret secrets token tokens apikey credential credentials creds cred accesskey secretkey privatekey
    authtoken accesstoken refreshtoken clientsecret bearer otp totp seed jwt pat nkey xkey oauth""".split()
)
_SECRET_ENDS = ("secret", "token", "oauth", "apikey", "authkey", "secretkey", "accesskey", "nkey")
_WEAK = frozenset("""key keys auth authorization authentication session cookie salt pin hmac verifier""".split())
# Before "key" (or a weak word): the key opens something.
_OPENING = frozenset(
    """api access secret private encryption encrypt decryption decrypt signing sign auth master account service
    client application app consumer storage shared root admin deploy authentication license licence ssh host server hmac
    aes rsa jwt sdk subscription session crypto cipher oauth webhook bot user write admin install integration
    ingest validation""".split()
)
# Before the telling word, anywhere: what follows is known to everyone, or is a place.
_HARMLESS_BEFORE = frozenset(
    """public pub publishable primary foreign partition sort range cache idempotency sitekey site translation
    lang i18n locale encrypted wrapped sealed hashed message msg error label placeholder hash checksum
    commit no non without bypass skip invalid malformed mismatched unmatched routing cached expired
    revoked max min csrf xsrf request event""".split()
)
# After it: the value is about the secret, and not it.
_ABOUT = frozenset(
    """id ids uuid guid name names file files filename path paths dir directory folder url uri urls endpoint host
    type types kind length len size count limit max min ttl expiry expires expiration expire exp lifetime timeout
    age date time at field fields label labels title text input prompt placeholder hint help message msg
    error errors description desc regex regexp pattern postfix format role roles rule rules policy policies validator
    validation validate strength requirements prefix suffix header headers param params parameter parameters
    arg args option options var variable attr attribute column col cols table index row property properties class
    component view page form dialog modal screen button icon link algorithm alg algo method scheme mode
    encoding encrypted crypted hash hashed hasher digest manager provider store storage service factory handler helper
    util utils builder generator source supplier callback listener response request result required enabled
    disabled changed reset forgot match matches visible visibility usage status state version level scope
    scopes audience issuer location ref reference env exists valid timestamp nonce signature challenge
    startswith endswith contains icontains isnull history position pos user username login map list set
    namespace namespaces mechanism mgr config sec secs usec msec seconds warning warnings
    array dict object json cache tree node iterator stream parser lexer kinds number tokenizer tokenizers realm query
    reason reasons embedding embeddings
    driver drivers backend backends
    filter server servers ageing aging address addresses addr cmd command identity identities plugin plugins""".split()
)


_COMPOUND = re.compile(r"^(\w*?(?:password|passwd|passphrase|secret|token|apikey|passwort))(\w+)$")
# What stands before "token" when the token opens something.
_TOKEN_KINDS = frozenset(
    """auth authentication access api refresh bearer identity personal private secret bot user oauth service
    deploy session security admin root account key push pull read developer registration install
    verification webhook project repo github gitlab npm pypi slack app registry
    vault consul nomad terraform atlas grafana sonar sonarqube travis circle circleci buildkite heroku netlify vercel
    snyk codecov coveralls discord telegram twitch twitter mapbox digitalocean cloudflare hcloud hetzner linode sentry
    rollbar datadog newrelic jira gitea bitbucket docker dockerhub quay nuget rubygems pagerduty airtable notion
    shopify square dropbox huggingface hf replicate influx influxdb ngrok tailscale plex pushover""".split()
)
# Tokens that are handed around in the open: for paging, for tries, for agreement.
_OPEN_TOKENS = frozenset(
    """change update next continuation page paging paginate sync lock task idempotency upload resume cursor
    marker pad eos bos mask unk sep cls design cancel csrf xsrf next start previous prev parse syntax lexer
    special fencing request starting ending end begin sequence creation encryption authenticity""".split()
)

# Before "password": a text that a program shows.
_SHOWN = frozenset(
    """label msg message placeholder i18n translation lang show hide forgot title hint tooltip""".split()
)

# What web frameworks put into every form against forged requests.
_FORM_TOKENS = ("csrf", "xsrf", "authenticity", "requestverification")


# Before "pass", when it is one of several: of a renderer, a compiler, an encoder. And KeePass, the program.
_TURNS = frozenset(
    """kee first second third fourth last next final single one two three multi double pre post per render rendering
    shader shadow light lighting depth geometry forward deferred compute blur bloom composite blit filter scale
    optimization optimizer opt lowering analysis transform function module loop codegen boarding season""".split()
)
# Words that end so.
_NO_PASSWORDS = frozenset(
    "bypass compass keepass overpass underpass surpass trespass encompass highpass lowpass bandpass allpass".split()
)
# After "pass", when something is handed on.
_HANDED_ON = frozenset(
    """referrer referer through thru along down on by to as if when with data args argument context props prop value
    values event events self this""".split()
)
# In a list of countries: Palau.
_LOCALE = re.compile(r"[a-z]{2,3}[_-][A-Z]{2}")

# A secret may be anything that somebody thought of; these come from a service.
_ISSUED = re.compile(r"(?:tokens?|api(?:secret)?keys?|apisecret|clientsecret|accesskey)$")


def unnamed(*, password: bool) -> Key:
    """For a value whose place, not whose name, says what it is."""
    return Key(Promise.PASSWORD if password else Promise.SECRET, opens=True)


@lru_cache(maxsize=1024)
def read(name: str) -> Key:
    """What ``name`` promises."""
    if _LOCALE.fullmatch(name):
        return Key(Promise.NOTHING)
    words = [word.lower() for word in _WORDS.findall(name) if not word.isdigit()]
    if words:
        compound = _COMPOUND.match(words[-1])
        if compound and compound.group(2) in _ABOUT:
            words[-1:] = compound.groups()
    strengths = [_strength(words, at) for at in range(len(words))]
    telling = [at for at, strength in enumerate(strengths) if strength]
    if not telling:
        return Key(Promise.NOTHING)
    last = telling[-1]
    best = max(strengths)
    if words[-1] in _ABOUT or (best is Promise.PASSWORD and words[-1] in ("code", "complexity", "history")):
        return Key(Promise.NOTHING)
    if "public" in words or "hash" in words or any(word.startswith(_FORM_TOKENS) for word in words):
        return Key(Promise.NOTHING)
    # By which the servers of a blockchain know their network.
    if words[last] == "passphrase" and words[last - 1 : last] == ["network"]:
        return Key(Promise.NOTHING)
    if best is Promise.PASSWORD and any(word in _SHOWN for word in words[:last]):
        return Key(Promise.NOTHING)
    # The key of a site is on its pages, its secret is not.
    harmless = _HARMLESS_BEFORE - {"site"} if words[last] == "secret" else _HARMLESS_BEFORE
    if best is not Promise.PASSWORD and any(word in harmless for word in words[:last]):
        return Key(Promise.NOTHING)
    issued = best is Promise.SECRET and _ISSUED.search("".join(words[: last + 1])) is not None
    return Key(best, opens=_opens(words, last, best), issued=issued)


def _opens(words: list[str], at: int, best: Promise) -> bool:
    if best is not Promise.SECRET or not words[at].endswith(("token", "tokens")):
        return best is not Promise.WEAK
    # What tokenizers call the text of one.
    if words[at + 1 : at + 2] == ["str"]:
        return False
    return at == 0 or words[at - 1] in _TOKEN_KINDS


def _strength(words: list[str], at: int) -> Promise:
    word = words[at]
    # What a user of sudo need not give, and who asks a name server need not.
    if word in ("nopasswd", "noauth") or (word == "pass" and at and words[at - 1] in _TURNS):
        return Promise.NOTHING
    if word == "pass" and words[at + 1 : at + 2] and words[at + 1] in _HANDED_ON:
        return Promise.NOTHING
    if word in _PASSWORD or word.endswith(("password", "passwd", "passphrase", "passwort")):
        return Promise.PASSWORD
    if word.endswith("pass") and len(word) < 12 and word not in _NO_PASSWORDS:
        return Promise.PASSWORD
    if word in ("token", "tokens"):
        return Promise.NOTHING if at and words[at - 1] in _OPEN_TOKENS else Promise.SECRET
    if word in _SECRET or word.endswith(_SECRET_ENDS):
        return Promise.SECRET
    if word in _WEAK or (len(word) > 5 and word.endswith(("key", "salt", "nkey"))):
        opening = word in ("key", "keys") and at > 0 and words[at - 1] in _OPENING
        return Promise.SECRET if opening else Promise.WEAK
    return Promise.NOTHING
