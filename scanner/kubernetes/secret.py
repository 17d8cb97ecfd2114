"""``kind: Secret``: every value of ``data`` and ``stringData``, by the Secret's type where it has one."""

from __future__ import annotations

import re
from collections.abc import Callable

from scanner.kubernetes import advice, registry, release, values
from scanner.kubernetes.case import Case
from scanner.kubernetes.entries import Entry, of_mapping, written
from scanner.kubernetes.judge import secret_values, silent
from scanner.kubernetes.tokens import bootstrap
from scanner.manifest.documents import Document
from scanner.manifest.node import Node, Scalar
from scanner.model.levels import Severity

_SEALING_KEY = "sealedsecrets.bitnami.com/sealed-secrets-key"
_PRIVATE = b"PRIVATE KEY"
# What a program calls: by a name of letters, a dotted one, or one that says what it encodes. A password may end in
# brackets as well, and has digits.
_CALL = re.compile(
    r"(?:[A-Za-z_$]{1,80}|(?:[A-Za-z_$][\w$]{0,40}\.){1,4}\w{1,40}|(?i:[a-z_]{0,40}(?:64|encode)\w{0,40}))\(.*\),?",
    re.DOTALL,
)
_PASSPHRASE = (b"ENCRYPTED PRIVATE KEY", b"Proc-Type: 4,ENCRYPTED")

# A typed value: reports the entry and says True, or leaves it to the judge.
Typed = Callable[[Case, Entry, str], bool]


def handle(case: Case) -> None:
    """Reports what the Secret holds: one finding a key."""
    type_name = _string(case.root, "type")
    entries = entries_of(case.root, case.document)
    for name in ("data", "stringData"):
        for values_of in _all(case.root, name):
            case.settle(values_of)
    told = case.told(type=type_name)
    before = len(case.out.matches)
    left = []
    for entry in entries:
        if entry.scalar.template or silent(entry):
            left.append(entry)
        elif not any(typed(case, entry, type_name) for typed in _TYPED):
            left.append(entry)
        else:
            case.out.regions.append(entry.span)
    left = bootstrap(case, left, type_name)
    secret_values(
        left, case.out, detail=told, rule="sops-unencrypted-value" if case.sops else "kubernetes-secret-value"
    )
    if len(case.out.matches) > before:
        advice.unsealed(case)
    advice.service_account_token(case, type_name, empty=not entries)


def entries_of(root: Node, document: Document) -> list[Entry]:
    """Everything under ``data`` and ``stringData``, also where one of them is there twice and only the last counts."""
    encoded = [entry for node in _all(root, "data") for entry in encoded_entries(node, document)]
    return [*encoded, *(entry for node in _all(root, "stringData") for entry in of_mapping(node.pairs(), document))]


def _all(root: Node, name: str) -> list[Node]:
    return [value for key, value in root.pairs() if key.value == name]


def encoded_entries(node: Node | None, document: Document) -> list[Entry]:
    """Entries of a ``data`` mapping, base64 taken off; what is no base64 is what somebody pasted in plain."""
    made = []
    for entry in of_mapping(node.pairs() if node is not None else (), document):
        literal = written(entry.scalar)
        if literal is not None:
            made.append(Entry(entry.name, literal, document, literal.value.encode("utf-8", "replace")))
            continue
        if not entry.scalar.style and _CALL.fullmatch(entry.scalar.value):
            # A program, and no base64: what it makes there is not known.
            continue
        meant = None if entry.scalar.template else meaning(entry.scalar.value)
        if entry.scalar.template:
            made.append(Entry(entry.name, entry.scalar, document, entry.value, encoded=True))
        elif meant is None:
            made.append(entry)
        else:
            data, cut = values.inflated(meant)
            made.append(Entry(entry.name, entry.scalar, document, data, encoded=True, exact=data is meant, cut=cut))
    return made


def meaning(text: str) -> bytes | None:
    """What a value under ``data`` stands for; None when it is plain text and no base64.

    A password of eight letters is valid base64 too, of bytes that are no text; so is a short random key, but
    nobody writes one without digits or capitals.
    """
    # The lines of a key in armour that is empty are letters and dashes, as base64url has them.
    data = None if text.lstrip().startswith("-----") else values.decoded(text)
    if data is None or not data:
        return None
    word = text.strip().rstrip("=")
    if not values.is_text(data) and len(data) < 16 and (word.islower() or word.isdigit() or not word.isalnum()):
        return None
    return data


def _sealing_key(case: Case, entry: Entry, type_name: str) -> bool:
    """The controller's own key: it opens every SealedSecret that was ever committed."""
    labels = case.root.get("metadata", "labels")
    name = case.manifest.name
    backup = labels is not None and labels.child(_SEALING_KEY) is not None
    if not (backup or name.startswith("sealed-secrets-key")) or _PRIVATE not in entry.value:
        return False
    case.out.leak(
        "sealed-secrets-private-key", entry.span, entry.value, severity=Severity.CRITICAL,
        detail=case.told(key=entry.name, type=type_name),
    )  # fmt: skip
    return True


def _tls_key(case: Case, entry: Entry, type_name: str) -> bool:
    if entry.name != "tls.key" or _PRIVATE not in entry.value or len(entry.value) < 100:
        return False
    locked = any(mark in entry.value for mark in _PASSPHRASE)
    case.out.leak(
        "kubernetes-tls-key", entry.span, entry.value, severity=Severity.MEDIUM if locked else Severity.CRITICAL,
        detail=case.told(key=entry.name, type=type_name),
    )  # fmt: skip
    return True


def _registry(case: Case, entry: Entry, type_name: str) -> bool:
    if not entry.name.lower().endswith(("dockerconfigjson", ".dockercfg")):
        return False
    return registry.handle(case, entry, detail=case.told(key=entry.name, type=type_name))


def _release(case: Case, entry: Entry, type_name: str) -> bool:
    if not (type_name == "helm.sh/release.v1" or case.manifest.name.startswith("sh.helm.release.v1.")):
        return False
    return release.handle(case, entry, detail=case.told(key=entry.name, type=type_name))


_TYPED: tuple[Typed, ...] = (_sealing_key, _tls_key, _registry, _release)


def _string(node: Node, *path: str) -> str:
    found = node.get(*path)
    return found.value.strip() if isinstance(found, Scalar) else ""
