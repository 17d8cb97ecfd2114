"""Which handler deals with which kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from scanner.kubernetes import resource, sops
from scanner.kubernetes.case import Case
from scanner.kubernetes.findings import Findings
from scanner.kubernetes.reading import Reading
from scanner.manifest.documents import Document, Manifest, manifests
from scanner.manifest.node import Mapping as MappingNode
from scanner.manifest.node import Scalar

Handler = Callable[[Case], None]

_WORKLOADS = (
    "Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob",
    "DeploymentConfig", "Rollout", "PodTemplate",
)  # fmt: skip
_SECRET_TYPES = ("Opaque", "kubernetes.io/", "helm.sh/", "bootstrap.kubernetes.io/")


# Kind -> module and function. A module is imported when its kind turns up: the hook waits for each.
HANDLERS: Mapping[str, tuple[str, str]] = {
    "Secret": ("secret", "handle"),
    "SealedSecret": ("sealed", "handle"),
    "ExternalSecret": ("external", "external_secret"),
    "ClusterExternalSecret": ("external", "external_secret"),
    "PushSecret": ("external", "external_secret"),
    "ClusterPushSecret": ("external", "external_secret"),
    "SecretStore": ("external", "store"),
    "ClusterSecretStore": ("external", "store"),
    "Fake": ("external", "generator"),
    "Webhook": ("external", "generator"),
    "VaultDynamicSecret": ("external", "generator"),
    "VaultStaticSecret": ("external", "synced"),
    "VaultPKISecret": ("external", "synced"),
    "OnePasswordItem": ("external", "synced"),
    "DopplerSecret": ("external", "synced"),
    "InfisicalSecret": ("external", "synced"),
    "SecretProviderClass": ("external", "provider_class"),
    "EncryptionConfiguration": ("encryption", "handle"),
    "EncryptionConfig": ("encryption", "handle"),
    "Config": ("kubeconfig", "handle"),
    "Kustomization": ("kustomize", "handle"),
    "Component": ("kustomize", "handle"),
}
# Kinds about which there is only advice.
ADVISED: Mapping[str, tuple[str, str]] = {
    "Role": ("advice", "role"),
    "ClusterRole": ("advice", "role"),
    **dict.fromkeys(_WORKLOADS, ("advice", "workload")),
}

# What a Secret has; of fields it takes so many to make a schema.
_OF_SECRETS = frozenset(("apiVersion", "metadata", "type", "data", "stringData", "immutable"))
_FIELDS = 2


def _handler(kind: str, out: Findings) -> Handler | None:
    place = HANDLERS.get(kind) or (ADVISED.get(kind) if out.advice else None)
    if place is None:
        return None
    handler: Handler = getattr(import_module(f"scanner.kubernetes.{place[0]}"), place[1])
    return handler


def examine(reading: Reading, out: Findings) -> None:
    """Runs every handler over what was read."""
    for document in reading.documents:
        _document(document, out)


def _document(document: Document, out: Findings) -> None:
    by_sops = sops.written_by(document)
    done: set[int] = set()
    found = list(manifests(document))
    for manifest in found:
        handler = _handler(manifest.kind, out)
        if handler is not None and id(manifest.root) not in done:
            handler(Case(manifest, out, by_sops, done))
    secret = _handler("Secret", out)
    for manifest in _kindless(document, done):
        if secret is not None:
            secret(Case(manifest, out, by_sops, done))
    _kustomize(document, out, done, by_sops=by_sops)
    if by_sops:
        sops.handle(document, out, done=done)
        return
    if b"chpasswd" in document.data:
        from scanner.kubernetes import cloudinit

        cloudinit.handle(document, out)
    resource.handle(document, found, out, done=done)


def _kustomize(document: Document, out: Findings, done: set[int], *, by_sops: bool) -> None:
    """Kustomizations that leave their kind out, and patches."""
    bare = _is_kustomization(document)
    if not bare and b"/data/" not in document.data and b"/stringData/" not in document.data:
        return
    from scanner.kubernetes import kustomize

    if bare and isinstance(document.root, MappingNode):
        kustomize.handle(Case(Manifest(document.root, document), out, by_sops, done))
    kustomize.patches(document, out)


def _kindless(document: Document, done: set[int]) -> list[Manifest]:
    """Secrets by their shape: patches and parts of charts leave ``kind`` to somebody else."""
    made = []
    for path, node in document.nodes():
        if not isinstance(node, MappingNode) or node.child("kind") is not None or id(node) in done:
            continue
        kind = node.child("type")
        typed = isinstance(kind, Scalar) and kind.value.startswith(_SECRET_TYPES)
        plain = isinstance(node.child("stringData"), MappingNode) and not _is_schema(node)
        if plain or (typed and isinstance(node.child("data"), MappingNode)):
            made.append(Manifest(node, document, path))
    return made


def _is_schema(node: MappingNode) -> bool:
    """True where fields stand beside ``stringData``, each with its type: an entity calls one of them so."""
    beside = [value for key, value in node.pairs() if key.value not in _OF_SECRETS]
    typed = [value for value in beside if isinstance(value, MappingNode) and isinstance(value.child("type"), Scalar)]
    return len(typed) >= _FIELDS and len(typed) * 2 > len(beside)


def _is_kustomization(document: Document) -> bool:
    """Kustomizations may leave their kind out."""
    root = document.root
    return (
        root.child("kind") is None and (root.child("secretGenerator") or root.child("configMapGenerator")) is not None
    )
