"""The index of a repository: every object that has to do with Secrets, as it reaches a cluster."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from scanner.rotation.bystanders import references_of
from scanner.rotation.charts import Chart, chart_of, new_chart
from scanner.rotation.gitops import Deliveries, substituted
from scanner.rotation.helpers import Helper, read_helpers
from scanner.rotation.items import Document, Item
from scanner.rotation.kustomize import FILE_NAMES, Kustomizer, Parse, generator_files
from scanner.rotation.made import Made
from scanner.rotation.mentions import Mention, index_mentions, mentions_in
from scanner.rotation.producers import made_by
from scanner.rotation.reader import (
    LINE_BY_LINE,
    is_helper_file,
    is_manifest_file,
    read_file,
    read_inline,
    read_patch,
    read_values,
)
from scanner.rotation.references import Reference, annotation_references, pod_references, pod_specs
from scanner.rotation.settings import references_in_values
from scanner.rotation.tree import Place, Table, Tree

_A_KIND = re.compile(rb"\bkind[\"']?\s*:")
# A document that has a kind of its own is no values file, whatever it is called.
_AN_OBJECT = re.compile(rb"^kind[\"']?\s*:", re.MULTILINE)
_KUSTOMIZE_GROUP = "kustomize.config.k8s.io"

# The folder of a chart that is the whole repository; an item that is of no chart has none.
_HERE = "."


@dataclass(frozen=True, slots=True)
class Pods:
    """One PodSpec of an item, where it stands, and every Secret it names."""

    path: tuple[str, ...]
    spec: Table
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Uses:
    """What one item names: in its PodSpecs, and elsewhere."""

    item: Item
    pods: tuple[Pods, ...]
    others: tuple[Reference, ...]


@dataclass(frozen=True)
class Repository:
    """What a runbook is computed from.

    ``values`` are Helm values files by path. ``notes`` are pairs of an overlay and what could not be followed in
    it. ``generators`` maps files that feed a secretGenerator to the Secrets made of them. ``files`` is how many
    manifest files there were.
    """

    items: tuple[Item, ...]
    made: tuple[Made, ...]
    charts: Mapping[str, Chart]
    values: Mapping[str, Table]
    notes: tuple[tuple[str, str], ...] = ()
    generators: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)
    files: int = 0

    def of_kind(self, *kinds: str) -> list[Item]:
        """The items of any of ``kinds``."""
        return [item for kind in kinds for item in self._by_kind.get(kind, ())]

    def chart(self, item: Item) -> Chart | None:
        """The chart whose template ``item`` is."""
        return self.charts.get("" if item.chart == _HERE else item.chart) if item.chart else None

    @cached_property
    def _by_kind(self) -> dict[str, list[Item]]:
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.kind, []).append(item)
        return found

    @cached_property
    def uses(self) -> tuple[Uses, ...]:
        """Every item that names a Secret or runs pods, read once for all runbooks."""
        found = []
        for item in self.items:
            specs = list(pod_specs(item.kind, item.tree)) if item.kind not in _NO_PODS else []
            pods = tuple(
                Pods(path, spec, (*pod_references(spec), *annotation_references(item.tree, path)))
                for path, spec in specs
            )
            others = tuple(references_of(item, tuple(path for path, _ in specs)))
            if pods or others:
                found.append(Uses(item, pods, others))
        return tuple(found)

    @cached_property
    def mentions(self) -> dict[str, list[Mention]]:
        """Scalars that could name a Secret, by their text; scripts under the empty text."""
        pods = {id(uses.item): tuple(pod.path for pod in uses.pods) for uses in self.uses}
        every = (*self.items, *self._values_items)
        return index_mentions(mention for item in every for mention in mentions_in(item, pods.get(id(item), ())))

    @cached_property
    def settings(self) -> tuple[tuple[Item, Reference], ...]:
        """Every Secret that Helm values files name."""
        return tuple((item, reference) for item in self._values_items for reference in references_in_values(item.tree))

    @cached_property
    def _values_items(self) -> tuple[Item, ...]:
        """Helm values files as if they were objects."""
        return tuple(Item("Values", "", path, "", tree, Place(path, 0)) for path, tree in self.values.items())


# Kinds that are looked at in other ways and would be searched for pods in vain.
_NO_PODS = frozenset(
    """Secret SealedSecret ExternalSecret ClusterExternalSecret SecretProviderClass Certificate Role ClusterRole
    RoleBinding ClusterRoleBinding ServiceAccount Ingress Namespace Kustomization Application ApplicationSet SecretStore
    ClusterSecretStore GitRepository HelmRepository PersistentVolumeClaim HorizontalPodAutoscaler""".split()
)


def index_repository(files: Iterable[tuple[str, bytes]]) -> Repository:
    """The index of ``files``: pairs of a path (``/`` between folders) and content. Never fails over content."""
    gathered = _Gathered()
    for path, data in files:
        gathered.add(path, data)
    return gathered.index()


class _Inline(Parse):
    """Reads patches, those inside kustomizations and those in files that are no manifests."""

    def __init__(self, patches: Mapping[str, bytes], paths: set[str]) -> None:
        self._patches = patches
        self._paths = paths

    def __call__(self, source: str, place: Place) -> Iterable[Tree]:
        return read_inline(source, place)

    def file(self, path: str) -> Iterable[Tree] | None:
        if path in self._patches:
            return read_patch(path, self._patches[path])
        return () if path in self._paths else None


class _Gathered:
    """Files read so far. Charts and overlays are worked out once all files are known."""

    def __init__(self) -> None:
        self._documents: dict[str, list[Document]] = {}
        self._kustomizations: dict[str, Document] = {}
        self._loose: set[Place] = set()
        self._charts: dict[str, Table | None] = {}
        self._values: dict[str, bytes] = {}
        self._helpers: dict[str, dict[str, Helper]] = {}
        self._patches: dict[str, bytes] = {}
        self._paths: set[str] = set()
        self._files = 0

    def add(self, path: str, data: bytes) -> None:
        """Take one file into account."""
        folder, name = posixpath.split(path)
        if is_helper_file(path):
            helpers = read_helpers(data.decode("utf-8", "replace"))
            # The chart may be the repository itself.
            self._helpers.setdefault(f"/{path}".partition("/templates/")[0][1:], {}).update(helpers)
            return
        self._paths.add(path)
        if not is_manifest_file(path):
            return
        if name == "Chart.yaml":
            self._charts[folder] = read_values(path, data)
            return
        if (name.startswith("values") or "ecret" in name) and not _AN_OBJECT.search(data):
            self._values[path] = data
        self._files += 1
        if b"op" in data and not _A_KIND.search(data):
            self._patches[path] = data
        for document, loose in read_file(path, data):
            if loose:
                self._loose.add(document.place)
            if document.kind == "Kustomization" and document.group == _KUSTOMIZE_GROUP and name in FILE_NAMES:
                self._kustomizations[folder] = document
            else:
                self._documents.setdefault(path, []).append(document)

    def index(self) -> Repository:
        """Everything put together."""
        charts, values = self._read_charts()
        every = [document for found in self._documents.values() for document in found]
        deliveries = Deliveries(every)
        charts = {folder: _released(chart, deliveries) for folder, chart in charts.items()}
        rendered = Kustomizer(self._kustomizations, self._documents, _Inline(self._patches, self._paths)).render()
        plain = [
            Item(document.kind, document.group, document.name, document.namespace, document.tree, document.place)
            for path, found in self._documents.items()
            if path not in rendered.used
            for document in found
        ]
        items = tuple(done for item in (*rendered.items, *plain) for done in self._finished(item, charts, deliveries))
        made = tuple(_named(one) for item in items for one in made_by(item) if one.name)
        return Repository(items, made, charts, values, rendered.notes, _generators(items), self._files)

    def _finished(self, item: Item, charts: Mapping[str, Chart], deliveries: Deliveries) -> Iterator[Item]:
        if item.place in self._loose:
            item = replace(item, inferred=(*item.inferred, LINE_BY_LINE))
        chart = chart_of(item.place.file, charts)
        if chart is not None:
            name, notes = chart.fill(item.name)
            namespace, more = chart.fill(item.namespace)
            # A templated namespace is the release's, or one from values: not known before it is installed.
            unknown = "{{" in namespace
            item = replace(
                item, name=name, namespace="" if unknown else namespace, chart=chart.folder or _HERE,
                inferred=(*item.inferred, *notes, *more),
            )  # fmt: skip
        yield from deliveries.deliver(item)

    def _read_charts(self) -> tuple[dict[str, Chart], dict[str, Table]]:
        values: dict[str, Table] = {}
        for path, data in self._values.items():
            tree = read_values(path, data)
            if tree is not None and "kind" not in tree.items:
                values[path] = tree
        charts = {
            folder: new_chart(
                folder, description, values.get(posixpath.join(folder, "values.yaml")), self._helpers.get(folder)
            )
            for folder, description in self._charts.items()
        }
        return charts, values


def _named(made: Made) -> Made:
    """``made`` with Flux's variables put into its name and into what it reads."""
    variables = made.item.variables
    if not variables:
        return made
    keys = {
        key: replace(source, remotes=tuple(replace(one, key=substituted(one.key, variables)) for one in source.remotes))
        for key, source in made.keys.items()
    }
    return replace(made, name=substituted(made.name, variables), keys=keys)


def _released(chart: Chart, deliveries: Deliveries) -> Chart:
    """``chart`` with its release's name and namespace, where exactly one GitOps object installs it."""
    installs = deliveries.of_folder(chart.folder)
    if len(installs) != 1:
        return chart
    return replace(chart, release=installs[0].release, namespace=installs[0].namespace)


def _generators(items: Iterable[Item]) -> dict[str, tuple[Item, ...]]:
    found: dict[str, tuple[Item, ...]] = {}
    for item in items:
        if item.generated:
            folder = posixpath.dirname(item.place.file)
            for _, path in generator_files(item.tree, folder):
                found[path] = (*found.get(path, ()), item)
    return found
