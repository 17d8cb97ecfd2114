"""Reads the files of a repository into documents, leaving out what no runbook needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.manifest.documents import Document as ReadDocument
from scanner.manifest.documents import documents, manifests
from scanner.manifest.node import Mapping, Node, Scalar, Sequence
from scanner.model.span import LineIndex
from scanner.rotation.items import Document
from scanner.rotation.kustomize import FILE_NAMES
from scanner.rotation.tree import Leaf, Place, Row, Table, Tree

SUFFIXES = (".yaml", ".yml", ".json", ".yaml.gotmpl", ".yml.gotmpl", ".yaml.tpl", ".yml.tpl", ".yaml.j2", ".yml.j2")

# What is read of a file. Measured on Argo CD and Bitnami's charts: half of the documents name no Secret, run no
# container, and decide nothing about either. Workloads count even without, because patches hold parts of them.
_KINDS = (
    "Kustomization|Component|Application|ApplicationSet|GitRepository|OCIRepository|Bucket|HelmRepository|HelmRelease|"
    "Role|ClusterRole|RoleBinding|ClusterRoleBinding|ServiceAccount|Namespace|Rollout|HorizontalPodAutoscaler|ScaledObject|"
    "KubeletConfiguration|OnePasswordItem|PersistentVolumeClaim|Deployment|StatefulSet|DaemonSet|Job|CronJob|Pod|ksops"
)
_WANTED = re.compile(
    rb"ecret|redential|ontainers|ertificateRefs|onePassword|cnpg\.io|monitoring\.(?:coreos|rhobs)|argocd-cm|"
    rb"\bkind[\"']?:\s*[\"']?(?:" + _KINDS.encode() + rb")\b"
)
_UNWANTED = re.compile(rb"^kind[\"']?:\s*[\"']?CustomResourceDefinition\b", re.MULTILINE)
_A_KIND = re.compile(rb"\bkind[\"']?\s*:")

LINE_BY_LINE = "the file is not valid YAML and was read line by line"


def is_manifest_file(path: str) -> bool:
    """Whether ``path`` can hold manifests, by its name."""
    return path.endswith(SUFFIXES) or path.rpartition("/")[2] in FILE_NAMES


def is_helper_file(path: str) -> bool:
    """Whether ``path`` holds named templates of a chart."""
    return path.endswith(".tpl") and "/templates/" in f"/{path}" and not path.endswith(SUFFIXES)


def is_wanted_file(path: str) -> bool:
    """Whether the index wants to see ``path``."""
    return is_manifest_file(path) or is_helper_file(path)


def read_file(path: str, data: bytes) -> Iterator[tuple[Document, bool]]:
    """The manifests in a file, those in Lists and in Helm values included, each with whether it was read loosely.

    A kustomization may go without a kind; it has one here.
    """
    kustomization = path.rpartition("/")[2] in FILE_NAMES
    if not kustomization and not _A_KIND.search(data):
        return
    index: LineIndex | None = None
    for document in documents(data, wanted=None if kustomization else _is_wanted):
        index = index or LineIndex(data)
        converter = _Converter(path, document, index)
        loose = document.how == "lines"
        if kustomization and isinstance(document.root, Mapping):
            tree = converter.convert(document.root)
            if isinstance(tree, Table):
                yield Document("Kustomization", "kustomize.config.k8s.io/v1", tree, tree.place), loose
            continue
        for manifest in manifests(document):
            tree = converter.convert(manifest.root)
            if not isinstance(tree, Table) or (manifest.path and "metadata" not in tree.items):
                continue
            if manifest.kind.endswith("List") and "items" in tree.items:
                continue
            yield Document(manifest.kind, manifest.api_version, tree, tree.place), loose


def read_patch(path: str, data: bytes) -> Iterator[Tree]:
    """The documents of a file that is no manifest: the operations of a JSON patch, a part of an object."""
    index = LineIndex(data)
    for document in documents(data):
        yield _Converter(path, document, index).convert(document.root)


def read_values(path: str, data: bytes) -> Table | None:
    """A plain YAML mapping (Helm values, Chart.yaml); None for anything else."""
    for document in documents(data):
        tree = _Converter(path, document, LineIndex(data)).convert(document.root)
        return tree if isinstance(tree, Table) else None
    return None


def read_inline(source: str, place: Place) -> Iterator[Tree]:
    """The documents in a text that stands inside another file; every node gets that text's place."""
    data = source.encode("utf-8", "replace")
    for document in documents(data):
        yield _Converter(place.file, document, LineIndex(data), fixed=place).convert(document.root)


def _is_wanted(part: bytes) -> bool:
    return bool(_WANTED.search(part)) and not _UNWANTED.search(part)


class _Converter:
    """Nodes of one document to ``tree`` nodes. A node that is used twice is converted once."""

    def __init__(self, path: str, document: ReadDocument, index: LineIndex, *, fixed: Place | None = None) -> None:
        self._path = path
        self._document = document
        self._index = index
        self._fixed = fixed
        self._known: dict[int, Tree] = {}
        self._open: set[int] = set()

    def convert(self, node: Node) -> Tree:
        """``node`` and all below it. An alias to something that holds it is empty."""
        known = self._known.get(id(node))
        if known is not None:
            return known
        place = self._place(node)
        if id(node) in self._open:
            return Leaf("", place)
        self._open.add(id(node))
        made = self._make(node, place)
        self._open.discard(id(node))
        self._known[id(node)] = made
        return made

    def _make(self, node: Node, place: Place) -> Tree:
        if isinstance(node, Mapping):
            items: dict[str, Tree] = {}
            for key, value in node.pairs():
                items[key.value] = self._entry(key, value)
            return Table(items, place)
        if isinstance(node, Sequence):
            return Row(tuple(self.convert(item) for item in node.items()), place)
        if isinstance(node, Scalar):
            null = not node.style and node.value in ("~", "null", "Null", "NULL")
            return Leaf("" if null else node.value, place)
        return Leaf("", place)

    def _entry(self, key: Scalar, value: Node) -> Tree:
        made = self.convert(value)
        # A block scalar begins below its key; the key's line is what people look for.
        if isinstance(made, Leaf) and isinstance(value, Scalar) and value.style in ("|", ">"):
            return Leaf(made.text, self._place(key))
        return made

    def _place(self, node: Node) -> Place:
        if self._fixed is not None:
            return self._fixed
        return Place(self._path, self._index.line(self._document.place(node.span).start))
