"""Template actions (Helm, Jinja, ERB) made harmless, character for character.

A chart's file is no YAML until it is rendered. Actions alone on their line (``{{- if .x }}``) become blanks, the
others one word of the same length, so that what is left parses and every place stays where it is.
"""

from __future__ import annotations

import re

# An action may span lines; the bound keeps unclosed ones from making the search quadratic.
_ACTION = re.compile(r"\{\{.{0,4000}?\}\}|\{%.{0,4000}?%\}|<%.{0,4000}?%>", re.DOTALL)
_FILLED = "_"


def has_actions(data: bytes) -> bool:
    """True when ``data`` holds the opening sign of a template action."""
    return b"{{" in data or b"{%" in data or b"<%" in data


def harmless(text: str) -> tuple[str, list[int]]:
    """``text`` without actions, and their starts and ends in characters, flat and ascending."""
    actions: list[int] = []
    parts: list[str] = []
    at = 0
    while (found := _ACTION.search(text, at)) is not None:
        start, end = _run(text, found)
        parts.append(text[at:start])
        parts.append(_replacement(text, start, end))
        actions += (start, end)
        at = end
    parts.append(text[at:])
    return "".join(parts), actions


def _run(text: str, first: re.Match[str]) -> tuple[int, int]:
    """Start and end of actions that follow each other with nothing but blanks between on one line."""
    start, end = first.span()
    while True:
        gap = end
        while gap < len(text) and text[gap] in " \t":
            gap += 1
        found = _ACTION.match(text, gap)
        if found is None:
            return start, end
        end = found.end()


def _replacement(text: str, start: int, end: int) -> str:
    before = text[text.rfind("\n", 0, start) + 1 : start]
    after_end = text.find("\n", end)
    after = text[end : after_end if after_end >= 0 else len(text)]
    if not before.strip() and (not after.strip() or after.lstrip().startswith("#")):
        return "".join(char if char in "\r\n" else " " for char in text[start:end])
    return _FILLED * (end - start)
