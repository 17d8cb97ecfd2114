"""Files that SOPS wrote: what is encrypted is safe, what it left in plain is not."""

from __future__ import annotations

import re

from scanner.kubernetes import ciphertext, names
from scanner.kubernetes.entries import Entry
from scanner.kubernetes.findings import Findings
from scanner.kubernetes.judge import assigned_values
from scanner.manifest.documents import Document
from scanner.manifest.node import Mapping, Node, Scalar

_MARKS = ("mac", "lastmodified", "version", "encrypted_regex", "unencrypted_suffix")
_UNENCRYPTED = re.compile(r"_unencrypted$")
# What Kubernetes needs to read: encrypting it would make no manifest.
_NEVER = frozenset({"apiVersion", "kind", "metadata", "type", "immutable", "sops"})


def written_by(document: Document) -> bool:
    """True when SOPS's own block is in the document."""
    block = document.root.child("sops")
    return isinstance(block, Mapping) and any(block.child(mark) is not None for mark in _MARKS)


def handle(document: Document, out: Findings, *, done: set[int]) -> None:
    """Claims SOPS's block and everything encrypted; reports plain leaves that are secret by name or by form."""
    block = document.root.child("sops")
    out.safe(block, document)
    entries = []
    for path, node in document.nodes():
        if not path or path[0] in _NEVER or not isinstance(node, Scalar) or not node.value.strip():
            continue
        if ciphertext.sops(node.value):
            out.safe(node, document)
        elif not _within(document.root, path, done):
            name = _UNENCRYPTED.sub("", _named(path))
            entries.append(Entry(name, node, document, node.value.encode("utf-8", "replace")))
    told = {"kind": _text(document.root, "kind"), "name": _text(document.root, "metadata", "name")}
    told["namespace"] = _text(document.root, "metadata", "namespace")
    literal = [entry for entry in entries if not names.identifier(entry.name)]
    assigned_values(literal, out, detail=told, rule="sops-unencrypted-value")


def _named(path: tuple[str, ...]) -> str:
    """The last step that is a name and no number of an entry."""
    return next((step for step in reversed(path) if not step.isdigit()), path[-1])


def _within(root: Node, path: tuple[str, ...], done: set[int]) -> bool:
    """True when a handler has dealt with a node on the way to ``path``."""
    node: Node | None = root
    for step in path:
        if node is None or id(node) in done:
            return True
        node = node.child(step) if isinstance(node, Mapping) else _entry(node, step)
    return node is None


def _entry(node: Node, step: str) -> Node | None:
    for at, item in enumerate(node.items()):
        if str(at) == step:
            return item
    return None


def _text(node: Node, *path: str) -> str:
    found = node.get(*path)
    return found.text if found is not None else ""
