"""Template actions (Helm, Jinja, ERB) made harmless, character for character.

A chart's file is no YAML until it is rendered. Actions alone on their line (``{{- if .x }}``) become empty lines, the
others one word of the same length, so that what is left parses and every place stays where it is.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

# A template action. It may span lines, in Jinja when it begins with its tag: passwords hold its signs too.
_ACTION = re.compile(
    r"\{\{.{0,4000}?\}\}|\{%(?:[^\n]{0,4000}?|[-+]?\s*[a-z_]+[ \t].{0,4000}?)%\}|<%.{0,4000}?%>", re.DOTALL
)
_LONGEST = 4000
_OPENING = re.compile(r"\{(?=[{%])|<(?=%)")
_CLOSING = {"{{": "}}", "{%": "%}", "<%": "%>"}
_LINE_ENDS = re.compile(r"[^\S\n]*+(?:\n|\#|\Z)")
_WORD = "_"
# To YAML a line break of its own: blanks would do, but a block scalar may not begin with a row of them.
_EMPTY_LINE = "\r"


def has_actions(data: bytes) -> bool:
    """True when ``data`` holds the opening sign of a template action."""
    return b"{{" in data or b"{%" in data or b"<%" in data


def actions(text: str) -> Iterator[re.Match[str]]:
    """The template actions in ``text``, one after the other."""
    at = 0
    # Where the next of each closing sign is, or out of reach. A text may be full of opening ones that none closes: the
    # expression would read on from each.
    closing = dict.fromkeys(_CLOSING, -1)
    for opening in _OPENING.finditer(text):
        here = opening.start()
        if here < at:
            continue
        sign = text[here : here + 2]
        if closing[sign] < here + 2:
            place = text.find(_CLOSING[sign], here + 2)
            closing[sign] = place if place >= 0 else sys.maxsize
        if closing[sign] > here + 2 + _LONGEST:
            continue
        found = _ACTION.match(text, here)
        if found is not None:
            yield found
            at = found.end()


def harmless(text: str) -> tuple[str, list[int]]:
    """``text`` without actions, and their starts and ends in characters, flat and ascending."""
    places: list[int] = []
    parts: list[str] = []
    at = 0
    for start, end in _runs(text):
        places += (start, end)
        # Behind another one on its line it is not alone.
        line = text.rfind("\n", at, start) + 1
        alone = (line > 0 or at == 0) and not text[line:start].strip()
        if _ends_line(text, end) and (alone or "nindent" in text[start:end]):
            # "labels: {{ include .. | nindent 4 }}" goes on below with keys of its own.
            first = line if alone else start
            parts += (text[at:first], _EMPTY_LINE * (end - first))
        else:
            parts += (text[at:start], _WORD * (end - start))
        at = end
    parts.append(text[at:])
    return "".join(parts), places


def _ends_line(text: str, at: int) -> bool:
    """True when nothing but blanks or a comment follows ``at``."""
    return _LINE_ENDS.match(text, at) is not None


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Starts and ends of actions; those that follow each other with nothing but blanks between on one line are one."""
    start = end = -1
    for found in actions(text):
        if start >= 0 and text[end : found.start()].strip(" \t"):
            yield start, end
            start = -1
        start, end = found.start() if start < 0 else start, found.end()
    if start >= 0:
        yield start, end
