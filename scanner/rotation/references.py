"""Where a pod takes values from Secrets: which field, which key, into which container.

Paths are those of the Kubernetes API's PodSpec (k8s.io/api/core/v1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from scanner.rotation.tree import Place, Table, Tree, at, rows, table, text, walk


class Via(Enum):
    """How a value gets from a Secret to its user; decides when a new one arrives."""

    ENV = "env"
    ENV_FROM = "envFrom"
    VOLUME = "volume"
    PROJECTED = "projected volume"
    SUBPATH = "volume subPath"
    CSI = "CSI volume"
    CSI_PUBLISH = "CSI nodePublishSecretRef"
    DRIVER = "volume driver"
    IMAGE_PULL = "imagePullSecrets"
    SERVICE_ACCOUNT = "ServiceAccount secrets"
    EDGE = "edge"
    OPERATOR = "operator"
    SETTINGS = "settings"
    SCRIPT = "script"


@dataclass(frozen=True, slots=True)
class Reference:
    """One mention of a Secret. ``namespace`` is empty for the object's own; ``keys`` is empty for all keys.

    ``how`` is what people read (``env DB_PASSWORD``). ``provider`` names a SecretProviderClass instead of a
    Secret. ``interval`` is how often the user reads it again, where the manifest says so. ``path`` is where in Helm
    values it stands.
    """

    via: Via
    secret: str
    place: Place
    how: str
    keys: tuple[str, ...] = ()
    container: str = ""
    namespace: str = ""
    provider: str = ""
    optional: bool = False
    interval: str = ""
    inferred: tuple[str, ...] = ()
    path: tuple[str, ...] = ()


_SIDECAR_VOLUMES = "sidecar.istio.io/userVolume"
_SECRET_NAME = re.compile(r'"secretName"\s*:\s*"([^"]{1,253})"')

# kind -> path to the PodSpec. Pods made from a schedule or a queue are told apart in ``workloads.py``.
_POD_SPECS: dict[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "ScaledJob": ("spec", "jobTargetRef", "template", "spec"),
    "Revision": ("spec",),
}
_TEMPLATED = ("spec", "template", "spec")
_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")

# Kinds of in-tree volume drivers with a Secret of their own, and the path to its name.
_DRIVERS = {
    "azureFile": ("secretName",),
    "cephfs": ("secretRef", "name"),
    "rbd": ("secretRef", "name"),
    "iscsi": ("secretRef", "name"),
    "flexVolume": ("secretRef", "name"),
    "scaleIO": ("secretRef", "name"),
    "storageos": ("secretRef", "name"),
}


def pod_specs(kind: str, tree: Table) -> Iterator[tuple[tuple[str, ...], Table]]:
    """Every PodSpec in an object with the path to it. Unknown kinds are searched for a map with ``containers``."""
    path = _POD_SPECS.get(kind, _TEMPLATED)
    direct = at(tree, *path)
    if isinstance(direct, Table) and any(key in direct.items for key in _CONTAINERS):
        yield path, direct
        return
    skipped: tuple[str, ...] | None = None
    for where, node in walk(tree):
        if skipped is not None and where[: len(skipped)] == skipped:
            continue
        if isinstance(node, Table) and _is_pod_like(node):
            skipped = where
            yield where, node


def _is_pod_like(node: Table) -> bool:
    """A map of containers, or a step of Argo Workflows (``container``, ``script``) or Tekton (``steps``)."""
    if any(rows(node, key) for key in _CONTAINERS):
        return True
    if any("image" in table(node, key) for key in ("container", "script")):
        return True
    return any("image" in table(step) for step in rows(node, "steps"))


def pod_references(spec: Table) -> Iterator[Reference]:
    """Every Secret a PodSpec names."""
    containers = list(_containers(spec))
    for label, container in containers:
        yield from _environment(label, container)
    mounts = _mounts(containers)
    for volume in rows(spec, "volumes"):
        yield from _volume(volume, mounts.get(text(volume, "name"), []))
    for pull in rows(spec, "imagePullSecrets"):
        named = at(pull, "name")
        if named is not None and text(named):
            yield Reference(Via.IMAGE_PULL, text(named), named.place, "imagePullSecrets")


def annotation_references(item: Table, path: tuple[str, ...]) -> Iterator[Reference]:
    """Secrets that pod annotations mount into an injected sidecar (Istio's ``userVolume``, a list in JSON)."""
    node = at(item, *path[:-1], "metadata", "annotations", _SIDECAR_VOLUMES)
    if node is not None:
        for name in _SECRET_NAME.findall(text(node)):
            why = f"the annotation {_SIDECAR_VOLUMES} mounts it into the sidecar"
            yield Reference(Via.VOLUME, name, node.place, "volume of the sidecar", inferred=(why,))


def service_account(spec: Table) -> str:
    """The name of the pod's service account; ``default`` where none is given."""
    return text(spec, "serviceAccountName") or text(spec, "serviceAccount") or "default"


def _containers(spec: Table) -> Iterator[tuple[str, Tree]]:
    for field in _CONTAINERS:
        for container in rows(spec, field):
            yield text(container, "name"), container
    for key in ("container", "script", "stepTemplate"):
        if key in spec.items:
            yield text(spec, "name"), spec.items[key]
    for key in ("steps", "sidecars"):
        for step in rows(spec, key):
            yield text(step, "name"), step


def _environment(container: str, tree: Tree) -> Iterator[Reference]:
    for variable in rows(tree, "env"):
        ref = at(variable, "valueFrom", "secretKeyRef")
        name = at(ref, "name")
        if name is not None and text(name):
            key = text(ref, "key")
            yield Reference(
                Via.ENV, text(name), name.place, f"env {text(variable, 'name')}", (key,) if key else (), container,
                optional=text(ref, "optional") == "true",
            )  # fmt: skip
    for source in rows(tree, "envFrom"):
        ref = at(source, "secretRef")
        name = at(ref, "name")
        if name is not None and text(name):
            prefix = text(source, "prefix")
            yield Reference(
                Via.ENV_FROM, text(name), name.place, f"envFrom {prefix}*" if prefix else "envFrom", (), container,
                optional=text(ref, "optional") == "true",
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Mount:
    container: str
    path: str
    place: Place
    sub_path: str


def _mounts(containers: list[tuple[str, Tree]]) -> dict[str, list[_Mount]]:
    found: dict[str, list[_Mount]] = {}
    for name, container in containers:
        for mount in rows(container, "volumeMounts"):
            sub = at(mount, "subPath") or at(mount, "subPathExpr")
            where = sub.place if sub is not None and text(sub) else mount.place
            one = _Mount(name, text(mount, "mountPath"), where, text(sub))
            found.setdefault(text(mount, "name"), []).append(one)
    return found


def _volume(volume: Tree, mounts: list[_Mount]) -> Iterator[Reference]:
    secret = at(volume, "secret")
    name = at(secret, "secretName")
    if name is not None and text(name):
        yield from _mounted(Via.VOLUME, name, _items(secret), mounts, optional=text(secret, "optional") == "true")
    for source in rows(volume, "projected", "sources"):
        inner = at(source, "secret")
        name = at(inner, "name")
        if name is not None and text(name):
            optional = text(inner, "optional") == "true"
            yield from _mounted(Via.PROJECTED, name, _items(inner), mounts, optional=optional)
    csi = at(volume, "csi")
    provider = at(csi, "volumeAttributes", "secretProviderClass")
    if provider is not None and text(provider):
        for mount in mounts or [_Mount("", "", provider.place, "")]:
            how = f"CSI volume {mount.sub_path and 'subPath '}({text(provider)})"
            via = Via.SUBPATH if mount.sub_path else Via.CSI
            yield Reference(via, "", provider.place, how, (), mount.container, provider=text(provider))
    publish = at(csi, "nodePublishSecretRef", "name")
    if publish is not None and text(publish):
        yield Reference(Via.CSI_PUBLISH, text(publish), publish.place, "CSI nodePublishSecretRef")
    for kind, path in _DRIVERS.items():
        name = at(volume, kind, *path)
        if name is not None and text(name):
            yield Reference(Via.DRIVER, text(name), name.place, f"{kind} volume")


def _mounted(
    via: Via, name: Tree, items: dict[str, str], mounts: list[_Mount], *, optional: bool
) -> Iterator[Reference]:
    """One reference a mount: the same volume can be live in one container and frozen by subPath in another."""
    keys = tuple(items.values())
    if not mounts:
        yield Reference(via, text(name), name.place, f"{via.value} (not mounted)", keys, optional=optional)
        return
    for mount in mounts:
        if not mount.sub_path:
            yield Reference(via, text(name), name.place, via.value, keys, mount.container, optional=optional)
            continue
        chosen = keys
        if mount.sub_path in items:
            chosen = (items[mount.sub_path],)
        elif not items and not {"/", "$"} & set(mount.sub_path):
            chosen = (mount.sub_path,)
        yield Reference(
            Via.SUBPATH, text(name), mount.place, Via.SUBPATH.value, chosen, mount.container, optional=optional
        )


def _items(source: Tree | None) -> dict[str, str]:
    """File path in the volume -> key of the Secret; empty when all keys are mounted under their own names."""
    return {text(item, "path") or text(item, "key"): text(item, "key") for item in rows(source, "items")}
