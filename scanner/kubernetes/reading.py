"""From a text to the manifests in it, wherever they stand: whole files, islands, texts in block scalars.

Only documents that may hold something of interest are read: one pass of an expression over a document's bytes
decides, so that a folder of custom resource definitions costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from scanner.kubernetes.outline import is_loose, structured
from scanner.manifest.documents import Document, Manifest, documents, manifests
from scanner.manifest.islands import islands
from scanner.manifest.layer import Layer
from scanner.manifest.node import Scalar
from scanner.manifest.split import split
from scanner.model.text import Text

# Texts in texts in texts: a Secret in a heredoc in a ConfigMap is two.
MAX_DEPTH = 4
# Inner texts of one text, in bytes together.
MAX_INNER = 8 * 1024 * 1024
# A text must be this long to hold a manifest.
_SHORTEST_INNER = 20
# Values of a chart, written as text into an Argo CD Application or a HelmChart.
_CHART_VALUES = ("values", "valuesContent")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the documents of the text and of texts in it. ``cut`` is True where there are more than that."""

    documents: tuple[Document, ...]
    cut: bool = False

    def manifests(self) -> Iterator[Manifest]:
        """Every manifest of every document, in no particular order."""
        for document in self.documents:
            yield from manifests(document)


@lru_cache(maxsize=4)
def read(text: Text, wanted: Callable[[bytes], bool]) -> Reading:
    """The documents of ``text`` that are ``wanted`` by their bytes.

    Remembers the last few texts: regions and matches are asked for one after the other. What is wanted has no default:
    it would be remembered apart from the same one given.
    """
    return _Reader(wanted).read(text)


class _Reader:
    def __init__(self, wanted: Callable[[bytes], bool]) -> None:
        self._wanted = wanted
        self._documents: list[Document] = []
        self._inner = 0
        self._cut = False

    def read(self, text: Text) -> Reading:
        self._text(text.data, (), loose=is_loose(text) or text.scattered)
        return Reading(tuple(self._documents), self._cut or any(document.cut for document in self._documents))

    def _text(self, data: bytes, layers: tuple[Layer, ...], *, loose: bool = False, all_of_it: bool = False) -> None:
        if not loose and structured(data):
            self._structure(data, layers, all_of_it=all_of_it)
            return
        found = islands(data)
        self._cut = self._cut or found.cut
        for island in found.layers:
            # Most of a program's braces are of no interest.
            if self._is_wanted(island.data) and self._affordable(island.data, layers):
                self._structure(island.data, (island, *layers))

    def _structure(self, data: bytes, layers: tuple[Layer, ...], *, all_of_it: bool = False) -> None:
        for document in documents(data, layers=layers, wanted=None if all_of_it else self._wanted):
            self._documents.append(document)
            self._nested(document)

    def _nested(self, document: Document) -> None:
        """Texts in the document's scalars that may be manifests, or hold some."""
        for path, node in document.nodes():
            if not isinstance(node, Scalar) or len(node.value) < _SHORTEST_INNER or ":" not in node.value:
                continue
            if "\n" not in node.value and not node.value.lstrip().startswith(("{", "[")):
                continue
            value = node.value.encode("utf-8", "replace")
            chart = path and path[-1] in _CHART_VALUES
            if not (chart or self._wanted(value)) or not self._affordable(value, document.layers):
                continue
            layers = document.inner(node)
            self._text(layers[0].data, layers, all_of_it=bool(chart))

    def _is_wanted(self, data: bytes) -> bool:
        return any(self._wanted(data[start:end]) for start, end in split(data))

    def _affordable(self, data: bytes, layers: tuple[Layer, ...]) -> bool:
        self._inner += len(data)
        if len(layers) < MAX_DEPTH and self._inner <= MAX_INNER:
            return True
        self._cut = True
        return False
