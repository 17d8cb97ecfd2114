"""Secrets used by objects that are no workloads: edges that terminate TLS, stores, GitOps objects, operators.

Kinds we know are read by field. Of all others, fields whose names look like a reference to a Secret are
taken, and marked as inferred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scanner.rotation.items import Item
from scanner.rotation.references import Reference, Via
from scanner.rotation.settings import (
    REFERENCE_KEY,
    key_in,
    named_in,
    references_in_values,
    release_name,
    release_values,
)
from scanner.rotation.tree import Leaf, Table, Tree, at, rows, table, text, walk

_INGRESS_ANNOTATIONS = (
    "nginx.ingress.kubernetes.io/auth-secret",
    "nginx.ingress.kubernetes.io/auth-tls-secret",
    "nginx.ingress.kubernetes.io/proxy-ssl-secret",
)
_TLS_KEYS = ("tls.key", "tls.crt", "ca.crt", "key", "cert", "cacert")

# Where an ESO store, a PushSecret and the like keep references, so that the generic search is not needed.
_FLUX_KINDS = (
    "GitRepository", "HelmRepository", "OCIRepository", "Bucket", "ImageRepository", "HelmRelease", "Kustomization",
    "Receiver", "Provider", "ImageUpdateAutomation", "Alert",
)  # fmt: skip


def references_of(item: Item, pods: tuple[tuple[str, ...], ...] = ()) -> Iterator[Reference]:
    """Every Secret that ``item`` names outside of its PodSpecs, which are at the paths ``pods``."""
    reader = _READERS.get(item.kind)
    if reader is not None and (item.kind not in _SHARED_KINDS or item.group):
        yield from reader(item)
    elif item.kind in _FLUX_KINDS and item.group.endswith("fluxcd.io"):
        yield from _flux(item)
    elif item.group.endswith("coreos.com"):
        yield from _selectors(item)
    elif item.kind not in _NEVER and item.group not in _BUILT_IN:
        yield from generic_references(item, pods)


def generic_references(item: Item, pods: tuple[tuple[str, ...], ...] = ()) -> Iterator[Reference]:
    """Fields that look like references to Secrets. A guess by name, and marked so."""
    for path, node in walk(item.tree):
        field = next((step for step in reversed(path) if step != "[]"), "")
        if not field or path[0] in ("metadata", "status") or not REFERENCE_KEY.match(field):
            continue
        if any(path[: len(pod)] == pod for pod in pods):
            continue
        found = named_in(node)
        if found is not None:
            where = ".".join(path)
            yield Reference(
                Via.OPERATOR, found.text, found.place, f"{item.kind} {where}", key_in(node),
                namespace=text(node, "namespace"), inferred=(f"the field {where} looks like a reference to a Secret",),
            )  # fmt: skip


def _edge(
    node: Tree | None, how: str, *, namespace: str = "", keys: tuple[str, ...] = _TLS_KEYS
) -> Iterator[Reference]:
    found = named_in(node) if node is not None else None
    if found is None:
        return
    name = found.text
    if "/" in name:
        namespace, _, name = name.partition("/")
    yield Reference(Via.EDGE, name, found.place, how, keys, namespace=namespace)


def _ingress(item: Item) -> Iterator[Reference]:
    for entry in rows(item.tree, "spec", "tls"):
        yield from _edge(at(entry, "secretName"), "Ingress TLS")
    annotations = table(item.tree, "metadata", "annotations")
    for key in _INGRESS_ANNOTATIONS:
        if key in annotations:
            keys = ("auth",) if key.endswith("/auth-secret") else _TLS_KEYS
            yield from _edge(annotations[key], f"annotation {key.rpartition('/')[2]}", keys=keys)


def _gateway(item: Item) -> Iterator[Reference]:
    for listener in rows(item.tree, "spec", "listeners"):
        for ref in rows(listener, "tls", "certificateRefs"):
            if text(ref, "kind") in ("", "Secret"):
                yield from _edge(ref, "Gateway listener TLS", namespace=text(ref, "namespace"))
    for server in rows(item.tree, "spec", "servers"):
        yield from _edge(at(server, "tls", "credentialName"), "Istio Gateway TLS")


def _traefik(item: Item) -> Iterator[Reference]:
    spec = item.get("spec")
    yield from _edge(at(spec, "tls", "secretName"), f"{item.kind} TLS")
    for kind in ("basicAuth", "digestAuth"):
        yield from _edge(at(spec, kind, "secret"), f"Middleware {kind}", keys=("users",))


def _issuer(item: Item) -> Iterator[Reference]:
    yield from _operator(at(item.tree, "spec", "ca", "secretName"), "issuer CA key", item)
    for path, node in walk(item.get("spec")):
        if path and (path[-1].endswith("SecretRef") or path[-1] == "privateKeySecretRef"):
            yield from _operator(node, f"issuer {path[-1]}", item)


def _store(item: Item) -> Iterator[Reference]:
    """External Secrets stores. The controller asks for the Secret with each sync (docs: SecretStore, auth)."""
    for path, node in walk(item.get("spec")):
        if path and path[-1].lower().endswith("secretref"):
            yield from _operator(node, "store credential", item)


def _push(item: Item) -> Iterator[Reference]:
    node = at(item.tree, "spec", "selector", "secret")
    interval = text(item.tree, "spec", "refreshInterval") or "1h"
    yield from _operator(node, "PushSecret (copied to the store)", item, interval=interval)


def _flux(item: Item) -> Iterator[Reference]:
    interval = text(item.tree, "spec", "interval")
    for path, node in walk(item.get("spec")):
        field = path[-1] if path else ""
        if path and path[0] == "values":
            continue
        if field in ("secretRef", "certSecretRef", "proxySecretRef"):
            yield from _operator(node, f"Flux {'.'.join(path)}", item, interval=interval)
        elif len(path) >= 2 and path[-2] in ("valuesFrom", "substituteFrom") and text(node, "kind") == "Secret":
            yield from _operator(node, f"Flux {path[-2]}", item, keys=_values_key(node), interval=interval)
    if item.kind == "HelmRelease":
        yield from _values(item)


def _values_key(node: Tree) -> tuple[str, ...]:
    key = text(node, "valuesKey")
    return (key,) if key else ()


def _trigger(item: Item) -> Iterator[Reference]:
    for entry in rows(item.tree, "spec", "secretTargetRef"):
        yield from _operator(entry, "KEDA trigger", item, keys=key_in(entry))


def _values(item: Item) -> Iterator[Reference]:
    for values, namespace in release_values(item):
        yield from references_in_values(values, release=release_name(item), namespace=namespace)


def _storage(item: Item) -> Iterator[Reference]:
    for path, node in walk(item.tree):
        field = path[-1] if path else ""
        if field.endswith("SecretRef"):
            yield from _operator(node, f"storage {field}", item, namespace=text(node, "namespace"))
        elif field.startswith("csi.storage.k8s.io/") and field.endswith("-secret-name") and isinstance(node, Leaf):
            parameters = table(item.tree, "parameters")
            beside = parameters.get(field.replace("-secret-name", "-secret-namespace"))
            yield from _operator(node, field.rpartition("/")[2], item, namespace=text(beside))


def _service_account(item: Item) -> Iterator[Reference]:
    for ref in rows(item.tree, "imagePullSecrets"):
        found = named_in(ref)
        if found is not None:
            yield Reference(Via.IMAGE_PULL, found.text, found.place, "imagePullSecrets of pods with this account")
    for ref in rows(item.tree, "secrets"):
        found = named_in(ref)
        if found is not None:
            yield Reference(Via.SERVICE_ACCOUNT, found.text, found.place, "secrets of this account")


def _selectors(item: Item) -> Iterator[Reference]:
    """Prometheus operator: selectors ``{name, key}`` anywhere below ``spec``."""
    for path, node in walk(item.get("spec")):
        if isinstance(node, Table) and "name" in node.items and "key" in node.items and path:
            if "configMap" in path or "valueFrom" in path:
                continue
            yield from _operator(node, f"{item.kind} {'.'.join(p for p in path if p != '[]')}", item, keys=key_in(node))
    for entry in rows(item.tree, "spec", "secrets"):
        if isinstance(entry, Leaf):
            yield Reference(Via.OPERATOR, entry.text, entry.place, f"{item.kind} secrets (mounted)")
    name = at(item.tree, "spec", "configSecret")
    if isinstance(name, Leaf):
        yield from _operator(name, f"{item.kind} configSecret", item)


def _velero(item: Item) -> Iterator[Reference]:
    yield from _operator(at(item.tree, "spec", "credential"), "backup location credential", item)


def _provider_config(item: Item) -> Iterator[Reference]:
    ref = at(item.tree, "spec", "credentials", "secretRef")
    yield from _operator(
        ref, "Crossplane credentials", item, keys=key_in(ref) if ref else (), namespace=text(ref, "namespace")
    )


def _operator(
    node: Tree | None,
    how: str,
    item: Item,
    *,
    keys: tuple[str, ...] | None = None,
    namespace: str = "",
    interval: str = "",
) -> Iterator[Reference]:
    found = named_in(node) if node is not None else None
    if found is not None:
        where = namespace or text(node, "namespace")
        chosen = keys if keys is not None else (key_in(node) if node else ())
        yield Reference(Via.OPERATOR, found.text, found.place, how, chosen, namespace=where, interval=interval)


_Reader = Callable[[Item], Iterator[Reference]]

_READERS: dict[str, _Reader] = {
    "Ingress": _ingress,
    "Gateway": _gateway,
    "IngressRoute": _traefik,
    "IngressRouteTCP": _traefik,
    "TLSStore": _traefik,
    "Middleware": _traefik,
    "Issuer": _issuer,
    "ClusterIssuer": _issuer,
    "SecretStore": _store,
    "ClusterSecretStore": _store,
    "PushSecret": _push,
    "TriggerAuthentication": _trigger,
    "ClusterTriggerAuthentication": _trigger,
    "Application": _values,
    "ApplicationSet": _values,
    "PersistentVolume": _storage,
    "StorageClass": _storage,
    "VolumeSnapshotClass": _storage,
    "ServiceAccount": _service_account,
    "BackupStorageLocation": _velero,
    "ProviderConfig": _provider_config,
}

# Kinds whose name means something else without a group.
_SHARED_KINDS = frozenset({"Application", "Gateway", "Middleware", "Issuer"})

# Kubernetes' own workloads name Secrets in their PodSpec alone.
_BUILT_IN = frozenset({"", "apps", "batch", "autoscaling", "policy", "rbac.authorization.k8s.io", "networking.k8s.io"})

# Producers name the Secret they make; roles and schemas name fields, not Secrets.
_NEVER = frozenset(
    """Secret SealedSecret ExternalSecret ClusterExternalSecret SecretProviderClass Certificate VaultStaticSecret
    VaultDynamicSecret VaultPKISecret OnePasswordItem DopplerSecret CustomResourceDefinition ConfigMap Role ClusterRole
    RoleBinding ClusterRoleBinding Namespace Kustomization Component""".split()
)
