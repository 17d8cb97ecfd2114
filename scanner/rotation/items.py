"""Kubernetes objects as they reach a cluster: named, with a namespace, in one overlay or chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from scanner.rotation.names import Fit, shown
from scanner.rotation.tree import Place, Table, Tree, table, text

# What an overlay calls objects, by their kind and the name they were written with.
Renames = dict[tuple[str, str], str]

NOTHING: Mapping[str, str] = MappingProxyType({})
NO_RENAMES: Mapping[tuple[str, str], str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Document:
    """One object as it stands in a file, before overlays and GitOps tools have their say."""

    kind: str
    api: str
    tree: Table
    place: Place

    @property
    def name(self) -> str:
        """``metadata.name``; may hold a template."""
        return text(self.tree, "metadata", "name")

    @property
    def namespace(self) -> str:
        """``metadata.namespace``; often empty."""
        return text(self.tree, "metadata", "namespace")

    @property
    def group(self) -> str:
        """The API group; empty for core objects."""
        return self.api.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What brings an object from git to the cluster, and how long a commit waits for it at most, in seconds."""

    what: str
    interval: int | None
    source: str
    place: Place


@dataclass(frozen=True, slots=True)
class Item:
    """An object in one overlay. The same document gives an item in each overlay that uses it.

    ``namespace`` is empty where nothing in the repository tells it. ``overlay`` is the folder of the outermost
    kustomization, ``chart`` the chart's folder. ``renames`` maps kinds and written names to those here.
    ``generated`` are Secrets that kustomize makes, ``hashed`` those whose name ends in a hash of the content.
    ``inferred`` says which of this was concluded and not read. ``variables`` are what Flux puts in for ``${NAME}``.
    """

    kind: str
    group: str
    name: str
    namespace: str
    tree: Table
    place: Place
    overlay: str = ""
    chart: str = ""
    renames: Mapping[tuple[str, str], str] = field(default_factory=lambda: NO_RENAMES)
    generated: bool = False
    hashed: bool = False
    delivery: Delivery | None = None
    inferred: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    def called(self, kind: str, name: str) -> str:
        """What the object is called that this one refers to as ``name``."""
        return self.renames.get((kind, name), name)

    def get(self, *path: str) -> Tree | None:
        """The node at ``path``."""
        node: Tree | None = self.tree
        for step in path:
            node = node.items.get(step) if isinstance(node, Table) else None
        return node

    def annotations(self) -> dict[str, str]:
        """The object's own annotations."""
        return strings(self.get("metadata", "annotations"))

    def labels(self) -> dict[str, str]:
        """The object's own labels."""
        return strings(self.get("metadata", "labels"))

    @property
    def label(self) -> str:
        """``ExternalSecret prod/db-creds``, for chains and messages."""
        where = f"{shown(self.namespace)}/" if self.namespace else ""
        return f"{self.kind} {where}{shown(self.name)}"


def strings(tree: Tree | None) -> dict[str, str]:
    """A mapping of scalars."""
    return {key: text(value) for key, value in table(tree).items()}


def folder(path: str) -> str:
    """The folder of a file, empty for the repository's root."""
    return path.rpartition("/")[0]


def nearness(one: str, other: str) -> int:
    """How many leading folders two files share: what stands close together belongs together."""
    shared = 0
    for left, right in zip(folder(one).split("/"), folder(other).split("/"), strict=False):
        if left != right or not left:
            break
        shared += 1
    return shared


def namespaces_meet(one: str, other: str, *, same_chart: bool = False) -> Fit:
    """Whether two namespaces can be one; an unknown one can be any."""
    if not one or not other:
        return Fit.TEMPLATE
    if same_chart:
        return Fit.EXACT if one == other else Fit.SAME_TEMPLATE
    if one == other:
        return Fit.EXACT
    return Fit.TEMPLATE if "{{" in one + other or "${" in one + other else Fit.NONE
