"""Which handler deals with which kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scanner.kubernetes import (
    advice,
    cloudinit,
    encryption,
    external,
    kubeconfig,
    kustomize,
    resource,
    sealed,
    secret,
    sops,
)
from scanner.kubernetes.case import Case
from scanner.kubernetes.findings import Findings
from scanner.kubernetes.reading import Reading
from scanner.manifest.documents import Document, Manifest, manifests
from scanner.manifest.node import Mapping as MappingNode
from scanner.manifest.node import Scalar, walk

Handler = Callable[[Case], None]

_WORKLOADS = (
    "Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob",
    "DeploymentConfig", "Rollout", "PodTemplate",
)  # fmt: skip
_SECRET_TYPES = ("Opaque", "kubernetes.io/", "helm.sh/", "bootstrap.kubernetes.io/")


def _workload(case: Case) -> None:
    advice.environment(case)
    if case.manifest.kind == "DaemonSet":
        advice.csi_driver(case)


def _config(case: Case) -> None:
    if kubeconfig.is_kubeconfig(case.root):
        kubeconfig.handle(case)


HANDLERS: Mapping[str, Handler] = {
    "Secret": secret.handle,
    "SealedSecret": sealed.handle,
    "ExternalSecret": external.external_secret,
    "ClusterExternalSecret": external.external_secret,
    "PushSecret": external.external_secret,
    "ClusterPushSecret": external.external_secret,
    "SecretStore": external.store,
    "ClusterSecretStore": external.store,
    "Fake": external.generator,
    "Webhook": external.generator,
    "VaultDynamicSecret": external.generator,
    "VaultStaticSecret": external.synced,
    "VaultPKISecret": external.synced,
    "OnePasswordItem": external.synced,
    "DopplerSecret": external.synced,
    "InfisicalSecret": external.synced,
    "SecretProviderClass": external.provider_class,
    "EncryptionConfiguration": encryption.handle,
    "EncryptionConfig": encryption.handle,
    "Config": _config,
    "Kustomization": kustomize.handle,
    "Component": kustomize.handle,
    "Role": advice.role,
    "ClusterRole": advice.role,
    **dict.fromkeys(_WORKLOADS, _workload),
}


def examine(reading: Reading, out: Findings) -> None:
    """Runs every handler over what was read."""
    for document in reading.documents:
        _document(document, out)


def _document(document: Document, out: Findings) -> None:
    by_sops = sops.written_by(document)
    done: set[int] = set()
    found = list(manifests(document))
    for manifest in found:
        handler = HANDLERS.get(manifest.kind)
        if handler is not None and id(manifest.root) not in done:
            handler(Case(manifest, out, by_sops, done))
    for manifest in _kindless(document, done):
        secret.handle(Case(manifest, out, by_sops, done))
    if _is_kustomization(document):
        kustomize.handle(Case(Manifest(_mapping(document), document), out, by_sops, done))
    kustomize.patches(document, out)
    if by_sops:
        sops.handle(document, out, done=done)
    else:
        cloudinit.handle(document, out)
        resource.handle(document, found, out, done=done)


def _kindless(document: Document, done: set[int]) -> list[Manifest]:
    """Secrets by their shape: patches and parts of charts leave ``kind`` to somebody else."""
    made = []
    for path, node in walk(document.root):
        if not isinstance(node, MappingNode) or node.child("kind") is not None or id(node) in done:
            continue
        kind = node.child("type")
        typed = isinstance(kind, Scalar) and kind.value.startswith(_SECRET_TYPES)
        plain = isinstance(node.child("stringData"), MappingNode)
        if plain or (typed and isinstance(node.child("data"), MappingNode)):
            made.append(Manifest(node, document, path))
    return made


def _is_kustomization(document: Document) -> bool:
    """Kustomizations may leave their kind out."""
    root = document.root
    return (
        root.child("kind") is None and (root.child("secretGenerator") or root.child("configMapGenerator")) is not None
    )


def _mapping(document: Document) -> MappingNode:
    assert isinstance(document.root, MappingNode)
    return document.root
