"""Secrets in clear where others are sealed: somebody forgot, or does not know how."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scanner.model.levels import Confidence, Severity
from scanner.model.match import Match
from scanner.model.secret import Secret
from scanner.model.span import Span

RULE = "advice-unsealed-secret"
_SIGN = re.compile(
    rb"""^["' \t]*kind["']?[ \t]*:[ \t]*["']?(SealedSecret|ExternalSecret)\b|(ENC\[AES256_GCM)""", re.MULTILINE
)
_NAMES = {b"SealedSecret": "SealedSecrets", b"ExternalSecret": "ExternalSecrets", b"ENC[AES256_GCM": "SOPS"}
_HOW = {
    "SealedSecrets": "seal it: unsealed seal --as kubeseal FILE prints the command",
    "ExternalSecrets": "put the values into the store: unsealed seal FILE prints the ExternalSecret",
    "SOPS": "encrypt it: sops --encrypt --in-place FILE, with a rule for it in .sops.yaml",
}


def custom(data: bytes) -> str:
    """What secrets are sealed with in ``data`` (``SealedSecrets``, ``SOPS`` ...); empty for nothing."""
    if not any(sign in data for sign in _NAMES):
        return ""
    found = _SIGN.search(data)
    return _NAMES[found.group(1) or found.group(2)] if found else ""


def reasons(custom: str) -> dict[str, str]:
    """Why and how, for a finding's detail."""
    return {"why": f"this Secret is in clear; others here are kept as {custom}", "do": _HOW[custom]}


def about(namespace: str, name: str) -> str:
    """What makes the advice about one Secret different from that about another."""
    return f"Secret/{namespace}/{name} unsealed"


def advice(matches: Iterable[Match], custom: str) -> list[Match]:
    """Advice, once each, on the Secrets of which ``matches`` report a value and say nothing yet."""
    told: dict[tuple[str, str], Match] = {}
    for match in matches:
        if match.rule == RULE:
            return []
        detail = match.detail
        if match.reason or match.severity <= Severity.INFO or detail.get("kind") != "Secret":
            continue
        named = {key: detail[key] for key in ("kind", "namespace", "name") if detail.get(key)}
        what = detail.get("namespace", ""), detail.get("name", "")
        place = Span(match.span.start, match.span.start)
        tip = Secret(about(*what).encode())
        new = Match(RULE, place, tip, Severity.INFO, Confidence.HIGH, {**named, **reasons(custom)}, specific=0)
        told.setdefault(what, new)
    return list(told.values())
