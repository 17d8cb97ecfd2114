"""Expressions that come with a repository: compiled once, and under a time limit.

An expression can be written to run for hours. One that does not finish does not match: what it was meant
to silence is then reported, which is the safe side.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from scanner.model.errors import ConfigError

if TYPE_CHECKING:
    import regex

_SECONDS = 0.2
# Leads an expression that was RE2's: those are translated to run over bytes. To the engine it is a comment.
_OVER_BYTES = "(?#bytes)"


def search(pattern: str, text: str) -> bool:
    """True when ``pattern`` (Python's dialect, or what ``from_go`` made) fits somewhere in ``text``."""
    subject = text.encode("utf-8", "surrogateescape") if pattern.startswith(_OVER_BYTES) else text
    try:
        return compiled(pattern).search(subject, timeout=_SECONDS) is not None
    except TimeoutError:
        return False


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> regex.Pattern[Any]:
    """``pattern``, ready to search. ConfigError when it is none."""
    import regex

    try:
        return regex.compile(pattern.encode("latin-1") if pattern.startswith(_OVER_BYTES) else pattern)
    except (regex.error, OverflowError, RecursionError, UnicodeEncodeError) as error:
        raise ConfigError(f"not an expression: {error}") from None


def from_go(pattern: str) -> str:
    """``pattern`` of Go's dialect (RE2) for ``search``. ConfigError when it is none, or has no counterpart."""
    from scanner.ruleset.re2 import Untranslatable, translate

    try:
        made = _OVER_BYTES + translate(pattern)
    except Untranslatable as error:
        raise ConfigError(str(error)) from None
    compiled(made)
    return made


def any_of(patterns: Sequence[str]) -> str:
    """One expression for several that ``from_go`` made."""
    return _OVER_BYTES + "|".join(f"(?:{pattern.removeprefix(_OVER_BYTES)})" for pattern in patterns)


def in_name(pattern: str) -> str:
    """What ``from_go`` made, to be found in a path's last component."""
    return f"{_OVER_BYTES}(?:^|/)[^/]*(?:{pattern.removeprefix(_OVER_BYTES)})"
