"""Path patterns as expressions, by the rules of ``.gitignore``."""

from __future__ import annotations

import re
from collections.abc import Iterable

# A whole name of two stars with the slash after it: any number of folders, also none.
_ANY_FOLDERS = re.compile(r"(?:(?<=/)|^)\*\*/")
_STARS = re.compile(r"\*+")


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
    """The expression for ``body``, in time that grows with a path's length and not with its powers.

    A pattern may come from whoever wants the scan to hang. So everything up to a ``**/`` is taken at its first place
    and never tried again at a later one, which changes nothing: ``**`` reaches all that the later place would. The
    same holds for what stands between two ``*``.
    """
    *before, last = _ANY_FOLDERS.split(body)
    parts = [_names(before[0])] if before else []
    parts += [f"(?:.*?/)??{_names(part)}" for part in before[1:]]
    made = "".join(f"(?>{part})" for part in parts if part)
    return made + ("(?:.*/)?" if before else "") + _names(last)


def _names(part: str) -> str:
    """The expression for a part without folders of any number."""
    made: list[str] = []
    chunk, started, index = "", False, 0
    while index < len(part):
        stars = _STARS.match(part, index)
        if stars is None:
            taken, piece = _token(part, index)
            chunk += piece
            index += taken
            continue
        made.append(f"(?>[^/]*?{chunk})" if started else chunk)
        index = stars.end()
        # Two stars are more than one only where they are a whole name.
        whole = index == len(part) and part[: stars.start()][-1:] in ("", "/")
        if whole and len(stars.group()) > 1:
            return "".join(made) + ".*"
        chunk, started = "", True
    return "".join(made) + (f"[^/]*{chunk}" if started else chunk)


def _token(body: str, index: int) -> tuple[int, str]:
    """How many characters of the pattern are taken at ``index``, and the expression for them."""
    char = body[index]
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
    try:
        re.compile(f"[{inner}]")
    except re.error:
        # A range from behind to before (``[z-a]``) fits nothing, as git has it.
        return close + 1 - index, r"(?!)"
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
