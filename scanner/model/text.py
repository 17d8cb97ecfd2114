"""What is scanned: one text with the name it goes by."""

from __future__ import annotations

from typing import NamedTuple

from scanner.model.filekind import FileKind, kind_of


class Text(NamedTuple):
    """Bytes in an ASCII-compatible encoding (UTF-16 and UTF-32 have been turned into UTF-8 before).

    ``path`` is what the user knows it by, with ``/`` between folders; empty where there is none (a
    commit message, standard input). Offsets in matches are byte offsets in ``data``. ``scattered``: it is a part of a
    text that does not begin as a document of YAML or JSON; what its own first line looks like means nothing.
    """

    data: bytes
    path: str = ""
    kind: FileKind = FileKind.OTHER
    scattered: bool = False

    @classmethod
    def named(cls, data: bytes, path: str) -> Text:
        """A text whose kind is read off its path."""
        return cls(data, path, kind_of(path))
