"""A text's documents, however they are written down.

    for document in documents(data):
        for manifest in manifests(document):
            manifest.kind, manifest.namespace, manifest.name
            node = manifest.root.get("spec", "template", "spec")
            document.place(node.span)          # bytes of ``data``

Reading goes from strict to forgiving: YAML or JSON as it stands; with the actions of templates made harmless;
with tabs for indentation; line by line. The last one never fails, so every document has a root. Nothing here
raises for any input, time is linear in its length. Where a limit kept some of a document from being read as what it
is, the document says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from scanner.manifest.compose import Composer, TooMuchError, UnreadableError
from scanner.manifest.layer import Layer, of_scalar
from scanner.manifest.lines import LineReader
from scanner.manifest.node import Mapping, Node, Scalar, walk
from scanner.manifest.source import Source
from scanner.manifest.split import split
from scanner.model.span import Span

# Longer documents are left to the rules that read text: at 4 MB a second this is some seconds' work.
MAX_DOCUMENT = 32 * 1024 * 1024
# Paths of longer documents are made again for each reader instead of kept.
_LONGEST_REMEMBERED = 1024 * 1024

_DIRECTIVE = re.compile(rb"^%[^\n]*", re.MULTILINE)
_JSON_LINES = re.compile(rb"\s*\{[^{\n][^\n]*\}[ \t\r]*\n\{[^{]")


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One document: its root node and how it was read (``yaml``, ``tabs``, ``lines``).

    ``span`` is the document in the text it was read from; ``layers`` are the texts around that text, the
    innermost first (empty for a file's own documents). ``cut`` is True where it is more than the limits allow.
    """

    root: Node
    span: Span
    how: str
    data: bytes = field(repr=False)
    layers: tuple[Layer, ...] = field(default=(), repr=False)
    cut: bool = False
    _walked: list[tuple[tuple[str, ...], Node]] = field(default_factory=list, repr=False)

    def nodes(self) -> Iterable[tuple[tuple[str, ...], Node]]:
        """Every node below the root as ``walk`` gives them; remembered, as each handler asks, unless it is a lot."""
        if self.span.end - self.span.start > _LONGEST_REMEMBERED:
            return walk(self.root)
        if not self._walked:
            self._walked.extend(walk(self.root))
        return self._walked

    def place(self, span: Span) -> Span:
        """The bytes of the outermost text that ``span`` (of a node) stands for."""
        for layer in self.layers:
            span = layer.outer(span)
        return span

    def inner(self, scalar: Scalar) -> tuple[Layer, ...]:
        """The layers of a text that is written as ``scalar``: for ``documents``."""
        raw = self.data[scalar.span.start : scalar.span.end]
        value = raw if scalar.template else scalar.value.encode("utf-8", "replace")
        style = "" if scalar.template else scalar.style
        return (of_scalar(raw, scalar.span.start, style=style, value=value), *self.layers)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A mapping that says what it is: ``kind`` and ``api_version`` as written, empty where missing.

    ``path`` leads from the document's root to it: empty for an ordinary manifest, ``("items", "0")`` in a List.
    """

    root: Mapping
    document: Document
    path: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """``kind``, case as written."""
        return _string(self.root, "kind")

    @property
    def api_version(self) -> str:
        """``apiVersion``, group and version."""
        return _string(self.root, "apiVersion")

    @property
    def name(self) -> str:
        """``metadata.name``, templates as written; ``generateName`` where there is no name."""
        return _string(self.root, "metadata", "name") or _string(self.root, "metadata", "generateName")

    @property
    def namespace(self) -> str:
        """``metadata.namespace`` as written, empty where the document does not say."""
        return _string(self.root, "metadata", "namespace")


def documents(
    data: bytes, *, layers: tuple[Layer, ...] = (), wanted: Callable[[bytes], bool] | None = None
) -> Iterator[Document]:
    """The documents of ``data`` in order; those whose bytes ``wanted`` refuses are not read.

    ``data`` must be ``layers[0].data`` when layers are given. Empty documents are left out; of one that is too long
    there is nothing but that.
    """
    for span in split(data):
        part = data[span.start : span.end]
        if not part.strip() or (wanted is not None and not wanted(part)):
            continue
        if len(part) > MAX_DOCUMENT:
            yield Document(Mapping(Span(span.start, span.start)), span, "lines", data, layers, cut=True)
            continue
        for root, where, how, cut in _read(part, span):
            yield Document(root, where, how, data, layers, cut)


def manifests(document: Document) -> Iterator[Manifest]:
    """The document itself if it is a manifest, and every manifest inside it: of a List, of Helm values, of a patch."""
    for path, node in document.nodes():
        if isinstance(node, Mapping) and isinstance(node.child("kind"), Scalar):
            yield Manifest(node, document, path)


def _read(part: bytes, span: Span) -> Iterator[tuple[Node, Span, str, bool]]:
    if b"%" in part:
        part = _DIRECTIVE.sub(lambda found: b"#" * len(found.group()), part)
    source = Source(part, span.start)
    cut = False
    for how, readable in _variants(source, part):
        try:
            root = Composer(source, readable).compose()
        except UnreadableError as error:
            cut = cut or isinstance(error, TooMuchError)
            continue
        if root is not None:
            yield root, span, how, False
        return
    if _JSON_LINES.match(part):
        yield from _json_lines(part, span)
    else:
        yield LineReader(source).read(), span, "lines", cut


def _variants(source: Source, part: bytes) -> Iterator[tuple[str, str]]:
    yield "yaml", source.readable
    if b"\t" in part:
        yield "tabs", source.without_tabs()
    if part.lstrip()[:1] in (b"{", b"[", b"/") and (b"/*" in part or b"//" in part):
        yield "comments", source.without_comments()


def _json_lines(part: bytes, span: Span) -> Iterator[tuple[Node, Span, str, bool]]:
    at = span.start
    for line in part.split(b"\n"):
        source = Source(line, at)
        end = at + len(line)
        cut = False
        try:
            root = Composer(source).compose()
        except UnreadableError as error:
            root, cut = LineReader(source).read(), isinstance(error, TooMuchError)
        if root is not None:
            yield root, Span(at, end), "yaml", cut
        at = end + 1


def _string(node: Node, *path: str) -> str:
    found = node.get(*path)
    return found.text.strip() if found is not None else ""
