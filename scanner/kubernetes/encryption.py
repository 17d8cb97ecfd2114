"""``kind: EncryptionConfiguration``: the keys that etcd's content is encrypted with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from scanner.kubernetes import advice, values
from scanner.kubernetes.case import Case
from scanner.kubernetes.entries import Entry
from scanner.kubernetes.judge import silent
from scanner.manifest.node import Node, Scalar
from scanner.model.levels import Confidence, Severity

_KEY_SIZES = (16, 24, 32)
CIPHERS = ("aescbc", "aesgcm", "secretbox")
_SHORTEST_WRONG_KEY = 12
# Words and numbers, and one that says what it is. With anything mixed in, it is a passphrase that somebody chose.
_SENTENCE = re.compile(rb"(?=.*\b(?:is|key|secret|password)\b)(?:[a-z]+|\d+)[,.!]?(?:[ ](?:[a-z]+|\d+)[,.!]?)+", re.I)
_SHOWN = "a sentence, or bytes that count, as documentation shows: everybody has this key"


def handle(case: Case) -> None:
    """Reports every key that is written into the configuration."""
    for provider in providers(case.root):
        for cipher in CIPHERS:
            keys = provider.get(cipher, "keys")
            for key in keys.items() if keys is not None else ():
                _key(case, cipher, key)
    advice.encryption(case)


def providers(root: Node) -> Iterator[Node]:
    """The entries of ``resources[].providers``, in order."""
    resources = root.child("resources")
    for resource in resources.items() if resources is not None else ():
        listed = resource.child("providers")
        yield from listed.items() if listed is not None else ()


def _key(case: Case, cipher: str, key: Node) -> None:
    secret, name = key.child("secret"), key.child("name")
    if not isinstance(secret, Scalar) or secret.template:
        return
    data = values.decoded(secret.value)
    entry = Entry("secret", secret, case.document, data or secret.value.encode("utf-8", "replace"), encoded=bool(data))
    right = data is not None and len(data) in _KEY_SIZES
    shown = right and data is not None and _shown(data)
    if silent(entry) and not shown:
        case.out.regions.append(entry.span)
        return
    if not right and (data is None or len(data) < _SHORTEST_WRONG_KEY):
        return
    severity = Severity.CRITICAL if right else Severity.HIGH
    case.out.leak(
        "kubernetes-encryption-key", entry.span, entry.value,
        severity=Severity.INFO if shown else severity,
        confidence=Confidence.HIGH if right else Confidence.MEDIUM,
        detail={
            **case.told(key=name.text if name is not None else "", cipher=cipher), "example": _SHOWN if shown else ""
        },
        specific=4,
    )  # fmt: skip


def _shown(data: bytes) -> bool:
    """True for a key that tells by itself it is one, or is one byte over and over, or bytes that count."""
    return (
        _SENTENCE.fullmatch(data) is not None or len({(after - before) % 256 for before, after in pairwise(data)}) == 1
    )
