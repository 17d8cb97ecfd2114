"""Entries for values that stand in plain text, without a document around them."""

from __future__ import annotations

from scanner.kubernetes.entries import Entry
from scanner.manifest.documents import Document
from scanner.manifest.node import Scalar
from scanner.model.span import Span


class Words:
    """Makes entries of parts of one text."""

    def __init__(self, data: bytes) -> None:
        whole = Span(0, len(data))
        self.data = data
        self._document = Document(Scalar("", whole), whole, "text", data)

    def entry(self, name: str, start: int, end: int) -> Entry:
        """The bytes from ``start`` to ``end``, given to ``name``."""
        value = self.data[start:end]
        scalar = Scalar(value.decode("utf-8", "replace"), Span(start, end))
        return Entry(name, scalar, self._document, value)
