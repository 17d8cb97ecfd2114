"""The Secrets that External Secrets makes: which entry of which store each key comes from, through templates.

Field paths and rules are those of external-secrets.io/v1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.rotation.items import Item, strings
from scanner.rotation.made import KeySource, Made, Remote
from scanner.rotation.tree import Tree, at, place, rows, table, text, texts

_TEMPLATE_FIELD = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|(?:index\s+\.\s+|\.\s*)\"([^\"]+)\"")


def external(item: Item) -> Iterator[Made]:
    yield from _external_spec(item, item.get("spec"), item.name)


def cluster_external(item: Item) -> Iterator[Made]:
    inner = item.get("spec", "externalSecretSpec")
    name = text(item.tree, "spec", "externalSecretName") or item.name
    named = texts(item.tree, "spec", "namespaces")
    for namespace in named or ("",):
        for made in _external_spec(item, inner, name):
            yield Made(
                made.item,
                made.name,
                namespace,
                made.place,
                made.keys,
                made.open,
                made.immutable,
                made.annotations,
                made.store,
            )


def _external_spec(item: Item, spec: Tree | None, name: str) -> Iterator[Made]:
    target = at(spec, "target")
    if text(target, "creationPolicy") == "None":
        return
    default = _store(spec, item)
    fields: dict[str, KeySource] = {}
    for entry in rows(spec, "data"):
        ref = at(entry, "remoteRef")
        store = _store(at(entry, "sourceRef"), item, "storeRef") or default
        remote = Remote(store, text(ref, "key"), text(ref, "property"))
        fields[text(entry, "secretKey")] = KeySource(place(entry, "secretKey") or item.place, (remote,))
    whole: list[Remote] = []
    for entry in rows(spec, "dataFrom"):
        store = _store(at(entry, "sourceRef"), item, "storeRef") or default
        if at(entry, "extract") is not None:
            whole.append(Remote(store, text(entry, "extract", "key"), text(entry, "extract", "property")))
        elif at(entry, "find") is not None:
            whole.append(Remote(store, text(entry, "find", "path") or text(entry, "find", "name", "regexp"), "*"))
    keys = _templated(at(target, "template"), fields)
    if whole:
        keys["*"] = KeySource(item.place, tuple(whole))
    annotations = strings(at(target, "template", "metadata", "annotations"))
    immutable = text(target, "immutable").lower() == "true"
    yield Made(
        item, text(target, "name") or name, item.namespace, item.place, keys, bool(whole), immutable,
        tuple(annotations.items()), default,
    )  # fmt: skip


def _templated(template: Tree | None, fields: dict[str, KeySource]) -> dict[str, KeySource]:
    """The Secret's keys: the fields themselves, or what a template makes of them."""
    entries = table(template, "data")
    keys = {} if entries and text(template, "mergePolicy") != "Merge" else dict(fields)
    for key, value in entries.items():
        used = {found[1] or found[2] for found in _TEMPLATE_FIELD.finditer(text(value))}
        remotes = tuple(remote for name in used if name in fields for remote in fields[name].remotes)
        keys[key] = KeySource(value.place, remotes)
    for source in rows(template, "templateFrom"):
        # A template in a ConfigMap can use any field under any key.
        keys.setdefault("*", KeySource(source.place, tuple(r for field in fields.values() for r in field.remotes)))
    return keys


def _store(tree: Tree | None, item: Item, key: str = "secretStoreRef") -> str:
    name = text(tree, key, "name")
    if not name:
        return ""
    kind = text(tree, key, "kind") or "SecretStore"
    return f"{kind}/{name}" if kind.startswith("Cluster") else f"{kind}/{item.namespace}/{name}"
