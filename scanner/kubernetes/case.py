"""One manifest on its way through the handlers."""

from __future__ import annotations

from dataclasses import dataclass, field

from scanner.kubernetes.findings import Findings, told_of
from scanner.manifest.documents import Document, Manifest
from scanner.manifest.node import Mapping, Node


@dataclass(frozen=True, slots=True)
class Case:
    """A manifest, where its findings go, and what is known of its surroundings.

    ``sops`` is True when SOPS wrote the document: what is plain in it was left out by mistake. ``done`` holds
    the identities of nodes that a handler has dealt with, so that nobody takes them for objects of their own.
    """

    manifest: Manifest
    out: Findings
    sops: bool = False
    done: set[int] = field(default_factory=set)

    @property
    def root(self) -> Mapping:
        """The manifest's own mapping."""
        return self.manifest.root

    @property
    def document(self) -> Document:
        """The document it is in."""
        return self.manifest.document

    def told(self, **more: str) -> dict[str, str]:
        """Kind, namespace and name for a finding's detail, and ``more``."""
        return {**told_of(self.manifest), **more}

    def settle(self, node: Node | None) -> None:
        """Marks ``node`` as dealt with."""
        if node is not None:
            self.done.add(id(node))
