"""The index of a repository: every object that has to do with Secrets, as it reaches a cluster."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from scanner.rotation.charts import Chart, chart_of, new_chart
from scanner.rotation.gitops import Path, delivered_paths, with_delivery
from scanner.rotation.items import Document, Item
from scanner.rotation.kustomize import FILE_NAMES, Kustomizer, Parse, generator_files
from scanner.rotation.producers import Made, made_by
from scanner.rotation.reader import LINE_BY_LINE, is_manifest_file, read_file, read_inline, read_values
from scanner.rotation.tree import Place, Table, Tree

_KUSTOMIZE_GROUP = "kustomize.config.k8s.io"


@dataclass(frozen=True, slots=True)
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
        return [item for item in self.items if item.kind in kinds]

    def chart(self, item: Item) -> Chart | None:
        """The chart whose template ``item`` is."""
        return self.charts.get(item.chart) if item.chart else None


def index_repository(files: Iterable[tuple[str, bytes]]) -> Repository:
    """The index of ``files``: pairs of a path (``/`` between folders) and content. Never fails over content."""
    gathered = _Gathered()
    for path, data in files:
        gathered.add(path, data)
    return gathered.index()


class _Inline(Parse):
    def __call__(self, source: str, place: Place) -> Iterable[Tree]:
        return read_inline(source, place)


class _Gathered:
    """Files read so far. Charts and overlays are worked out once all files are known."""

    def __init__(self) -> None:
        self._documents: dict[str, list[Document]] = {}
        self._kustomizations: dict[str, Document] = {}
        self._loose: set[Place] = set()
        self._charts: dict[str, Table | None] = {}
        self._values: dict[str, bytes] = {}
        self._files = 0

    def add(self, path: str, data: bytes) -> None:
        """Take one file into account."""
        folder, name = posixpath.split(path)
        if not is_manifest_file(path):
            return
        if name == "Chart.yaml":
            self._charts[folder] = read_values(path, data)
            return
        if name.startswith("values") or "ecret" in name:
            self._values[path] = data
        self._files += 1
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
        paths = delivered_paths(every)
        charts = {folder: _released(chart, paths) for folder, chart in charts.items()}
        rendered = Kustomizer(self._kustomizations, self._documents, _Inline()).render()
        plain = [
            Item(document.kind, document.group, document.name, document.namespace, document.tree, document.place)
            for path, found in self._documents.items()
            if path not in rendered.used
            for document in found
        ]
        items = tuple(self._finished(item, charts, paths) for item in (*rendered.items, *plain))
        made = tuple(one for item in items for one in made_by(item) if one.name)
        return Repository(items, made, charts, values, rendered.notes, _generators(items), self._files)

    def _finished(self, item: Item, charts: Mapping[str, Chart], paths: Sequence[Path]) -> Item:
        if item.place in self._loose:
            item = replace(item, inferred=(*item.inferred, LINE_BY_LINE))
        chart = chart_of(item.place.file, charts)
        if chart is not None:
            name, notes = chart.fill(item.name)
            namespace, more = chart.fill(item.namespace)
            unknown = "{{" in namespace and "Release.Namespace" in namespace
            item = replace(
                item, name=name, namespace="" if unknown else namespace, chart=chart.folder,
                inferred=(*item.inferred, *notes, *more),
            )  # fmt: skip
        return with_delivery(item, paths)

    def _read_charts(self) -> tuple[dict[str, Chart], dict[str, Table]]:
        values: dict[str, Table] = {}
        for path, data in self._values.items():
            tree = read_values(path, data)
            if tree is not None and "kind" not in tree.items:
                values[path] = tree
        charts = {
            folder: new_chart(folder, description, values.get(f"{folder}/values.yaml" if folder else "values.yaml"))
            for folder, description in self._charts.items()
        }
        return charts, values


def _released(chart: Chart, paths: Sequence[Path]) -> Chart:
    """``chart`` with its release's name and namespace, where exactly one GitOps object installs it."""
    installs = [path for path in paths if path.folder == chart.folder]
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
