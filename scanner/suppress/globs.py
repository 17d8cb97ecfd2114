"""Path patterns as expressions, by the rules of ``.gitignore``."""

from __future__ import annotations

import re
from collections.abc import Iterable


def glob_expression(pattern: str) -> str:
    """An expression to ``search`` in a path with ``/`` between folders and none in front.

    A pattern without a slash inside fits a name at any depth, one with a slash is anchored at the top. A
    folder stands for all that is below it. ``*`` and ``?`` stay within a name, ``**`` does not.
    """
    body = pattern.rstrip("/")
    anchored = "/" in body
    body = body.lstrip("/")
    if body.startswith("**/"):
        body, anchored = body[3:], "/" in body[3:] and anchored
        start = r"(?:^|/)"
    else:
        start = "^" if anchored else r"(?:^|/)"
    end = "/" if pattern.endswith("/") else r"(?:/|\Z)"
    return start + _translate(body) + end


def _translate(body: str) -> str:
    made, index = "", 0
    while index < len(body):
        taken, part = _token(body, index)
        made += part
        index += taken
    return made


def _token(body: str, index: int) -> tuple[int, str]:
    """How many characters of the pattern are taken at ``index``, and the expression for them."""
    char = body[index]
    if body.startswith("**/", index):
        return 3, "(?:.*/)?"
    if body.startswith("**", index):
        return 2, ".*"
    if char == "*":
        return 1, "[^/]*"
    if char == "?":
        return 1, "[^/]"
    if char == "[":
        return _class(body, index)
    if char == "\\" and index + 1 < len(body):
        return 2, re.escape(body[index + 1])
    return 1, re.escape(char)


def _class(body: str, index: int) -> tuple[int, str]:
    close = body.find("]", index + 2)
    if close < 0:
        return 1, r"\["
    inner = re.sub(r"([\\\[&|~])", r"\\\1", body[index + 1 : close])
    if inner[0] in "!^":
        inner = "^/" + inner[1:]
    return close + 1 - index, f"[{inner}]"


class IgnoreList:
    """Lines of a ``.gitignore``-like file: the last pattern that fits decides, ``!`` takes a path back."""

    __slots__ = ("_patterns",)

    def __init__(self, lines: Iterable[str]) -> None:
        patterns = []
        for line in lines:
            pattern = line.strip()
            if pattern and not pattern.startswith("#"):
                wanted = not pattern.startswith("!")
                source = glob_expression(pattern if wanted else pattern[1:])
                patterns.append((wanted, pattern, re.compile(source)))
        self._patterns = tuple(reversed(patterns))

    def fitting(self, path: str) -> str:
        """The pattern that ignores ``path``, or an empty string."""
        for wanted, pattern, expression in self._patterns:
            if expression.search(path):
                return pattern if wanted else ""
        return ""

    def __len__(self) -> int:
        return len(self._patterns)
