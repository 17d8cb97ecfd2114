"""Which documents are worth reading as structure: a fast look at their bytes.

Expressions begin with a literal wherever they can, which Python's ``re`` finds at memory speed; most documents of a
repository (services, ingresses, deployments that refer to Secrets) are passed over in some microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from scanner.kubernetes import assignments
from scanner.kubernetes.outline import is_loose
from scanner.manifest.islands import may_hold_islands
from scanner.manifest.split import split
from scanner.model.literals import Literals
from scanner.model.match import Stir
from scanner.model.span import Span
from scanner.model.text import Text

_SCHEMA_WORD = b"CustomResourceDefinition"
_SCHEMA = re.compile(rb"""^["']?kind["']?[ \t]*:[ \t]*["']?CustomResourceDefinition\b""", re.MULTILINE)
_JSON_SCHEMA = re.compile(rb"""\A\s*\{[^{}\[\]]{0,400}"kind"\s*:\s*"CustomResourceDefinition\"""")

_LITERALS = Literals((
    b"stringData", b"encryptedData", b"secretGenerator", b"Opaque", b"type: kubernetes.io/", b"helm.sh/release",
    b"bootstrap.kubernetes.io/token", b"dockerconfigjson", b"client-key-data", b"last-applied-configuration",
    b"ENC[AES256_GCM", b"sops_mac", b"EncryptionSecret", b"/stringData/", b" /data/", b'"/data/', b"'/data/",
    b"#cloud-config", b"bootstrapTokens", b"certificateKey", b"--from-literal", b"secretbox:", b"aescbc:", b"aesgcm:",
    b"literals:", b"postBuild", b"chpasswd",
))  # fmt: skip
# What defines an API says so with its first key, or in JSON, where keys may be sorted, among the first.
_API = re.compile(rb"""(?:\#[^\n]*\n|---[ \t]*\r?\n|\s)*["']?(?:openapi|swagger)["']?[ \t]*:[ \t]*["']?[23]\.\d""")
_JSON_API = re.compile(rb"""[{,\n][ \t]{0,8}"(?:openapi|swagger)"[ \t]*:[ \t]*"[23]\.\d""")
_HEAD = 4096
# Lists in which an option may be: it counts as one wherever it stands in them.
_ARGUMENTS = re.compile(rb"""\b(?:args|command|extraArgs|arguments)\\{0,2}["']?[ \t]*:[ \t]*(?:\[|\r?\n|\Z)""")
# Shorter texts are read for each version, once a name has promised a secret: that costs little.
_LITTLE = 16 * 1024
_ADVISABLE = (b"secretKeyRef", b"secretRef", b"Role", b"secrets-store", b"kubernetes.io/service-account-token")
_KIND = re.compile(rb"""kind\\{0,2}["']?\s{0,20}:\s{0,20}\\{0,2}["']?(\w+)""")
# Kinds that may hold a secret under any name.
_HOLDERS = frozenset(
    b"""Config EncryptionConfig EncryptionConfiguration Fake Webhook ksops SealedSecret InitConfiguration
    ClusterConfiguration JoinConfiguration KubeadmConfig KubeadmConfigTemplate KubeadmControlPlane
    KubeadmControlPlaneTemplate ClusterConfig MachineConfig""".split()
)
# Kinds that hold one under any name when one of these words is in the document.
_HOLDERS_WITH: dict[bytes, tuple[bytes, ...]] = {
    **dict.fromkeys((b"ExternalSecret", b"ClusterExternalSecret", b"PushSecret", b"ClusterPushSecret"), (b"template",)),
    **dict.fromkeys((b"SecretStore", b"ClusterSecretStore"), (b"fake", b"webhook", b"headers", b"auth")),
}
# Kinds whose structure says what is no secret, or about which there is advice.
_TELLING_KINDS = frozenset(
    b"""Kustomization Component Password Application ApplicationSet AppProject HelmRelease HelmChart HelmChartConfig
    Certificate Receiver Provider Issuer ClusterIssuer OnePasswordItem SecretProviderClass Route CSIDriver
    DaemonSet""".split()
)


def interesting(part: bytes) -> bool:
    """True when a document of these bytes may hold a secret that only structure shows."""
    return not schema(part) and _holds(part)


def telling(part: bytes) -> bool:
    """True when structure may also say of something in the document that it is no secret."""
    return not schema(part) and (_kinds(part, _is_telling) or _holds(part))


def advisable(part: bytes) -> bool:
    """True when a document of these bytes may be worth advice: also workloads that use Secrets, and roles."""
    return not schema(part) and (any(literal in part for literal in _ADVISABLE) or telling(part))


def worth(data: bytes) -> bool:
    """True when a text may hold an interesting document: asked before anything is imported to read it."""
    return _holds(data)


