"""What makes a Secret: the objects that say so in the repository, and the store behind them.

Field paths are those of the projects' API types: External Secrets v1, Sealed Secrets v1alpha1, secrets-store CSI
v1, cert-manager v1, Vault Secrets Operator v1beta1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scanner.rotation.items import Item, strings
from scanner.rotation.tree import Place, Tree, at, place, rows, table, text, texts

_TEMPLATE_FIELD = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|(?:index\s+\.\s+|\.\s*)\"([^\"]+)\"")


@dataclass(frozen=True, slots=True)
class Remote:
    """A value in an outside store. ``prop`` is empty for the whole entry, ``*`` where a search decides."""

    store: str
    key: str
    prop: str = ""

    def holds(self, other: Remote) -> bool:
        """True when one of the two contains the other's value."""
        same = self.store == other.store and self.key == other.key and "*" not in (self.prop, other.prop)
        return same and (not self.prop or not other.prop or self.prop == other.prop)

    def __str__(self) -> str:
        return f"{self.key}#{self.prop}" if self.prop else self.key


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where one key of the Secret comes from."""

    place: Place
    remotes: tuple[Remote, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """One Secret as one object makes it. ``keys`` are those that can be read off; ``open`` says there may be more.

    ``annotations`` are those the Secret will carry. ``immutable`` Secrets are replaced, never changed.
    """

    item: Item
    name: str
    namespace: str
    place: Place
    keys: dict[str, KeySource]
    open: bool = False
    immutable: bool = False
    annotations: tuple[tuple[str, str], ...] = ()
    store: str = ""

    @property
    def kind(self) -> str:
        """The kind of the object that makes it; kustomize's generator has none."""
        return "secretGenerator" if self.item.generated else self.item.kind

    def key_place(self, key: str) -> Place:
        """Where ``key`` is written, else where the object is."""
        source = self.keys.get(key)
        return source.place if source else self.place

    def remotes(self, key: str) -> tuple[Remote, ...]:
        """The outside values that ``key`` (or, when empty, any key) is made of.

        Where a whole entry of the store becomes the Secret, a key has the name of the entry's property.
        """
        if not key:
            return tuple(remote for source in self.keys.values() for remote in source.remotes)
        if key in self.keys:
            return self.keys[key].remotes
        whole = self.keys["*"].remotes if "*" in self.keys else ()
        return tuple(Remote(remote.store, remote.key, remote.prop or key) for remote in whole if remote.prop != "*")

    def keys_with(self, remotes: tuple[Remote, ...]) -> frozenset[str]:
        """The keys that hold any of ``remotes``; ``*`` stands for keys that cannot be told."""
        found: set[str] = set()
        for key, source in self.keys.items():
            held = [remote for own in source.remotes for remote in remotes if own.holds(remote)]
            if held:
                found |= {key} if key != "*" else {remote.prop or "*" for remote in held}
        return frozenset(found)


def made_by(item: Item) -> Iterator[Made]:
    """Every Secret that ``item`` makes; nothing for objects that make none."""
    maker = _MAKERS.get(item.kind)
    if maker is not None:
        yield from maker(item)
        return
    yield from _connection_secrets(item)


def _secret(item: Item) -> Iterator[Made]:
    if item.group:
        return
    keys: dict[str, KeySource] = {}
    for part in ("data", "stringData"):
        for key, value in table(item.tree, part).items():
            keys[key] = KeySource(value.place)
    named = {key: source for key, source in keys.items() if key != "*"}
    immutable = text(item.tree, "immutable").lower() == "true"
    annotations = tuple(item.annotations().items())
    yield Made(item, item.name, item.namespace, item.place, named, "*" in keys or not keys, immutable, annotations)


def _sealed(item: Item) -> Iterator[Made]:
    # The controller takes name and namespace from the SealedSecret itself, whatever its template says.
    spec = item.get("spec")
    keys = {key: KeySource(value.place) for key, value in table(spec, "encryptedData").items()}
    keys |= {key: KeySource(value.place) for key, value in table(spec, "template", "data").items()}
    annotations = strings(at(spec, "template", "metadata", "annotations"))
    immutable = text(spec, "template", "immutable").lower() == "true"
    yield Made(item, item.name, item.namespace, item.place, keys, not keys, immutable, tuple(annotations.items()))


def _external(item: Item) -> Iterator[Made]:
    yield from _external_spec(item, item.get("spec"), item.name)


def _cluster_external(item: Item) -> Iterator[Made]:
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


