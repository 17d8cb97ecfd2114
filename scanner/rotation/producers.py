"""What makes a Secret: the objects that say so in the repository, and the store behind them.

Field paths are those of the projects' API types: External Secrets v1, Sealed Secrets v1alpha1, secrets-store CSI
v1, cert-manager v1, Vault Secrets Operator v1beta1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scanner.rotation.external import cluster_external, external
from scanner.rotation.items import Item, strings
from scanner.rotation.made import KeySource, Made, Remote
from scanner.rotation.tree import at, place, rows, table, text


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
    "ExternalSecret": external,
    "ClusterExternalSecret": cluster_external,
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
