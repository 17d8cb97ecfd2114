"""Kustomizations: literals of generators, and patches that write into a Secret."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kubernetes.case import Case
from scanner.kubernetes.entries import Entry
from scanner.kubernetes.findings import Findings
from scanner.kubernetes.judge import assigned_values, secret_values
from scanner.kubernetes.resource import entry_of, part_of
from scanner.kubernetes.secret import meaning
from scanner.manifest.documents import Document
from scanner.manifest.node import Mapping, Node, Scalar

_PATCHES = ("/data/", "/stringData/")


def handle(case: Case) -> None:
    """Reports literals of ``secretGenerator``, and of ``configMapGenerator`` where they are called like a secret."""
    for generator in _items(case.root.child("secretGenerator")):
        told = {**case.told(), "kind": "Secret", "name": _text(generator, "name")}
        secret_values(list(_literals(case, generator)), case.out, detail=told, rule="kustomize-secret-literal")
    for generator in _items(case.root.child("configMapGenerator")):
        told = {**case.told(), "kind": "ConfigMap", "name": _text(generator, "name")}
        assigned_values(list(_literals(case, generator)), case.out, detail=told, rule="kubernetes-resource-value")


def patches(document: Document, out: Findings) -> None:
    """Reports JSON patches that set a value of a Secret."""
    plain: list[Entry] = []
    for _, node in document.nodes():
        if not isinstance(node, Mapping):
            continue
        path, value = node.child("path"), node.child("value")
        if not isinstance(path, Scalar) or not isinstance(value, Scalar) or not path.value.startswith(_PATCHES):
            continue
        name = path.value.rsplit("/", 1)[-1].replace("~1", "/").replace("~0", "~")
        entry = entry_of(name, value, document)
        if path.value.startswith("/data/"):
            data = meaning(value.value)
            # A ConfigMap's data is plain: only base64 tells that the patch is for a Secret.
            if data is None or value.template:
                continue
            entry = Entry(name, value, document, data, encoded=True)
        plain.append(entry)
    secret_values(plain, out, detail={"kind": "patch"}, rule="kustomize-secret-literal")


def _literals(case: Case, generator: Node) -> Iterator[Entry]:
    for item in _items(generator.child("literals")):
        if isinstance(item, Scalar):
            name, equals, value = item.value.partition("=")
            text = value.strip().strip("'\"")
            if equals and text:
                yield entry_of(name.strip(), part_of(item, text, case.document), case.document)


def _items(node: Node | None) -> Iterator[Node]:
    return node.items() if node is not None else iter(())


def _text(node: Node, key: str) -> str:
    found = node.child(key)
    return found.text if found is not None else ""
