"""YAML and JSON to nodes, through libyaml's events: no objects are built, no alias is expanded.

Events instead of PyYAML's own composer, because that one is recursive and an alias bomb or a thousand brackets would
be its end. Reading is linear in the length of the text and stops at a depth and at a number of events.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from scanner.manifest.node import Mapping, Node, Scalar, Sequence
from scanner.manifest.source import Source
from scanner.model.span import Span

# libyaml's flow scanner is quadratic in depth; real manifests stay below 40.
MAX_DEPTH = 120
MAX_EVENTS = 2_000_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)*")


class UnreadableError(Exception):
    """The text is no YAML. Holds no content."""


class TooMuchError(UnreadableError):
    """The text is YAML as far as it was read, and more of it than a manifest can be."""


class Composer:
    """Builds the nodes of one document.

    ``readable`` is what libyaml gets: ``source.readable``, a variant of it, or a part that starts ``shift``
    characters in.
    """

    __slots__ = ("_anchors", "_open", "_readable", "_root", "_shift", "_source")

    def __init__(self, source: Source, readable: str | None = None, *, shift: int = 0) -> None:
        self._source = source
        self._readable = source.readable if readable is None else readable
        self._shift = shift
        self._anchors: dict[str, Node] = {}
        self._open: list[tuple[Node, Scalar | None]] = []
        self._root: Node | None = None

    def compose(self) -> Node | None:
        """The root node, None where there is nothing but comments, UnreadableError or TooMuchError."""
        try:
            self._read()
        except yaml.YAMLError:
            raise UnreadableError from None
        return self._root

    def _read(self) -> None:
        loader = _LOADER(self._readable)
        handlers = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
        }
        try:
            for _ in range(MAX_EVENTS):
                event = loader.get_event()
                handler = handlers.get(type(event))
                if handler is not None:
                    handler(event)
                elif isinstance(event, yaml.StreamEndEvent):
                    return
        finally:
            loader.dispose()
        raise TooMuchError

    def _span(self, start: int, end: int) -> Span:
        return self._source.span(start + self._shift, end + self._shift)

    def _scalar(self, event: Any) -> None:
        start, end, style = event.start_mark.index, event.end_mark.index, event.style or ""
        if event.tag is not None or event.anchor is not None:
            found = _PROPERTIES.match(self._readable, start, end)
            start = found.end() if found else start
        if style in ("'", '"'):
            start, end = start + 1, end - 1
        elif style:
            start, end = _block(self._readable, start, end)
        node = Scalar(event.value, self._span(start, end), style, event.tag or "")
        first, last = start + self._shift, end + self._shift
        if self._source.templated(first, last):
            node.value = self._source.text[first:last]
            node.template = True
        self._add(node, event.anchor)

    def _alias(self, event: Any) -> None:
        node = self._anchors.get(event.anchor)
        # An alias inside its own anchor would make a circle.
        if node is None or any(node is parent for parent, _ in self._open):
            node = Scalar("", self._span(event.start_mark.index, event.end_mark.index))
        self._add(node, None)

    def _start(self, event: Any) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise TooMuchError
        span = self._span(event.start_mark.index, event.end_mark.index)
        node: Node = Mapping(span) if isinstance(event, yaml.MappingStartEvent) else Sequence(span)
        self._add(node, event.anchor)
        self._open.append((node, None))

    def _end(self, event: Any) -> None:
        node, _ = self._open.pop()
        node.span = Span(node.span.start, self._span(event.end_mark.index, event.end_mark.index).end)

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        if not self._open:
            self._root = self._root or node
            return
        parent, key = self._open[-1]
        if isinstance(parent, Sequence):
            parent.own.append(node)
        elif isinstance(parent, Mapping):
            if key is None:
                name = node if isinstance(node, Scalar) else Scalar("", node.span)
                self._open[-1] = (parent, name)
            else:
                parent.own.append((key, node))
                self._open[-1] = (parent, None)


def _block(text: str, start: int, end: int) -> tuple[int, int]:
    """The content of a block scalar whose sign stands at ``start``: from its first letter to its last."""
    line = text.find("\n", start, end)
    if line < 0:
        return end, end
    content = text[line + 1 : end]
    stripped = content.lstrip(" \t\r\n")
    first = line + 1 + len(content) - len(stripped)
    return first, first + len(stripped.rstrip(" \t\r\n"))
