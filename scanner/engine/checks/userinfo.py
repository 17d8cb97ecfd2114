"""User and password together: in URLs, in HTTP Basic, on command lines.

Documentation is full of ``user:pass@host``. A word that only names its own place ("password", "mypass1",
"secret") is no secret wherever it points; a product's well-known default is weak, not leaked.
"""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from scanner.engine.checks.verdict import NEUTRAL, CheckContext, Outcome, Verdict
from scanner.engine.plausibility.words import word_share
from scanner.model.levels import Severity

# "mypass1", "test_password_123", "your-token-here": words that name what should stand in their place.
_PLACE_NAMES = re.compile(
    rb"""(?:(?:my|your|the|a|an|some|any|new|old|current|test|testing|wrong|bad|invalid|incorrect|fake|dummy|sample|example
    |valid|correct|super|top|db|database|user|users|username|admin|root|login|proxy|git|mongo|redis|rabbit|mysql|postgres
    |http|https|ftp|ssh|smtp|url|encoded|plain|clear|hard|really|very|strong|secure|api|auth|access|basic|bearer|private
    |repo|service|server|client|app|here|it|is|this|for|of)[-_.\ ]?)*
    (?:p|pw|pwd|pass|passw|passwd|password|passphrase|psw|passwort|contrasena|secret|secrets|s3cret|s3cr3t|token|tok|pat
    |key|auth|credential|credentials|creds|letmein|p4ss|p4ssw0rd|passw0rd|pa55word|pa\$\$word|p@ss|p@ssw0rd|p@ssword)
    (?:[-_.\ ]?(?:here|value|string|goes|word|phrase|text|only|placeholder))*[-_.]?\d{0,6}!?""",
    re.VERBOSE,
)
_STAND_INS = frozenset(
    b"""
    123 1234 12345 123456 1234567 12345678 123456789 1234567890 a abc abc123 abcd admin1 alice anything asdf b bar
    baz blank bob c change_me changeit changeme changethis demo dummy empty example fake foo foo123 foobar foobaz
    hello hidden host hostname jane joe john login lovelace masked me my-password mypassword name nil none null
    opensesame port qux qwerty redacted removed sample secretpassword server sesame something str string tbd test
    test123 tester testing tests testtest text todo u u1 u2 undefined user username usr value var whatever world x
    xxx xxxx xxxxx xxxxxx xxxxxxxx y you your-password yourpassword z
    """.split()
) | {b"open sesame"}
# Defaults that products ship with: worth a line, not an alarm.
_DEFAULTS = frozenset(
    b"""
    activemq admin airflow artemis cassandra clickhouse couchbase db2inst1 default docker elastic gitlab grafana
    guest hive influx influxdb jenkins keycloak kibana manager minio minioadmin mongo mongodb mysql neo4j nexus odoo
    oracle pi postgres public questdb rabbit rabbitmq raspberry redis root sa secret_password solr sonar superset
    system tiger toor ubuntu vagrant zabbix
    """.split()
)
_TEMPLATE = re.compile(
    rb"""\$\{.*|\$\(.*|\$[A-Z_][A-Z0-9_]*|\$[a-z_]+[A-Z]\w*|\{.*\}|<.*|.*>|%[A-Za-z_]\w*%|%[sdvq@]|%\(\w+\)s|\#\{.*|\[.*\]
    |\*+|\.{2,}|x+|X+|-+|_+|\?+|__\w+__|@\w+@|&lt;.*|.*&gt;|\\u003c.*|`.*|.*\.\.\.|.*\xe2\x80\xa6.*|".*|'.*""",
    re.VERBOSE,
)
_WORD = re.compile(rb"([A-Za-z]{3,24})[0-9]{0,3}|[0-9]{1,8}")
_MOSTLY_WORDS = 0.75
_SHORTEST = 3
_UNTYPED = re.compile(rb"[\x00-\x1f\x7f]")
_ALNUM = re.compile(rb"[0-9A-Za-z\xc3-\xf4]")
# Addresses that lead nowhere, or no further than the machine itself.
_NOWHERE = re.compile(
    rb"""localhost|127\.[0-9.]+|0\.0\.0\.0|host\.docker\.internal
    |(?:[\w.-]+\.)?(?:example(?:\.(?:com|org|net))?|test|invalid|localhost)""",
    re.VERBOSE | re.IGNORECASE,
)


def _judge(user: bytes, password: bytes) -> Verdict:
    plain = unquote_to_bytes(password)
    low = plain.lower()
    if not plain:
        return Verdict(Outcome.DROP, "no password")
    if _TEMPLATE.fullmatch(plain):
        return Verdict(Outcome.DROP, "a placeholder")
    # A real one would have to be escaped there; documentation in another language writes its word for "password".
    if not password.isascii() and password.decode("utf-8", "replace").isalpha():
        return Verdict(Outcome.DROP, "a word in another language")
    # What a test or a manual escapes to show that it is escaped: breaks, rows of signs, a picture.
    if _UNTYPED.search(plain) or len(_ALNUM.findall(plain)) < _SHORTEST:
        return Verdict(Outcome.DROP, "no characters of a password")
    if len(low) < _SHORTEST or low in _STAND_INS or _PLACE_NAMES.fullmatch(low):
        return Verdict(Outcome.DROP, "a stand-in for a password")
    if low in _DEFAULTS or (user and low == unquote_to_bytes(user).lower()) or _guessed_at_once(plain):
        return Verdict(Outcome.NEUTRAL, severity=Severity.LOW)
    return NEUTRAL


def _guessed_at_once(plain: bytes) -> bool:
    """True for plain words with a number, or a number: "sunshine", "hunter2", "4711". Weak, and seldom a live one."""
    word = _WORD.fullmatch(plain)
    return word is not None and (not word[1] or word_share(word[1].decode("ascii")) > _MOSTLY_WORDS)


def check_password(secret: bytes, context: CheckContext) -> Verdict:
    """Drops stand-ins ("pass", "foo", "${PW}"); defaults, the user's own name and loopback addresses become low."""
    verdict = _judge(context.groups.get("user", b""), secret)
    if verdict.outcome is not Outcome.DROP and _NOWHERE.fullmatch(context.groups.get("host", b"")):
        return Verdict(verdict.outcome, severity=Severity.LOW)
    return verdict


def check_basic(secret: bytes, context: CheckContext) -> Verdict:
    """Base64 of ``user:password``; anything else is no Basic credential."""
    try:
        text = base64.b64decode(secret + b"=" * (-len(secret) % 4), validate=True)
    except binascii.Error:
        return Verdict(Outcome.DROP, "not base64")
    user, colon, password = text.partition(b":")
    try:
        readable = text.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        readable = False
    if not colon or not readable:
        return Verdict(Outcome.DROP, "not a user and a password")
    verdict = _judge(user, password)
    # An API key may be sent as the user, with no password behind it.
    if not password and len(user) >= 16:
        return Verdict(Outcome.PASS)
    if verdict.outcome is Outcome.DROP:
        return verdict
    return Verdict(Outcome.PASS, severity=verdict.severity, detail={"user": user.decode("utf-8", "replace")[:64]})
