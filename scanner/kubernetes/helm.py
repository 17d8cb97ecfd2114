"""Literals inside template actions: the password that a chart falls back to is in the repository all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.manifest.template import actions

_STRING = r"""(?:"((?:[^"\\\n]|\\.)++)"|`([^`\n]++)`|'([^'\n]++)')"""
# A string that becomes the value, or the value when there is no other.
_LITERALS = (
    re.compile(r"\bdefault\s+(?:\(\s*)?" + _STRING),
    re.compile(r"\bcoalesce\s[^|{}]{0,400}?" + _STRING + r"\s*(?:\||-?\}\})"),
    re.compile(r"\bb64enc\s+" + _STRING),
    # Not from each of its own quotes, or one full of them takes the square of its length.
    re.compile(r"(?<!\\)" + _STRING + r"\s*\|\s*(?:b64enc|toString|quote|squote|trim)\b"),
    re.compile(r"\{\{-?\s*" + _STRING + r"\s*-?\}\}"),
    re.compile(r"\|\s*default\(\s*" + _STRING),
    re.compile(r"\bternary\s+" + _STRING),
)
# What may stand right before such a string; after any other word it is that function's argument.
_GIVERS = frozenset(["default", "b64enc", "coalesce", "ternary", "toString", "quote", "squote", "trim", "print"])
_WORD_BEFORE = re.compile(r"(?<![\w.$])([\w.$]++)\s*+$")
# So many characters before a string are looked at: all of a long action, for each string in it, takes the square.
_BEFORE = 1000
# Of these every argument may become the value.
_CHOICE = re.compile(r"\{\{-?\s*(?:\(\s*)?coalesce\s[^|(]*$")
# Names of values and templates, formats: strings that are looked up, not used.
_LOOKED_UP = re.compile(
    r"(?:include|template|lookup|printf|index|hasKey|required|fail|tpl|dig|pluck|regex\w+|date)\s[^|]*$"
)


def literals(raw: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and text of the literals of a templated value, each once."""
    seen: set[int] = set()
    for action in actions(raw):
        for expression in _LITERALS:
            for found in expression.finditer(raw, action.start(), action.end()):
                group = next(number for number in (1, 2, 3) if found.group(number) is not None)
                start, end = found.span(group)
                before = raw[max(action.start(), start - 1 - _BEFORE) : start - 1]
                if start not in seen and (_given(before) or _CHOICE.search(before)):
                    seen.add(start)
                    yield start, end, raw[start:end]


def _given(before: str) -> bool:
    """True when a string after ``before`` becomes the value."""
    word = _WORD_BEFORE.search(before)
    return (word is None or word.group(1) in _GIVERS) and _LOOKED_UP.search(before) is None
