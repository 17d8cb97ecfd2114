"""Expressions that come with a repository: compiled once, in their own dialect, and under a time limit.

An expression can be written to run for hours. One that does not finish does not match: what it was meant
to silence is then reported, which is the safe side.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from scanner.model.errors import ConfigError

if TYPE_CHECKING:
    import regex

_SECONDS = 0.2
# Go's letters for classes and ends that Python writes otherwise.
_GO_TOKEN = re.compile(
    r"\\Q(.*?)(?:\\E|\Z)|\\([zCpP])|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|\(\?[a-zA-Z-]*U", re.DOTALL
)
_POSIX = re.compile(r"\[:\^?\w+:\]|\\.|\[", re.DOTALL)


def search(pattern: str, text: str) -> bool:
    """True when ``pattern`` (Python's dialect) fits somewhere in ``text``."""
    return _search(compiled(pattern), text)


def search_go(pattern: str, text: str) -> bool:
    """True when ``pattern`` (Go's dialect, RE2) fits somewhere in ``text``."""
    return _search(compiled_go(pattern), text)


def _search(expression: regex.Pattern[str], text: str) -> bool:
    try:
        return expression.search(text, timeout=_SECONDS) is not None
    except TimeoutError:
        return False


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> regex.Pattern[str]:
    """``pattern`` of Python's dialect. ConfigError when it is none."""
    import regex

    try:
        return regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError) as error:
        raise ConfigError(f"not an expression: {error}") from None


@lru_cache(maxsize=4096)
def compiled_go(pattern: str) -> regex.Pattern[str]:
    """``pattern`` of Go's dialect. ConfigError when it is none, or none that can be carried over."""
    import regex

    if re.search(r"\(\?[a-zA-Z-]*U", pattern):
        raise ConfigError("the flag U (swapped greediness) has no counterpart")
    try:
        # Version 1 applies ``(?i)`` from where it stands to the end of its group, as Go does.
        return regex.compile(_GO_TOKEN.sub(_from_go, pattern), regex.VERSION1)
    except (regex.error, OverflowError, RecursionError) as error:
        raise ConfigError(f"not an expression: {error}") from None


def _from_go(found: re.Match[str]) -> str:
    token = found.group()
    if token.startswith(r"\Q"):
        return re.escape(found.group(1))
    if found.group(2) == "z":
        return r"\Z"
    if found.group(2) == "C":
        return r"(?s:.)"
    if token.startswith("["):
        # An opening bracket inside a class is a plain character in Go and a nested class in version 1.
        head = 2 if token.startswith("[^") else 1
        inner = _POSIX.sub(lambda part: r"\[" if part.group() == "[" else part.group(), token[head:-1])
        inner = re.sub(r"(--|&&|\|\||~~)", lambda pair: f"\\{pair.group()[0]}\\{pair.group()[1]}", inner)
        return f"{token[:head]}{inner}]"
    return token
