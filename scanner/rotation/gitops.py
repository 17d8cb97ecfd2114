"""What carries a commit to the cluster: Argo CD Applications and Flux Kustomizations, and how long that takes.

Argo CD asks git every ``timeout.reconciliation`` plus up to ``timeout.reconciliation.jitter``: 120 s + 60 s by
default, 180 s in older versions (argo-cd docs/operator-manual/argocd-cm.yaml and high_availability.md), so 180 s
either way. Flux asks git every ``GitRepository.spec.interval`` and applies every ``Kustomization.spec.interval``;
a new revision is applied as soon as it is fetched, so the sum is the upper bound. A webhook makes both about 0.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from scanner.rotation.durations import seconds
from scanner.rotation.items import NOTHING, Delivery, Document, Item, strings
from scanner.rotation.names import has_hole
from scanner.rotation.tree import Leaf, Table, Tree, at, rows, text, texts

ARGO_POLL = 120
ARGO_JITTER = 60

_FLUX_GROUP = "kustomize.toolkit.fluxcd.io"
_SOURCE_KINDS = ("GitRepository", "OCIRepository", "Bucket", "ExternalArtifact")


@dataclass(frozen=True, slots=True)
class Path:
    """A folder of the repository that a GitOps object applies, with the namespace it gives what has none.

    ``forced`` is True where that namespace also replaces one that is written (Flux's ``targetNamespace``).
    ``components`` are folders that are added to it, ``variables`` what Flux puts in for ``${NAME}``.
    """

    folder: str
    namespace: str
    forced: bool
    release: str
    delivery: Delivery
    components: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=lambda: NOTHING)


class Deliveries:
    """Every folder that an Application or a Flux Kustomization points to."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._by_folder: dict[str, list[Path]] = {}
        self._by_component: dict[str, list[Path]] = {}
        for path in (*_argo(documents), *_flux(documents)):
            self._by_folder.setdefault(path.folder, []).append(path)
            for component in path.components:
                self._by_component.setdefault(component, []).append(path)

    def of_folder(self, folder: str) -> list[Path]:
        """What applies exactly ``folder``."""
        return self._by_folder.get(folder, [])

    def deliver(self, item: Item) -> Iterator[Item]:
        """``item`` as it is delivered: with the namespace it is applied to where it has none of its own.

        An object rendered by an overlay is delivered with the overlay, other objects with their own folder. A
        folder that is applied to several namespaces gives an item in each.
        """
        home = item.overlay if item.overlay and item.overlay != "." else item.place.file
        added = self._by_component.get(item.overlay, []) if item.overlay else []
        deepest = self._enclosing(home)
        if not (added or deepest):
            yield item
        seen: set[tuple[str, str]] = set()
        for path in (*added, *deepest):
            delivered = _delivered(item, path, added=path in added)
            if (delivered.namespace, delivered.name) not in seen:
                seen.add((delivered.namespace, delivered.name))
                yield delivered

    def _enclosing(self, home: str) -> list[Path]:
        """What applies the innermost folder at or above ``home``."""
        folder = home
        while True:
            found = self._by_folder.get(folder)
            if found or not folder:
                return found or []
            folder = folder.rpartition("/")[0]


def _delivered(item: Item, path: Path, *, added: bool) -> Item:
    namespace = item.namespace
    if path.namespace and (path.forced or not namespace or _release_namespace(namespace)):
        namespace = path.namespace
    return replace(
        item,
        name=substituted(item.name, path.variables),
        namespace=substituted(namespace, path.variables),
        delivery=path.delivery,
        # What a component adds is rendered together with the folder it is added to.
        overlay=(path.folder or ".") if added else item.overlay,
        variables=path.variables,
    )


_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::?[-=]([^}]{0,1000}))?\}")


def substituted(word: str, variables: Mapping[str, str]) -> str:
    """``word`` with Flux's ``${NAME}`` and ``${NAME:=default}`` put in as far as they are known."""
    if not variables or "${" not in word:
        return word

    def known(found: re.Match[str]) -> str:
        return variables.get(found[1], found[2] if found[2] is not None else found[0])

    return _VARIABLE.sub(known, word)


def _release_namespace(namespace: str) -> bool:
    return namespace.strip("{}- ") == ".Release.Namespace"


def _argo(documents: Sequence[Document]) -> Iterable[Path]:
    poll, where = _argo_poll(documents)
    for document in documents:
        if document.kind == "Application" and document.group == "argoproj.io":
            spec = at(document.tree, "spec")
        elif document.kind == "ApplicationSet":
            spec = at(document.tree, "spec", "template", "spec")
        else:
            continue
        automated = at(spec, "syncPolicy", "automated") is not None
        what = f"Argo CD {document.kind} {document.name}"
        interval = poll if automated else None
        source = where if automated else "no automated sync: somebody has to press the button"
        delivery = Delivery(what, interval, source, document.place)
        for entry in (at(spec, "source"), *rows(spec, "sources")):
            path = text(entry, "path")
            if path and not has_hole(path):
                release = text(entry, "helm", "releaseName") or document.name
                yield Path(_clean(path), text(spec, "destination", "namespace"), False, release, delivery)


def _argo_poll(documents: Sequence[Document]) -> tuple[int, str]:
    for document in documents:
        if document.kind == "ConfigMap" and document.name == "argocd-cm":
            given = seconds(_data(document, "timeout.reconciliation"))
            jitter = seconds(_data(document, "timeout.reconciliation.jitter"))
            if given is not None:
                extra = ARGO_JITTER if jitter is None else jitter
                return given + extra, f"timeout.reconciliation + jitter, {document.place}"
    return ARGO_POLL + ARGO_JITTER, "Argo CD's default poll of 120 s + up to 60 s jitter"


def _data(document: Document, key: str) -> str:
    node = at(document.tree, "data")
    leaf = node.items.get(key) if isinstance(node, Table) else None
    return leaf.text if isinstance(leaf, Leaf) else ""


def _flux(documents: Sequence[Document]) -> Iterable[Path]:
    sources = {
        (document.kind, document.name): document for document in documents if document.kind in _SOURCE_KINDS
    }  # fmt: skip
    for document in documents:
        if document.kind != "Kustomization" or document.group != _FLUX_GROUP:
            continue
        spec = at(document.tree, "spec")
        own = seconds(text(spec, "interval"))
        source = sources.get((text(spec, "sourceRef", "kind"), text(spec, "sourceRef", "name")))
        fetched = seconds(text(source.tree, "spec", "interval")) if source else None
        interval = own + fetched if own is not None and fetched is not None else None
        said = f"Kustomization interval {_word(spec, 'interval')}"
        said += f" + {source.kind} interval {_word(at(source.tree, 'spec'), 'interval')}" if source else ""
        if interval is None:
            said += "; the source's interval is not in this repository"
        if text(spec, "suspend") == "true":
            interval, said = None, f"suspended at {document.place}"
        delivery = Delivery(f"Flux Kustomization {document.name}", interval, said, document.place)
        namespace = text(spec, "targetNamespace")
        folder = _clean(text(spec, "path"))
        components = tuple(posixpath.normpath(posixpath.join(folder, word)) for word in texts(spec, "components"))
        variables = strings(at(spec, "postBuild", "substitute"))
        yield Path(folder, namespace, bool(namespace), document.name, delivery, components, variables)


def _word(tree: Tree | None, key: str) -> str:
    return text(tree, key) or "unknown"


def _clean(path: str) -> str:
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return "/".join(parts)
