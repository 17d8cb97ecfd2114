"""What the name of a value in a manifest says: an identifier, something secret, or nothing."""

from __future__ import annotations

import re
from functools import lru_cache

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\xad]")

# What a password or passphrase is called, in one word.
_PASSWORD = frozenset(
    "password passwd passphrase pass pwd pswd passwort psw rootpass adminpass userpass dbpass requirepass".split()
)
_SECRET = frozenset(
    """secret secrets token tokens apikey credential credentials creds cred accesskey secretkey privatekey authtoken
    accesstoken refreshtoken clientsecret bearer otp seed jwt pat dsn sas psk pgpass htpasswd mnemonic keytab
    connectionstring""".split()
)
_KEY_WORDS = frozenset(
    """api access secret private encryption signing sign auth master account service client app application consumer
    storage shared root admin deploy license ssh hmac session crypto webhook jwt aes rsa host cookie""".split()
)
_WEAK = frozenset("key keys auth salt pepper cookie session pin signature authorization".split())

# Last words of names whose values are no secret: who, where, how, not what opens it.
_IDENTIFIER = frozenset(
    """username user users login email mail host hostname hosts port ports database db dbname schema region bucket
    endpoint endpoints namespace name names url uri server servers address addr ca crt cert certs certificate
    certificates chain bundle pub public id ids uid project zone domain issuer audience type kind version env
    environment mode level enabled disabled timeout ttl expiration expires expiry size path file filename dir folder
    arn role roles group groups scope scopes provider region cluster context protocol scheme driver dialect prefix
    suffix description comment title label labels algorithm format account tenant subscription organization org team
    channel count limit min max interval retries ssl sslmode tls hosts known usage subject sub proxy exchange vhost
    topic queue stream table index collection charset locale language timezone tz length thumbprint fingerprint kid
    repository repo branch ref commit tag image registry insecure verify debug
    method mechanism policy update updated updates time date at hash checksum generation interval timestamp created
    revision owner header headers namespaces clusters location locations mount realm query filter cmd command number
    tokenizer plugin plugins inrole cipher ciphers pbkdf kdf pool pools""".split()
)
# Whole names, as Kubernetes, cert-manager, Argo CD and the CSI drivers write them.
_IDENTIFIER_NAMES = frozenset(
    """ca.crt ca.pem ca-bundle.crt ca-bundle ca-cert.pem cacert cacerts tls.crt client.crt server.crt root.crt
    root-cert.pem cert.pem cert-chain.pem service-ca.crt client-ca client-ca.crt known_hosts ssh-publickey token-id
    description expiration usage-bootstrap-authentication usage-bootstrap-signing auth-extra-groups truststore.jks
    truststore.p12 truststore authorized_keys project googleclientid clientid client_id tenantid tenant_id appid app_id
    githubappid githubappinstallationid enableoci forcehttpbasicauth enablelfs noproxy admin.passwordmtime
    sslrootcert""".split()
)
_ABOUT = frozenset("ref refs reference selector policy mtime".split())
# After "password": the value says where the password is.
_PLACE = frozenset(
    "encryption key keys secret secrets field fields property item entry template generator authentication".split()
)


def plain(name: str) -> str:
    """``name`` without invisible characters and odd blanks, which hide a key from the eye and from expressions."""
    return _INVISIBLE.sub("", name).replace("\xa0", " ").strip()


def public_file(name: str) -> bool:
    """True when ``name`` is that of a file which anybody may read: a certificate, a public key."""
    small = plain(name).lower()
    return small in _IDENTIFIER_NAMES or small.endswith((".pub", ".crt", ".cer", ".csr", ".crl", ".md"))


@lru_cache(maxsize=4096)
def identifier(name: str) -> bool:
    """True when ``name`` says who or where: its value is a secret only if it looks like one by itself."""
    if public_file(name):
        return True
    words = _words(name)
    if not words or words[-2:] == ["secret", "id"]:
        return False
    if words[-1] in _IDENTIFIER or words[-1] in _ABOUT:
        return True
    if "username" in words or (len(words[-1]) > 6 and words[-1].endswith("name")):
        return True
    return "public" in words or words[:1] == ["truststore"]


def database(name: str) -> bool:
    """True when ``name`` may say which database (``MAINDB``), or may hold the password of one."""
    words = _words(name)
    return bool(words) and len(words[-1]) > 4 and words[-1].endswith("db")


@lru_cache(maxsize=4096)
def password(name: str) -> bool:
    """True when ``name`` promises what a person may have chosen: any value of it opens something."""
    words = _words(name)
    if not words or identifier(name) or words[-1] in _PLACE:
        return False
    return any(map(_means_password, words))


def ends_in_password(name: str) -> bool:
    """True when the last word of ``name``, numbers aside, is a password."""
    words = _words(name)
    return bool(words) and _means_password(words[-1])


def _means_password(word: str) -> bool:
    return word in _PASSWORD or word.endswith(("password", "passwd", "passphrase", "passwort"))


@lru_cache(maxsize=4096)
def promising(name: str) -> bool:
    """True when ``name`` promises a secret of any sort; passwords included."""
    if password(name):
        return True
    words = _words(name)
    if not words or identifier(name):
        return False
    if any(word in _SECRET or word.endswith(("secret", "token", "apikey", "secretkey")) for word in words):
        return True
    return any(word in ("key", "keys") and at and words[at - 1] in _KEY_WORDS for at, word in enumerate(words))


def weakly_promising(name: str) -> bool:
    """True when ``name`` holds a word like "key" or "auth", which is as often the name of something public."""
    words = _words(name)
    return bool(words) and not identifier(name) and (words[-1] in _WEAK or promising(name))


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(plain(name)) if not word.isdigit()]
