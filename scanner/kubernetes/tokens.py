"""Bootstrap tokens: an id that everyone may know and a secret, in two keys of one Secret."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from scanner.kubernetes.case import Case
from scanner.kubernetes.entries import Entry
from scanner.kubernetes.findings import STRUCTURE
from scanner.kubernetes.judge import silent
from scanner.model.levels import Severity

_TYPE = "bootstrap.kubernetes.io/token"


def bootstrap(case: Case, entries: Sequence[Entry], type_name: str) -> list[Entry]:
    """Reports a bootstrap token; the entries that are left for others."""
    named = {entry.name: entry for entry in entries}
    secret = named.get("token-secret")
    if secret is None or not (type_name == _TYPE or "token-id" in named) or secret.scalar.template:
        return list(entries)
    if silent(secret):
        return list(entries)
    expiry = named.get("expiration")
    over = expiry is not None and expired(expiry.text)
    token_id = named["token-id"].text if "token-id" in named else ""
    case.out.leak(
        "kubernetes-bootstrap-token", secret.span, secret.value, severity=Severity.LOW if over else Severity.HIGH,
        detail=case.told(key=secret.name, type=type_name, token_id=token_id, expired="yes" if over else ""),
        specific=STRUCTURE,
    )  # fmt: skip
    case.out.regions.append(secret.span)
    return [entry for entry in entries if entry is not secret]


def expired(text: str, *, now: float | None = None) -> bool:
    """True when ``text`` is a time in RFC 3339 that has passed."""
    try:
        ends = datetime.fromisoformat(text.strip().strip("'\"")).timestamp()
    except (ValueError, OverflowError):
        return False
    return ends < (time.time() if now is None else now)
