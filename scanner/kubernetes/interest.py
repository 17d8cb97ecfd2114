"""Which documents are worth reading as structure: a fast look at their bytes.

Every expression here begins with a literal, which Python's ``re`` finds at memory speed; a document without any of
them is passed over at some hundred megabytes a second.
"""

from __future__ import annotations

import re

from scanner.manifest.split import split
from scanner.model.span import Span

_SCHEMA_WORD = b"CustomResourceDefinition"
_SCHEMA = re.compile(rb"""^["']?kind["']?[ \t]*:[ \t]*["']?CustomResourceDefinition\b""", re.MULTILINE)
_JSON_SCHEMA = re.compile(rb"""\A\s*\{[^{}\[\]]{0,400}"kind"\s*:\s*"CustomResourceDefinition\"""")

_LITERALS = (
    b"stringData", b"encryptedData", b"secretGenerator", b"Opaque", b"kubernetes.io/tls", b"helm.sh/release",
    b"bootstrap.kubernetes.io/token", b"dockerconfigjson", b"client-key-data", b"last-applied-configuration",
    b"ENC[AES256_GCM", b"sops_mac", b"EncryptionSecret", b"/stringData/", b"path: /data/", b'path": "/data/',
    b'path":"/data/', b"#cloud-config", b"bootstrapTokens", b"certificateKey", b"--from-literal", b"secretbox:",
    b"aescbc:", b"aesgcm:", b"literals:", b"postBuild",
)  # fmt: skip
_ADVISABLE = (b"secretKeyRef", b"secretRef", b"Role", b"secrets-store")
_KIND = re.compile(rb"""kind\\{0,2}["']?\s{0,20}:\s{0,20}\\{0,2}["']?(\w+)""")
_KINDS = frozenset(
    b"""List Config EncryptionConfig EncryptionConfiguration Kustomization Component Password
    Webhook Fake ksops Application ApplicationSet AppProject HelmRelease HelmChart HelmChartConfig Certificate
    Receiver Provider Issuer ClusterIssuer OnePasswordItem InitConfiguration ClusterConfiguration
    JoinConfiguration KubeadmConfig KubeadmConfigTemplate KubeadmControlPlane KubeadmControlPlaneTemplate
    SecretProviderClass Route ClusterConfig MachineConfig CSIDriver DaemonSet""".split()
)
_TELLING = rb"(?:pass|pw|secret|token|key|cred|auth|dsn|salt|conn|url|uri)"
_NAME = re.compile(rb"""(?i:name\\{0,2}["']?\s{0,20}:\s{0,20}\\{0,2}["']?[\w.$/-]{0,80}""" + _TELLING + rb")")
_VALUE = re.compile(
    rb"""value\\{0,2}["']?[ \t]{0,20}:[ \t]{0,20}(?:[|>][-+]?[ \t\r]{0,4}\n[ \t]*)?\\{0,2}["']?[^\s"'{$]"""
)
_OPTION = re.compile(rb"""--[A-Za-z][\w.-]{0,40}""")
_TELLING_OPTION = re.compile(rb"(?i)pass|pwd|secret|token|api-?key|cred")
# How far from "value" its "name" may stand: a line or two.
_NEAR = 300


def advisable(part: bytes) -> bool:
    """True when a document of these bytes may be worth advice: also workloads that use Secrets, and roles."""
    if interesting(part):
        return True
    return not schema(part) and any(literal in part for literal in _ADVISABLE)


def schema(part: bytes) -> bool:
    """True for a custom resource definition: it describes values and has none."""
    if _SCHEMA_WORD not in part:
        return False
    return _SCHEMA.search(part) is not None or _JSON_SCHEMA.match(part) is not None


def interesting(part: bytes) -> bool:
    """True when a document of these bytes may hold something that only structure shows."""
    return not schema(part) and worth(part)


def worth(data: bytes) -> bool:
    """True when a text may hold an interesting document: asked before anything is imported to read it."""
    if any(literal in data for literal in _LITERALS):
        return True
    return _kinds(data) or _sops(data) or _pairs(data) or _options(data)


def schemas(data: bytes) -> list[Span]:
    """The documents of ``data`` that are custom resource definitions."""
    if _SCHEMA_WORD not in data:
        return []
    return [span for span in split(data) if schema(data[span.start : span.end])]


def _kinds(part: bytes) -> bool:
    for found in _KIND.finditer(part):
        kind = found.group(1)
        if kind in _KINDS or kind.endswith((b"Secret", b"SecretStore", b"List", b"Policy")) or b"Secret" in kind:
            return True
    return False


def _sops(part: bytes) -> bool:
    return (b"sops" in part) and (part.startswith(b"sops:") or b"\nsops:" in part or b'"sops"' in part)


def _pairs(part: bytes) -> bool:
    """A name that promises a secret beside a literal value: environment variables, parameters."""
    for found in _VALUE.finditer(part):
        around = part[max(0, found.start() - _NEAR) : found.end() + _NEAR]
        if _NAME.search(around) is not None:
            return True
    return False


def _options(part: bytes) -> bool:
    return any(_TELLING_OPTION.search(found.group()) is not None for found in _OPTION.finditer(part))
