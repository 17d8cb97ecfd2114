"""Where in a text manifests may stand, and whether one does: asked before what reads YAML is imported.

Words of manifests are in many programs that hold none, and importing the readers takes longer than scanning hundreds
of such files.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from scanner.manifest.islands import islands
from scanner.manifest.split import split
from scanner.model.filekind import FileKind
from scanner.model.text import Text

_ISLANDS_IN = frozenset({FileKind.CODE, FileKind.SHELL, FileKind.PROSE, FileKind.MINIFIED})
# Of the lines before the first that says something, each is taken in one way: with two for every line that ends in
# "\r\n", as many as there are would take the time of two to the power of them.
_STRUCTURED = re.compile(
    rb"""\A(?:\xef\xbb\xbf)?(?>[ \t\r]*(?:\#.*|//.*|---.*|\.\.\.|%.*|\{\{(?:[^}]|\}(?!\}))*\}\}[ \t]*)?\r?\n)*?
        [ \t\xc2\xa0]*(?:["'&*<]?[\w.$/@-][^\n:=(]{0,200}:(?:[ \t\r\n]|$)|[-?][ \t\r\n]|["']?\{\{|[\[{])""",
    re.VERBOSE,
)


def is_loose(text: Text) -> bool:
    """True for prose and programs: manifests in them are islands."""
    return text.kind in _ISLANDS_IN


def structured(data: bytes) -> bool:
    """True when the first line that says something is one of YAML or JSON."""
    return _STRUCTURED.match(data) is not None


def is_documents(text: Text) -> bool:
    """True when manifests are all there is in ``text``; in others they are islands."""
    return not is_loose(text) and not text.scattered and structured(text.data)


def holds(text: Text, wanted: Callable[[bytes], bool]) -> bool:
    """False when reading the ``wanted`` documents of ``text`` would give none."""
    parts = (text.data,) if is_documents(text) else (island.data for island in islands(text.data).layers)
    return any(wanted(part[start:end]) for part in parts for start, end in split(part))