def _csi_class(item: Item) -> Iterator[Made]:
    for entry in rows(item.tree, "spec", "secretObjects"):
        store = f"SecretProviderClass/{item.namespace}/{item.name}"
        keys = {
            text(data, "key"): KeySource(data.place, (Remote(store, text(data, "objectName")),))
            for data in rows(entry, "data")
        }
        annotations = strings(at(entry, "annotations"))
        yield Made(
            item, text(entry, "secretName"), item.namespace, entry.place, keys, not keys, False,
            tuple(annotations.items()), store,
        )  # fmt: skip


def _certificate(item: Item) -> Iterator[Made]:
    name = text(item.tree, "spec", "secretName")
    if name:
        where = place(item.tree, "spec", "secretName") or item.place
        keys = {key: KeySource(where) for key in ("tls.key", "tls.crt", "ca.crt")}
        annotations = strings(item.get("spec", "secretTemplate", "annotations"))
        yield Made(item, name, item.namespace, where, keys, True, False, tuple(annotations.items()))


def _vault(item: Item) -> Iterator[Made]:
    spec = item.get("spec")
    name = text(spec, "destination", "name")
    if not name:
        return
    mount, path = text(spec, "mount"), text(spec, "path") or text(spec, "role")
    remote = Remote(f"Vault/{mount}", path)
    where = place(spec, "destination", "name") or item.place
    annotations = strings(at(spec, "destination", "annotations"))
    yield Made(
        item, name, item.namespace, where, {"*": KeySource(where, (remote,))}, True, False,
        tuple(annotations.items()), f"Vault/{mount}",
    )  # fmt: skip


def _named_like_itself(item: Item) -> Iterator[Made]:
    remote = Remote(item.kind, text(item.tree, "spec", "itemPath"))
    yield Made(
        item, item.name, item.namespace, item.place, {"*": KeySource(item.place, (remote,))}, True, store=item.kind
    )


def _doppler(item: Item) -> Iterator[Made]:
    managed = item.get("spec", "managedSecret")
    name = text(managed, "name")
    if name:
        remote = Remote("Doppler", f"{text(item.tree, 'spec', 'project')}/{text(item.tree, 'spec', 'config')}")
        where = place(managed, "name") or item.place
        namespace = text(managed, "namespace") or item.namespace
        yield Made(item, name, namespace, where, {"*": KeySource(where, (remote,))}, True, store="Doppler")


def _infisical(item: Item) -> Iterator[Made]:
    for managed in (
        item.get("spec", "managedSecretReference"),
        *rows(item.tree, "spec", "managedKubeSecretReferences"),
    ):
        name = text(managed, "secretName")
        if name:
            where = place(managed, "secretName") or item.place
            namespace = text(managed, "secretNamespace") or item.namespace
            yield Made(item, name, namespace, where, {}, True, store="Infisical")


def _cnpg(item: Item) -> Iterator[Made]:
    # CloudNativePG makes CLUSTER-app and CLUSTER-superuser unless it is given Secrets of its own.
    if item.group != "postgresql.cnpg.io":
        return
    for suffix, path in (("app", ("bootstrap", "initdb", "secret")), ("superuser", ("superuserSecret",))):
        if not text(item.get("spec"), *path, "name"):
            keys = {key: KeySource(item.place) for key in ("username", "password", "pgpass", "uri", "jdbc-uri")}
            yield Made(item, f"{item.name}-{suffix}", item.namespace, item.place, keys, True)


def _connection_secrets(item: Item) -> Iterator[Made]:
    """Crossplane's connection Secrets, and other operators that name the Secret they write in the same way."""
    for field in ("writeConnectionSecretToRef", "writeConnectionSecretsToNamespace"):
        ref = item.get("spec", field)
        name = text(ref, "name")
        if name:
            where = place(ref, "name") or item.place
            yield Made(item, name, text(ref, "namespace") or item.namespace, where, {}, True)


_Maker = Callable[[Item], Iterator[Made]]

_MAKERS: dict[str, _Maker] = {
    "Secret": _secret,
    "SealedSecret": _sealed,
    "ExternalSecret": _external,
    "ClusterExternalSecret": _cluster_external,
    "SecretProviderClass": _csi_class,
    "Certificate": _certificate,
    "VaultStaticSecret": _vault,
    "VaultDynamicSecret": _vault,
    "VaultPKISecret": _vault,
    "OnePasswordItem": _named_like_itself,
    "DopplerSecret": _doppler,
    "InfisicalSecret": _infisical,
    "Cluster": _cnpg,
}
