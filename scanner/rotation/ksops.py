"""Secrets that ksops, a generator for kustomize, makes of files encrypted with SOPS (kustomize-sops README).

``files`` are encrypted manifests; ``secretFrom`` builds Secrets of encrypted files as kustomize's own generator does of
plain ones.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from scanner.rotation.items import Document, Item, folder, strings
from scanner.rotation.tree import Leaf, Row, Table, at, rows, table, texts, with_entry

KIND = "ksops"

_BEHAVIOR = "kustomize.config.k8s.io/behavior"
_HASHED = "kustomize.config.k8s.io/needs-hash"


def encrypted_manifests(generator: Document) -> list[str]:
    """The paths of the manifests that ``generator`` decrypts."""
    home = folder(generator.place.file)
    return [posixpath.normpath(posixpath.join(home, path)) for path in texts(generator.tree, "files")]


def decrypted(generator: Document, documents: Mapping[str, Sequence[Document]]) -> Iterator[tuple[Item, str]]:
    """Each object of the encrypted manifests, and each Secret built of encrypted files, with its ``behavior``."""
    for path in encrypted_manifests(generator):
        for found in documents.get(path, ()):
            yield _finished(found.kind, found.group, found.name, found.namespace, found.tree, generated=False)
    for entry in rows(generator.tree, "secretFrom"):
        if isinstance(entry, Table):
            tree = with_entry(entry, ("data",), _keys(entry))
            # ``binaryFiles`` differ from ``files`` by what is done to their content alone.
            files = (*rows(entry, "files"), *rows(entry, "binaryFiles"))
            tree = with_entry(with_entry(tree, ("files",), Row(files, entry.place)), (KIND,), Leaf("true", entry.place))
            made = Document("Secret", "v1", tree, entry.place)
            yield _finished("Secret", "", made.name, made.namespace, tree, generated=True)


def _finished(kind: str, group: str, name: str, namespace: str, tree: Table, *, generated: bool) -> tuple[Item, str]:
    notes = strings(at(tree, "metadata", "annotations"))
    hashed = notes.get(_HASHED) == "true"
    item = Item(kind, group, name, namespace, tree, tree.place, generated=generated, hashed=hashed)
    return item, notes.get(_BEHAVIOR, "")


def _keys(entry: Table) -> Table:
    keys: dict[str, Leaf] = {}
    for word in (*texts(entry, "files"), *texts(entry, "binaryFiles")):
        key, _, path = word.rpartition("=")
        keys[key or posixpath.basename(path)] = Leaf("", entry.place)
    if texts(entry, "envs"):
        keys["*"] = Leaf("", entry.place)
    return Table({**table(entry, "data"), **keys}, entry.place)
