"""Cloud-init user data, on its own and inside Cluster API objects: passwords for the users of a machine."""

from __future__ import annotations

import re

from scanner.kubernetes import references
from scanner.kubernetes.entries import Entry
from scanner.kubernetes.findings import Findings
from scanner.kubernetes.judge import secret_values
from scanner.kubernetes.resource import entry_of, part_of
from scanner.manifest.documents import Document
from scanner.manifest.node import Node, Scalar

_LINE = re.compile(r"^[ \t]*([\w.-]+):(\S+)[ \t]*$", re.MULTILINE)
_HASH = re.compile(r"\$(?:\d\w?|y|gy|sha1|md5)\$")


def handle(document: Document, out: Findings) -> None:
    """Reports passwords of ``chpasswd`` and ``plain_text_passwd``."""
    for path, node in document.nodes():
        if path and path[-1] == "chpasswd":
            secret_values(_passwords(node, document), out, detail={"kind": "cloud-config"}, rule="cloud-init-password")


def _passwords(node: Node, document: Document) -> list[Entry]:
    made: list[Entry] = []
    listed = node.child("list")
    lines = list(listed.items()) if listed is not None and not isinstance(listed, Scalar) else [listed]
    for line in lines:
        if isinstance(line, Scalar):
            for found in _LINE.finditer(line.value):
                _add(made, found.group(1), part_of(line, found.group(2), document), document)
    users = node.child("users")
    for user in users.items() if users is not None else ():
        name, password, kind = user.child("name"), user.child("password"), user.child("type")
        if isinstance(password, Scalar) and (kind is None or kind.text != "hash"):
            _add(made, name.text if name is not None else "user", password, document)
    return made


def _add(made: list[Entry], user: str, scalar: Scalar, document: Document) -> None:
    value = scalar.value
    if value in ("R", "RANDOM") or _HASH.match(value) or references.reference(value):
        return
    made.append(entry_of(f"{user}-password", scalar, document))
