"""kubeconfig files, under any name and inside Secrets: what lets a user in."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from scanner.kubernetes import references, values
from scanner.kubernetes.case import Case
from scanner.kubernetes.entries import Entry, inspected
from scanner.kubernetes.judge import assigned_values, silent
from scanner.manifest.node import Node, Scalar
from scanner.model.levels import Severity

_PROVIDER_SECRETS = ("access-token", "id-token", "refresh-token", "client-secret")
_ADMINS = b"system:masters"


def handle(case: Case) -> None:
    """Reports keys, tokens and passwords of ``users``; claims certificates.

    ``kind: Config`` is used by others too; theirs has no users and no clusters.
    """
    for cluster in _items(case.root.child("clusters")):
        case.out.safe(cluster.get("cluster", "certificate-authority-data"), case.document)
    for item in _items(case.root.child("users")):
        user, name = item.child("user"), item.child("name")
        if user is not None:
            _user(case, user, case.told(user=name.text if name is not None else ""))


def _user(case: Case, user: Node, told: Mapping[str, str]) -> None:
    certificate = user.child("client-certificate-data")
    case.out.safe(certificate, case.document)
    key = user.child("client-key-data")
    if isinstance(key, Scalar) and (entry := _entry(case, "client-key-data", key, encoded=True)) is not None:
        note = "member of system:masters: cannot be revoked" if _is_admin(certificate) else ""
        locked = b"ENCRYPTED" in entry.value
        case.out.leak(
            "kubeconfig-client-key", entry.span, entry.value, severity=Severity.MEDIUM if locked else Severity.CRITICAL,
            detail={**told, "key": "client-key-data", "note": note}, specific=4,
        )  # fmt: skip
    for name, rule in (("token", "kubeconfig-token"), ("password", "kubeconfig-password")):
        _value(case, name, user.child(name), rule, told)
    config = user.get("auth-provider", "config")
    for name in _PROVIDER_SECRETS:
        _value(case, name, config.child(name) if config is not None else None, "kubeconfig-token", told)
    _exec(case, user.child("exec"), told)


def _value(case: Case, name: str, node: Node | None, rule: str, told: Mapping[str, str]) -> None:
    """A token or password, by the rule that knows its form where there is one."""
    if not isinstance(node, Scalar) or (entry := _entry(case, name, node)) is None:
        return
    (inner,) = inspected([entry], case.out.inspect)
    if inner and all(one.match.reason for one in inner):
        return
    best = next((one for one in inner if one.known), None)
    detail = {**told, "key": name}
    if best is not None:
        case.out.inner(best.match, entry.span, severity=best.match.severity, detail=detail)
        return
    if not references.weak(entry.text):
        case.out.leak(rule, entry.span, entry.value, severity=Severity.HIGH, detail=detail)


def _exec(case: Case, node: Node | None, told: Mapping[str, str]) -> None:
    """Literals given to a credential plugin."""
    if node is None:
        return
    entries = []
    for item in _items(node.child("env")):
        name, value = item.child("name"), item.child("value")
        if isinstance(value, Scalar):
            entries.append(_plain(case, name.text if name is not None else "value", value))
    for item in _items(node.child("args")):
        if isinstance(item, Scalar):
            option, equals, _ = item.value.partition("=")
            entries.append(_plain(case, option if equals else "argument", item))
    assigned_values(entries, case.out, detail=told, rule="kubeconfig-exec-value")


def _entry(case: Case, name: str, node: Scalar, *, encoded: bool = False) -> Entry | None:
    """The entry, or None where there is nothing to report. Key data that is no base64 of a key is a placeholder."""
    if node.template:
        return None
    entry = _plain(case, name, node)
    if encoded:
        data = values.decoded(node.value)
        if data is None or b"PRIVATE KEY" not in data:
            return None
        entry = Entry(name, node, case.document, data, encoded=True)
    return None if silent(entry) else entry


def _plain(case: Case, name: str, node: Scalar) -> Entry:
    return Entry(name, node, case.document, node.value.encode("utf-8", "replace"))


def _is_admin(certificate: Node | None) -> bool:
    """True when the certificate's subject names the group that no binding can take rights from."""
    data = values.decoded(certificate.text) if certificate is not None else None
    _, _, rest = (data or b"").partition(b"-----BEGIN CERTIFICATE-----")
    body, end, _ = rest.partition(b"-----END")
    if not end:
        return False
    try:
        return _ADMINS in base64.b64decode(body)
    except (binascii.Error, ValueError):
        return False


def _items(node: Node | None) -> list[Node]:
    return list(node.items()) if node is not None else []