def stirring(lines: bytes, text: Text, base: bytes | None) -> Stir:
    """What it means that ``base`` became ``text`` by having ``lines`` (None: they are all of it).

    In a program or in prose it means nothing as long as there are no manifests; the first line of one that comes may
    make a manifest of what was there.
    """
    if not is_loose(text):
        return _stirring(lines, text.data, base)
    # That is asked first: most programs hold none, and it takes a tenth of what judging the names in their lines does.
    if not may_hold_islands(text.data):
        return Stir.CALM
    if base is not None and may_hold_islands(lines) and not may_hold_islands(base):
        lines = text.data
    return _stirring(lines, text.data, base)


def _stirring(lines: bytes, text: bytes, base: bytes | None) -> Stir:
    """What a kind or a literal makes a secret may stand anywhere. A name that promises one has its value beside it:
    where that is all there is, versions in which it stays as it is need not be read for it.
    """
    said = _said(lines) if len(lines) < _LITTLE else _said.__wrapped__(lines)
    if said == Stir.ALWAYS or (base is not None and not _same_schemas(lines, text, base)):
        return Stir.ALWAYS
    if said and not _defines_api(text):
        return Stir.ONCE if len(text) > _LITTLE else Stir.ALWAYS
    return Stir.CALM


# The same lines come in several files, and in a branch what came in another.
@lru_cache(maxsize=1024)
def _said(lines: bytes) -> Stir:
    """What ``lines`` mean whatever is around them."""
    if _kinds(lines, _may_matter) or _owns(lines):
        return Stir.ALWAYS
    return Stir.ONCE if _assigns(lines) or _ARGUMENTS.search(lines) is not None else Stir.CALM


def _same_schemas(lines: bytes, text: bytes, base: bytes) -> bool:
    """True when what describes values in ``base`` does in ``text``, and nothing else does.

    Where only a separator went, what it kept apart was looked at by itself.
    """
    schemas = text.count(_SCHEMA_WORD)
    if schemas != base.count(_SCHEMA_WORD):
        return False
    separated = lines.startswith(b"---") or b"\n---" in lines
    return not (schemas and separated) or text.count(b"\n---") == base.count(b"\n---")


def schema(part: bytes) -> bool:
    """True for a custom resource definition: it describes values and has none."""
    if _SCHEMA_WORD not in part:
        return False
    return _SCHEMA.search(part) is not None or _JSON_SCHEMA.match(part) is not None


def schemas(data: bytes) -> list[Span]:
    """The documents of ``data`` that are custom resource definitions."""
    if _SCHEMA_WORD not in data:
        return []
    return [span for span in split(data) if schema(data[span.start : span.end])]


# A file of one document is asked about several times: by the detector, when it is read, and for its safe regions.
@lru_cache(maxsize=16)
def _holds(part: bytes) -> bool:
    return _owns(part) or (not _defines_api(part) and _assigns(part))


def _owns(part: bytes) -> bool:
    """True when there may be a secret under any name."""
    return bool(_LITERALS.among(part)) or _kinds(part, lambda kind: _is_holder(kind, part)) or _sops(part)


def _assigns(part: bytes) -> bool:
    """True when a name that promises a secret has a value beside it."""
    return assignments.pairs(part) or assignments.options(part) or assignments.fields(part)


def _defines_api(part: bytes) -> bool:
    """True for the definition of an API, in OpenAPI's words: names in it are followed by what their values are like."""
    if part[:_HEAD].lstrip().startswith(b"{"):
        return _JSON_API.search(part, 0, _HEAD) is not None
    return _API.match(part, 0, _HEAD) is not None and b"\n---" not in part[1:]


def _kinds(part: bytes, wanted: Callable[[bytes], bool]) -> bool:
    return any(wanted(kind) for kind in {found.group(1) for found in _KIND.finditer(part)})


def _is_holder(kind: bytes, part: bytes) -> bool:
    if kind in _HOLDERS or kind.endswith(b"List"):
        return True
    if kind == b"Secret":
        # References name the kind too; the object has data, beside its metadata.
        return b"Data" in part or part.count(b"data") > part.count(b"metadata")
    return any(word in part for word in _HOLDERS_WITH.get(kind, ()))


def _is_telling(kind: bytes) -> bool:
    return kind in _TELLING_KINDS or b"Secret" in kind or kind.endswith(b"Policy")


def _may_matter(kind: bytes) -> bool:
    """True for kinds that matter, or may beside what stands elsewhere."""
    return _is_telling(kind) or kind in _HOLDERS or kind in _HOLDERS_WITH or kind.endswith(b"List")


def _sops(part: bytes) -> bool:
    return (b"sops" in part) and (part.startswith(b"sops:") or b"\nsops:" in part or b'"sops"' in part)
