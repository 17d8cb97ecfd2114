"""The Secrets that External Secrets makes: which entry of which store each key comes from, through templates.

Field paths and rules are those of external-secrets.io/v1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scanner.manifest.template import actions
from scanner.rotation.items import Item, strings
from scanner.rotation.made import KeySource, Made, Remote
from scanner.rotation.tree import Tree, at, place, rows, table, text, texts

# A field of the template's data, and not the field of a field, nor one of Helm's objects.
_FIELD = re.compile(
    r"(?<![\w)\]])\.(?!(?:Values|Release|Chart|Files|Capabilities|Template)\b)([A-Za-z_]\w*)"
    r"|\bindex\s+\.\s+\"([^\"]+)\""
)
# ``rewrite`` rules that put something before or behind every name, and can be turned round.
_EVERY = ("(.*)", "^(.*)$", "(.+)", "^(.+)$")
_AROUND = re.compile(r"([^$]*)\$(?:1|\{1\})([^$]*)")


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
    whole = tuple(_whole(rows(spec, "dataFrom"), item, default))
    template = at(target, "template")
    keys = _templated(template, fields, whole)
    # A template's data takes the place of everything that was fetched, unless it is merged into it.
    replaced = bool(table(template, "data") or rows(template, "templateFrom")) and not _merges(template)
    if whole and not replaced:
        keys["*"] = KeySource(item.place, tuple(one.remote for one in whole))
    annotations = strings(at(target, "template", "metadata", "annotations"))
    immutable = text(target, "immutable").lower() == "true"
    yield Made(
        item, text(target, "name") or name, item.namespace, item.place, keys, "*" in keys, immutable,
        tuple(annotations.items()), default,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Whole:
    """An entry that is fetched with all its properties; ``renamed`` are its rewrite rules."""

    remote: Remote
    renamed: tuple[Tree, ...] = ()

    def field(self, name: str) -> Remote | None:
        """What the template's field ``name`` can be in this entry; None where the rules give no such name."""
        if self.remote.prop:
            return self.remote
        for rule in reversed(self.renamed):
            around = _AROUND.fullmatch(text(rule, "regexp", "target"))
            if text(rule, "regexp", "source") not in _EVERY or around is None:
                # Which property it was before cannot be told.
                return replace(self.remote, maybe=True)
            before, after = around.groups()
            if not (name.startswith(before) and name.endswith(after) and len(name) > len(before) + len(after)):
                return None
            name = name.removeprefix(before).removesuffix(after)
        return replace(self.remote, prop=name)


def _whole(entries: Iterable[Tree], item: Item, default: str) -> Iterator[_Whole]:
    """The entries under ``dataFrom``; with several of them nothing says which one a property is in."""
    listed = list(entries)
    maybe = len(listed) > 1
    for entry in listed:
        store = _store(at(entry, "sourceRef"), item, "storeRef") or default
        if at(entry, "extract") is not None:
            remote = Remote(store, text(entry, "extract", "key"), text(entry, "extract", "property"), maybe)
        elif at(entry, "find") is not None:
            remote = Remote(store, text(entry, "find", "path") or text(entry, "find", "name", "regexp"), "*", maybe)
        else:
            continue
        yield _Whole(remote, tuple(rows(entry, "rewrite")))


def _merges(template: Tree | None) -> bool:
    return text(template, "mergePolicy") == "Merge"


def _templated(template: Tree | None, fields: dict[str, KeySource], whole: tuple[_Whole, ...]) -> dict[str, KeySource]:
    """The Secret's keys: the fields themselves, or what a template makes of them."""
    entries = table(template, "data")
    keys = {} if entries and not _merges(template) else dict(fields)
    for key, value in entries.items():
        remotes: dict[Remote, None] = {}
        for action in actions(text(value)):
            for named, indexed in _FIELD.findall(action[0]):
                remotes.update(dict.fromkeys(_field_remotes(named or indexed, fields, whole)))
        keys[key] = KeySource(value.place, tuple(remotes))
    for source in rows(template, "templateFrom"):
        # A template in a ConfigMap can use any field under any key.
        every = (r for field in fields.values() for r in field.remotes)
        keys.setdefault("*", KeySource(source.place, (*every, *(one.remote for one in whole))))
    return keys


def _field_remotes(name: str, fields: dict[str, KeySource], whole: tuple[_Whole, ...]) -> tuple[Remote, ...]:
    # Fields under ``data`` win over equally named ones from ``dataFrom``.
    if name in fields:
        return fields[name].remotes
    found = [remote for one in whole if (remote := one.field(name)) is not None]
    if len(found) == 1 and found[0].prop not in ("", "*"):
        return (replace(found[0], maybe=False),)  # the other entries are renamed and cannot have it
    return tuple(found)


def _store(tree: Tree | None, item: Item, key: str = "secretStoreRef") -> str:
    name = text(tree, key, "name")
    if not name:
        return ""
    kind = text(tree, key, "kind") or "SecretStore"
    return f"{kind}/{name}" if kind.startswith("Cluster") else f"{kind}/{item.namespace}/{name}"
