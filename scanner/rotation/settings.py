"""Secrets that Helm values name: in values files, in a Flux HelmRelease, in an Argo CD Application.

What the chart does with them is decided in the chart. Many charts pass pieces of a PodSpec through, though, and
those show by their names whether the value ends in an environment variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.rotation.items import Item
from scanner.rotation.names import literal
from scanner.rotation.references import Reference, Via
from scanner.rotation.tree import Leaf, Table, Tree, at, rows, text, walk

# Fields whose names say that they name a Secret.
REFERENCE_KEY = re.compile(
    r"^(?:secretName|.*[sS]ecretRef|secretKeyRef|existingSecret|.*ExistingSecret|credentialName|.*SecretName|secretRefs?)$"
)
_RELOADER_AUTO = ("reloader.stakater.com/auto", "secret.reloader.stakater.com/auto")
_RELOADER_NAMED = "secret.reloader.stakater.com/reload"
_RELEASE_NAME = re.compile(r"\{\{-?\s*\.Release\.Name\s*-?\}\}")
_RELEASE_NAMESPACE = re.compile(r"\{\{-?\s*\.Release\.Namespace\s*-?\}\}")
_INFERRED = "Helm values name it; which workload uses it is decided in the chart"


def release_name(item: Item) -> str:
    """The name of the Helm release that ``item`` installs.

    Flux takes ``releaseName``, else the target namespace and the name (helm-controller, HelmRelease.GetReleaseName);
    Argo CD takes ``helm.releaseName``, else the Application's name.
    """
    if item.kind == "HelmRelease":
        target = text(item.tree, "spec", "targetNamespace")
        return text(item.tree, "spec", "releaseName") or (f"{target}-{item.name}" if target else item.name)
    return text(item.tree, "spec", "source", "helm", "releaseName") or item.name


def installs_charts(item: Item) -> bool:
    """Whether ``item`` is something that installs a chart with values."""
    return item.kind in ("HelmRelease", "Application", "ApplicationSet", "HelmChart", "Values")


def release_values(item: Item) -> Iterator[tuple[Table, str]]:
    """The values inside ``item``, each with the namespace that the release goes to."""
    if item.kind == "Values":
        yield item.tree, ""
        return
    if item.kind == "HelmRelease":
        values = item.get("spec", "values")
        if isinstance(values, Table):
            yield values, text(item.tree, "spec", "targetNamespace") or item.namespace
        return
    spec = item.get("spec") if item.kind == "Application" else item.get("spec", "template", "spec")
    for source in (at(spec, "source"), *rows(spec, "sources")):
        values = at(source, "helm", "valuesObject")
        if isinstance(values, Table):
            yield values, text(spec, "destination", "namespace")


def references_in_values(values: Table, *, release: str = "", namespace: str = "") -> Iterator[Reference]:
    """Every field of ``values`` that looks like a reference to a Secret, the release's name put in."""
    for path, node in walk(values):
        field = next((step for step in reversed(path) if step != "[]"), "")
        mounted = _is_secret_volume(node)
        if not field or not (mounted or REFERENCE_KEY.match(field)):
            continue
        found = named_in(node)
        if found is None:
            continue
        name = with_release(found.text, release, namespace)
        where = ".".join(step for step in path if step != "[]")
        via = _mounted_by(node) if mounted else _via(path)
        yield Reference(
            via, name, found.place, f"values {where}" + (f" ({via.value})" if mounted else ""),
            () if mounted else key_in(node), namespace=namespace, inferred=(_INFERRED,), path=path,
        )  # fmt: skip


def _is_secret_volume(node: Tree) -> bool:
    """A volume as the common library charts write it: ``{type: secret, name: ..., globalMounts: ...}``."""
    return isinstance(node, Table) and text(node, "type") == "secret" and bool(text(node, "name"))


def _mounted_by(node: Tree) -> Via:
    frozen = any(path and path[-1] in ("subPath", "subPathExpr") and text(leaf) for path, leaf in walk(node))
    return Via.SUBPATH if frozen else Via.VOLUME


def with_release(word: str, release: str, namespace: str) -> str:
    """``word`` with the release's name and namespace put in, as far as they are known."""
    word = _RELEASE_NAME.sub(release, word) if release else word
    return _RELEASE_NAMESPACE.sub(namespace, word) if namespace else word


def restarted_by_reloader(item: Item, reference: Reference) -> bool:
    """Whether annotations in the values ask Reloader to restart what the chart makes of ``reference``'s part of them.

    Annotations count for the part of the values that they stand in: a controller's for that controller.
    """
    for values, _ in release_values(item):
        for path, node in walk(values):
            if len(path) < 2 or reference.path[: len(path) - 2] != path[:-2]:
                continue
            if path[-1] in _RELOADER_AUTO and text(node) == "true":
                return True
            if path[-1] == _RELOADER_NAMED and reference.secret in map(str.strip, text(node).split(",")):
                return True
    return False


def schedule_of(item: Item, reference: Reference) -> str:
    """The schedule by which the chart runs ``reference``'s part of the values; empty for what keeps running."""
    for values, _ in release_values(item):
        for depth in range(len(reference.path) - 1, 0, -1):
            part = at(values, *reference.path[:depth])
            if text(part, "type") in ("", "cronjob"):
                found = text(part, "cronjob", "schedule") or text(part, "schedule")
                if found:
                    return found
    return ""


def named_in(node: Tree) -> Leaf | None:
    """The name in a reference: the scalar itself, or the field ``name`` of a mapping."""
    found = node if isinstance(node, Leaf) else at(node, "name")
    usable = isinstance(found, Leaf) and found.text and " " not in literal(found.text)
    return found if usable and isinstance(found, Leaf) else None


def key_in(node: Tree) -> tuple[str, ...]:
    """The key in a reference; empty when it gives none."""
    key = text(node, "key")
    return (key,) if key else ()


def _via(path: tuple[str, ...]) -> Via:
    if "envFrom" in path:
        return Via.ENV_FROM
    if "valueFrom" in path or "env" in path:
        return Via.ENV
    return Via.SETTINGS
