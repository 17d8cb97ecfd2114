"""Keys of an EncryptionConfiguration: one that documentation shows is told apart from one that was drawn."""

from __future__ import annotations

import base64
import hashlib

import pytest

from scanner.model.levels import Severity
from scanner.model.text import Text
from scanner.pipeline.text import TextScanner

DRAWN = hashlib.sha256(b"drawn").digest()
# Random bytes of which none is a letter: they look like a row of dots to whoever takes them for text.
DOTS = bytes(range(0x80, 0x90))[::-1][3:] + b"\x01\x9e\x02"


@pytest.mark.parametrize(
    ("key", "severity"),
    [
        (DRAWN, Severity.CRITICAL),
        (DRAWN[:16], Severity.CRITICAL),
        (DOTS, Severity.CRITICAL),
        (DRAWN[:13], Severity.HIGH),
        (bytes(range(7, 39)), Severity.INFO),
        (bytes(32), Severity.INFO),
        (b"this is a key of 32 bytes, really", Severity.HIGH),
        (b"this is a key of 32 bytes, truly", Severity.INFO),
        (b"our prod cluster key is Zq8!qw7x", Severity.CRITICAL),
        (b"lame goose orbits purple lantern", Severity.CRITICAL),
    ],
)
def test_a_key_that_everybody_has_is_an_example(scanner: TextScanner, key: bytes, severity: Severity) -> None:
    text = (
        "kind: EncryptionConfiguration\napiVersion: apiserver.config.k8s.io/v1\nresources:\n- resources: [secrets]\n"
        f"  providers:\n  - aescbc: {{keys: [{{name: a, secret: {base64.b64encode(key).decode()}}}]}}\n"
    )
    (match,) = scanner.scan(Text.named(text.encode(), "encryption.yaml"))
    assert (match.rule, match.severity) == ("kubernetes-encryption-key", severity)
    assert ("example" in match.detail) == (severity is Severity.INFO)
