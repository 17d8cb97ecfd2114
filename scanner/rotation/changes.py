"""What a kustomization changes in all objects at once: names, namespaces, labels, annotations, replicas.

kustomize renames an object and whatever refers to it by its kind and name (its name references); fields of custom
resources are left as they are.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import replace

from scanner.rotation.items import Item, Renames
from scanner.rotation.tree import Leaf, Place, Row, Table, Tree, at, rows, table, text, with_entry

# kustomize's own list of what has no namespace is longer; these are the kinds we look at.
_CLUSTER_WIDE = {
    "Namespace", "ClusterRole", "ClusterRoleBinding", "ClusterSecretStore", "ClusterExternalSecret", "PersistentVolume",
    "StorageClass", "ClusterIssuer", "CustomResourceDefinition", "GatewayClass", "ClusterPushSecret", "CSIDriver",
}  # fmt: skip

# Kinds that keep their names (the prefix transformer of kustomize skips them).
_KEPT = ("CustomResourceDefinition", "Namespace", "APIService")

# Kinds that ``replicas`` of a kustomization counts.
_COUNTED = ("Deployment", "ReplicaSet", "ReplicationController", "StatefulSet")

# Where the annotations of the pods stand that an object makes.
_TEMPLATES = (("spec", "template"), ("spec", "jobTemplate", "spec", "template"))


def renamed(items: Sequence[Item], renames: Renames, prefix: str, suffix: str) -> list[Item]:
    """``items`` with ``prefix`` and ``suffix`` around their names; each knows what its references are called then.

    ``renames`` collects the same for those who use these items from outside.
    """
    if not prefix and not suffix:
        return list(items)
    fresh = {(one.kind, one.name): f"{prefix}{one.name}{suffix}" for one in items if one.kind not in _KEPT}
    known: dict[int, Mapping[tuple[str, str], str]] = {}
    for one in items:
        if id(one.renames) not in known:
            known[id(one.renames)] = _through(one.renames, fresh)
    outside = _through(renames, fresh)
    renames.clear()
    renames.update(outside)
    return [
        replace(one, name=fresh.get((one.kind, one.name), one.name), renames=known[id(one.renames)]) for one in items
    ]


def _through(before: Mapping[tuple[str, str], str], fresh: Mapping[tuple[str, str], str]) -> Renames:
    now = {(kind, written): fresh.get((kind, name), name) for (kind, written), name in before.items()}
    return {**fresh, **now}


def known_to_all(items: Sequence[Item], renames: Renames) -> list[Item]:
    """``items``, where each also knows the names that only objects beside it were given."""
    if not renames:
        return list(items)
    outside = {written: name for written, name in renames.items() if name}
    known: dict[int, Mapping[tuple[str, str], str]] = {}
    for one in items:
        if id(one.renames) not in known:
            known[id(one.renames)] = {**outside, **one.renames}
    return [replace(one, renames=known[id(one.renames)]) for one in items]


def in_namespace(item: Item, namespace: str) -> Item:
    """``item`` in ``namespace``, unless its kind has none."""
    return item if item.kind in _CLUSTER_WIDE else replace(item, namespace=namespace)


def annotated(items: Sequence[Item], pairs: Mapping[str, Tree], place: Place) -> list[Item]:
    """``items`` with more annotations, on themselves and on the pods they make (``commonAnnotations``)."""
    if not pairs:
        return list(items)
    done = []
    for one in items:
        tree = _with_pairs(one.tree, ("metadata", "annotations"), pairs, place)
        for path in _TEMPLATES:
            if at(tree, *path) is not None:
                tree = _with_pairs(tree, (*path, "metadata", "annotations"), pairs, place)
        done.append(replace(one, tree=tree))
    return done


def labelled(items: Sequence[Item], pairs: Mapping[str, Tree], place: Place) -> list[Item]:
    """``items`` with more labels (``commonLabels``, ``labels``)."""
    if not pairs:
        return list(items)
    return [replace(one, tree=_with_pairs(one.tree, ("metadata", "labels"), pairs, place)) for one in items]


def _with_pairs(tree: Table, path: tuple[str, ...], pairs: Mapping[str, Tree], place: Place) -> Table:
    return with_entry(tree, path, Table({**table(tree, *path), **pairs}, place))


def with_replicas(items: Sequence[Item], entries: Sequence[Tree]) -> list[Item]:
    """``items`` with the numbers of pods that ``replicas`` gives some of them."""
    counts = {text(entry, "name"): at(entry, "count") for entry in entries}
    if not counts:
        return list(items)
    done = []
    for one in items:
        count = counts.get(one.name) or counts.get(text(one.tree, "metadata", "name"))
        known = one.kind in _COUNTED and count is not None
        done.append(replace(one, tree=with_entry(one.tree, ("spec", "replicas"), count)) if known and count else one)
    return done


def merged_generator(items: Sequence[Item], made: Item, behavior: str) -> list[Item]:
    """``items`` and the generated Secret ``made``, which may change one that a base makes (``behavior``)."""
    if behavior not in ("merge", "replace"):
        return [*items, made]
    done, found = [], False
    for one in items:
        same = one.kind == "Secret" and not one.group and made.name in (one.name, _written(one))
        if not same or found:
            done.append(one)
            continue
        found = True
        done.append(_merged(one, made) if behavior == "merge" else replace(made, name=one.name, renames=one.renames))
    return done if found else [*items, made]


def _written(item: Item) -> str:
    return text(item.tree, "metadata", "name") or text(item.tree, "name") or item.name


def _merged(base: Item, made: Item) -> Item:
    tree = with_entry(base.tree, ("data",), Table({**table(base.tree, "data"), **table(made.tree, "data")}, made.place))
    for word in ("annotations", "labels"):
        pairs = table(made.tree, "metadata", word)
        if pairs:
            tree = _with_pairs(tree, ("metadata", word), pairs, made.place)
    if text(made.tree, "immutable"):
        tree = with_entry(tree, ("immutable",), Leaf("true", made.place))
    home, other = posixpath.dirname(base.place.file), posixpath.dirname(made.place.file)
    for word in ("files", "envs"):
        moved = [_moved(entry, other, home) for entry in rows(made.tree, word)]
        if moved:
            tree = with_entry(tree, (word,), Row((*rows(base.tree, word), *moved), made.place))
    return replace(base, tree=tree, hashed=base.hashed and made.hashed)


def _moved(entry: Tree, source: str, home: str) -> Tree:
    """A generator's file as it is seen from the folder ``home``."""
    if not isinstance(entry, Leaf):
        return entry
    key, sign, path = entry.text.rpartition("=")
    seen = posixpath.relpath(posixpath.join("/", source, path), posixpath.join("/", home))
    # Without a key the file's own name is the key, and that stays.
    return Leaf(f"{key}{sign}{seen}", entry.place)
