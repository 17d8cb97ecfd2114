"""Kinds that fetch secrets from elsewhere (External Secrets, Vault's operator, 1Password, Doppler, CSI).

They hold references, and those are safe. Leaks are the literals that people write beside them: values of fake
stores, of templates, of request headers, credentials in a store's ``auth``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.kubernetes import advice, names
from scanner.kubernetes.case import Case
from scanner.kubernetes.entries import Entry, of_mapping
from scanner.kubernetes.findings import TYPED
from scanner.kubernetes.judge import assigned_values, secret_values
from scanner.manifest.node import Mapping, Node, Scalar, Sequence, walk

_REFERENCE = re.compile(r"(?:Ref|Refs|Reference|Selector|caBundle|caProvider|secretName)$")
_ID_KEYS = frozenset(
    """roleId role clientId client_id tenantId tenantID subscriptionId serviceAccountRef path mountPath server url
    version region service vaultUrl authType environmentType projectID project location type username name namespace
    kind key property audience audiences apiVersion method timeout account""".split()
)


def external_secret(case: Case) -> None:
    """ExternalSecret, ClusterExternalSecret, PushSecret."""
    spec = case.root.child("spec")
    if spec is None:
        return
    inner = spec.child("externalSecretSpec") or spec
    for name in ("data", "dataFrom", "secretStoreRef", "secretStoreRefs", "selector"):
        case.out.safe(inner.child(name), case.document)
    template = inner.get("target", "template") or inner.child("template")
    case.settle(template)
    if template is not None:
        _template(case, template)
    advice.refresh(case, inner)
    advice.target_manifest(case, inner)


def store(case: Case) -> None:
    """SecretStore and ClusterSecretStore: fake data, request literals, anything under ``auth`` that is no reference."""
    provider = case.root.get("spec", "provider")
    if provider is None:
        return
    fake = provider.get("fake", "data")
    secret_values(_fake(case, fake), case.out, detail=case.told(provider="fake"), rule="secretstore-literal")
    found: list[Entry] = []
    literal: list[Entry] = []
    for path, node in walk(provider):
        if not isinstance(node, Scalar) or not path or path[0] == "fake":
            continue
        if any(_REFERENCE.search(step) for step in path):
            case.out.safe(node, case.document)
        elif "auth" in path[:-1] and path[-1] not in _ID_KEYS:
            (literal if names.promising(path[-1]) else found).append(_entry(case, path[-1], node))
        elif path[0] == "webhook" or "headers" in path:
            found.append(_entry(case, path[-1], node))
    told = case.told(provider=_provider(provider))
    secret_values(literal, case.out, detail=told, rule="secretstore-literal")
    assigned_values(found, case.out, detail=told, rule="secretstore-literal")


def generator(case: Case) -> None:
    """Generators ``Fake`` (its data is what it makes), ``Webhook`` and ``VaultDynamicSecret`` (literal parameters)."""
    spec = case.root.child("spec")
    if spec is None or "external-secrets.io" not in case.manifest.api_version:
        return
    data = spec.child("data")
    if case.manifest.kind == "Fake" and data is not None:
        pairs = of_mapping(data.pairs(), case.document)
        secret_values(pairs, case.out, detail=case.told(provider="fake"), rule="secretstore-literal")
        return
    found = [_entry(case, path[-1], node) for path, node in _scalars(spec) if path[-1] not in _ID_KEYS]
    assigned_values(found, case.out, detail=case.told(), rule="secretstore-literal")


def provider_class(case: Case) -> None:
    """SecretProviderClass: names and paths, in YAML inside strings; a literal credential is one by its form."""
    parameters = case.root.get("spec", "parameters")
    if parameters is not None:
        entries = of_mapping(parameters.pairs(), case.document)
        for entry in entries:
            case.out.safe(entry.scalar, case.document)
        literal = [entry for entry in entries if names.promising(entry.name) and "\n" not in entry.scalar.value.strip()]
        assigned_values(literal, case.out, detail=case.told(), rule="secretproviderclass-literal", specific=TYPED)
    case.out.safe(case.root.get("spec", "secretObjects"), case.document)


def synced(case: Case) -> None:
    """Objects of other operators that name a secret elsewhere: 1Password, Doppler, Vault, Infisical and the like."""
    spec = case.root.child("spec")
    if spec is None:
        return
    entries = []
    for path, node in _scalars(spec):
        if any(_REFERENCE.search(step) for step in path) or path[-1] in _ID_KEYS or names.identifier(path[-1]):
            case.out.safe(node, case.document)
        else:
            entries.append(_entry(case, path[-1], node))
    assigned_values(entries, case.out, detail=case.told(), rule="kubernetes-resource-value")


def _template(case: Case, template: Node) -> None:
    """Literals that the operator writes into the Secret beside what it fetched."""
    data = template.child("data")
    entries = of_mapping(data.pairs() if data is not None else (), case.document)
    for part in _items(template.child("templateFrom")):
        literal = part.child("literal")
        if isinstance(literal, Scalar):
            entries.append(_entry(case, "literal", literal))
    secret_values(entries, case.out, detail=case.told(), rule="externalsecret-literal")


def _fake(case: Case, data: Node | None) -> list[Entry]:
    """Entries ``{key, value}`` or ``{key, valueMap}`` of a fake store."""
    made: list[Entry] = []
    for item in _items(data):
        key, value = item.child("key"), item.child("value")
        if isinstance(value, Scalar):
            made.append(_entry(case, key.text if key is not None else "value", value))
        several = item.child("valueMap")
        if isinstance(several, Mapping):
            made += of_mapping(several.pairs(), case.document)
    return [Entry(entry.name.rsplit("/", 1)[-1], entry.scalar, entry.document, entry.value) for entry in made]


def _items(node: Node | None) -> Iterator[Node]:
    return node.items() if isinstance(node, Sequence) else iter(())


def _scalars(node: Node) -> Iterator[tuple[tuple[str, ...], Scalar]]:
    for path, inner in walk(node):
        if path and isinstance(inner, Scalar) and inner.value.strip():
            yield path, inner


def _entry(case: Case, name: str, scalar: Scalar) -> Entry:
    return Entry(name, scalar, case.document, scalar.value.encode("utf-8", "replace"))


def _provider(provider: Node) -> str:
    return next((key.value for key, _ in provider.pairs()), "")
