"""Template actions (Helm, Jinja, ERB) made harmless, character for character.

A chart's file is no YAML until it is rendered. Actions alone on their line (``{{- if .x }}``) become empty lines, the
others one word of the same length, so that what is left parses and every place stays where it is.
"""

from __future__ import annotations

import re

# A template action. It may span lines, in Jinja when it begins with its tag: passwords hold its signs too. The bound
# keeps unclosed ones from making the search quadratic.
ACTION = re.compile(
    r"\{\{.{0,4000}?\}\}|\{%(?:[^\n]{0,4000}?|[-+]?\s*[a-z_]+[ \t].{0,4000}?)%\}|<%.{0,4000}?%>", re.DOTALL
)
_WORD = "_"
# To YAML a line break of its own: blanks would do, but a block scalar may not begin with a row of them.
_EMPTY_LINE = "\r"


def has_actions(data: bytes) -> bool:
    """True when ``data`` holds the opening sign of a template action."""
    return b"{{" in data or b"{%" in data or b"<%" in data


def harmless(text: str) -> tuple[str, list[int]]:
    """``text`` without actions, and their starts and ends in characters, flat and ascending."""
    actions: list[int] = []
    parts: list[str] = []
    at = 0
    while (found := ACTION.search(text, at)) is not None:
        start, end = _run(text, found)
        actions += (start, end)
        line = text.rfind("\n", 0, start) + 1
        alone = not text[line:start].strip()
        if _ends_line(text, end) and (alone or "nindent" in text[start:end]):
            # "labels: {{ include .. | nindent 4 }}" goes on below with keys of its own.
            first = max(at, line) if alone else start
            parts += (text[at:first], _EMPTY_LINE * (end - first))
        else:
            parts += (text[at:start], _WORD * (end - start))
        at = end
    parts.append(text[at:])
    return "".join(parts), actions


def _ends_line(text: str, at: int) -> bool:
    """True when nothing but blanks or a comment follows ``at``."""
    end = text.find("\n", at)
    after = text[at : end if end >= 0 else len(text)].strip()
    return not after or after.startswith("#")


def _run(text: str, first: re.Match[str]) -> tuple[int, int]:
    """Start and end of actions that follow each other with nothing but blanks between on one line."""
    start, end = first.span()
    while True:
        gap = end
        while gap < len(text) and text[gap] in " \t":
            gap += 1
        found = ACTION.match(text, gap)
        if found is None:
            return start, end
        end = found.end()
