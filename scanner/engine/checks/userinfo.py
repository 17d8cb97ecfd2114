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
from scanner.model.levels import Severity

_PLACE_NAMES = re.compile(
    rb"(?:(?:my|your|the|a|an|some|any|new|old|current|test|testing|wrong|bad|invalid|incorrect|fake|dummy|sample|example"
    rb"|valid|correct|super|top|db|database|user|users|username|admin|root|login|proxy|git|mongo|redis|rabbit|mysql|postgres"
    rb"|http|https|ftp|ssh|smtp|url|encoded|plain|clear|hard|really|very|strong|secure|api|auth|access|basic|bearer|private|repo"
    rb"|service|server|client|app|here|it|is|this|for|of)[-_. ]?)*"
    rb"(?:p|pw|pwd|pass|passw|passwd|password|passphrase|psw|passwort|contrasena|secret|secrets|s3cret|s3cr3t|token|tok|pat"
    rb"|key|auth|credential|credentials|creds|letmein|p4ss|p4ssw0rd|passw0rd|pa55word|pa\$\$word|p@ss|p@ssw0rd|p@ssword)"
    rb"(?:[-_. ]?(?:here|value|string|goes|word|phrase|text|only|placeholder))*[-_.]?\d{0,6}!?"
)
_STAND_INS = frozenset(
    b"foo bar baz qux foobar foobaz foo123 hello world test tests testing tester test123 testtest example sample demo dummy fake"
    b" xxx xxxx xxxxx xxxxxx xxxxxxxx abc abcd abc123 123 1234 12345 123456 1234567 12345678 123456789 1234567890 none null nil"
    b" undefined empty blank redacted hidden removed masked changeme change_me changeit changethis todo tbd user username usr"
    b" name login admin1 me you a b c u x y z u1 u2 string str text value var alice bob joe john jane lovelace qwerty asdf"
    b" your-password yourpassword mypassword my-password host hostname server port secretpassword sesame opensesame something"
    b" whatever anything".split()
) | {b"open sesame"}
# Defaults that products ship with: worth a line, not an alarm.
_DEFAULTS = frozenset(
    b"guest admin root postgres mysql mongo mongodb redis rabbitmq rabbit minioadmin minio sa oracle tiger elastic neo4j"
    b" cassandra clickhouse default docker vagrant airflow superset grafana kibana zabbix nexus sonar jenkins gitlab odoo"
    b" keycloak artemis activemq hive solr couchbase influx influxdb questdb public system manager db2inst1 toor pi raspberry"
    b" ubuntu secret_password".split()
)
_TEMPLATE = re.compile(
    rb"\$\{.*|\$\(.*|\$[A-Z_][A-Z0-9_]*|\$[a-z_]+[A-Z]\w*|\{+.*\}+|<.*|.*>|%[A-Za-z_]\w*%|%[sdvq@]|%\(\w+\)s|#\{.*|\[.*\]|\*+|\.{2,}|x+|X+|-+|_+|\?+"
    rb"|__\w+__|@\w+@|&lt;.*|.*&gt;|\\u003c.*|\x60.*|.*\.\.\.|.*\xe2\x80\xa6.*|\".*|'.*"
)


def _judge(user: bytes, password: bytes) -> Verdict:
    plain = unquote_to_bytes(password)
    low = plain.lower()
    if not plain:
        return Verdict(Outcome.DROP, "no password")
    if _TEMPLATE.fullmatch(plain):
        return Verdict(Outcome.DROP, "a placeholder")
    if low in _STAND_INS or _PLACE_NAMES.fullmatch(low):
        return Verdict(Outcome.DROP, "a stand-in for a password")
    if low in _DEFAULTS or (user and low == unquote_to_bytes(user).lower()):
        return Verdict(Outcome.NEUTRAL, severity=Severity.LOW)
    return NEUTRAL


def check_password(secret: bytes, context: CheckContext) -> Verdict:
    """Drops stand-ins ("pass", "foo", "${PW}"); product defaults and the user's own name become low."""
    return _judge(context.groups.get("user", b""), secret)


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
