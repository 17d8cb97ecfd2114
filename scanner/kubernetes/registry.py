"""Docker's ``config.json`` inside a Secret: one credential a registry."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scanner.kubernetes import references
from scanner.kubernetes.case import Case
from scanner.kubernetes.entries import Entry, recognised
from scanner.model.filekind import FileKind
from scanner.model.levels import Severity
from scanner.model.span import Span
from scanner.model.text import Text

# Users under which registries take tokens that end soon, by how long they live.
_SHORT_LIVED = frozenset({"AWS", "oauth2accesstoken", "00000000-0000-0000-0000-000000000000", "<token>"})
_JSON_USERS = frozenset({"_json_key", "_json_key_base64"})
_MAX_LENGTH = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Login:
    """``written`` is the text that holds the password in the file: the password itself, or ``auth``."""

    host: str
    user: str
    password: str
    written: str


def handle(case: Case, entry: Entry, *, detail: Mapping[str, str]) -> bool:
    """Reports every login in ``entry``; True when it is such a file, empty or not."""
    logins = parse(entry.value)
    if logins is None:
        return False
    for login in logins:
        if references.placeholder(login.password) or references.reference(login.password):
            continue
        told = {**detail, "registry": login.host, "user": login.user}
        whole = len(logins) == 1 and entry.encoded
        span = entry.span if whole else _place(entry, login.written)
        if _inner(case, login, span, told):
            continue
        severity = Severity.MEDIUM if login.user in _SHORT_LIVED else Severity.HIGH
        if references.weak(login.password):
            severity = Severity.LOW
        case.out.leak(
            "kubernetes-dockerconfigjson",
            span,
            login.password.encode("utf-8", "replace"),
            severity=severity,
            detail=told,
        )
    return True


def parse(data: bytes) -> list[Login] | None:
    """The logins of ``config.json`` or the older ``.dockercfg``; None when it is neither."""
    if len(data) > _MAX_LENGTH:
        return None
    try:
        root = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(root, dict):
        return None
    auths = root.get("auths", root)
    return list(_logins(auths)) if isinstance(auths, dict) else None


def _logins(auths: Mapping[str, object]) -> Iterator[Login]:
    for host, fields in auths.items():
        if not isinstance(fields, dict):
            continue
        user, auth = str(fields.get("username") or ""), str(fields.get("auth") or "")
        decoded_user, decoded_password = _auth(auth)
        user = user or decoded_user
        password = str(fields.get("password") or "")
        token = str(fields.get("identitytoken") or fields.get("registrytoken") or "")
        if password or decoded_password:
            yield Login(host, user, password or decoded_password, password or auth)
        if token:
            yield Login(host, user or "<token>", token, token)


def _auth(auth: str) -> tuple[str, str]:
    """User and password of ``auth``; what is no base64 is taken for a password in plain."""
    if not auth or references.reference(auth) or references.placeholder(auth):
        return "", ""
    try:
        text = base64.b64decode(auth + "=" * (-len(auth) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return "", auth
    user, colon, password = text.partition(":")
    return (user, password.rstrip("\0")) if colon else ("", text)


def _inner(case: Case, login: Login, span: Span, told: Mapping[str, str]) -> bool:
    """Reports the credential that the password is, when a rule knows it: a service account's key, a vendor's token."""
    password = login.password.encode("utf-8", "replace")
    if login.user in _JSON_USERS:
        text = Text.named(password, "key.json")
    else:
        text = Text(b"password=" + password + b"\n", "", FileKind.CONFIG)
    known = [match for match in case.out.inspect(text) if not match.reason and recognised(match)]
    if not known:
        return False
    best = max(known, key=lambda match: (match.specific, match.severity))
    case.out.inner(best, span, severity=Severity.HIGH, detail=told)
    return True


def _place(entry: Entry, written: str) -> Span:
    at = entry.value.find(json.dumps(written)[1:-1].encode())
    return entry.place(Span(at, at + len(written))) if at >= 0 else entry.span
