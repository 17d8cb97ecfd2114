"""Single characters and flags of ``re``'s own parse, written out again as Hyperscan reads them."""

from __future__ import annotations

import re
from re import _constants as c  # type: ignore[attr-defined]
from typing import Any

REPEATS = (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT)
WORD_EDGES = {c.AT_BOUNDARY: r"\b", c.AT_NON_BOUNDARY: r"\B"}
_CATEGORY = {
    c.CATEGORY_DIGIT: r"\d",
    c.CATEGORY_NOT_DIGIT: r"\D",
    c.CATEGORY_SPACE: r"\s",
    c.CATEGORY_NOT_SPACE: r"\S",
    c.CATEGORY_WORD: r"\w",
    c.CATEGORY_NOT_WORD: r"\W",
}


def character(op: Any, value: Any) -> str:
    """The item ``op`` with ``value`` that takes one character; empty for any other."""
    if op is c.LITERAL:
        return _char(value)
    if op is c.NOT_LITERAL:
        return f"[^{_char(value)}]"
    if op is c.ANY:
        return "."
    return character_class(value) if op is c.IN else ""


def character_class(members: Any) -> str:
    """A class in brackets."""
    text = ""
    for op, value in members:
        if op is c.NEGATE:
            text += "^"
        elif op is c.LITERAL:
            text += _char(value)
        elif op is c.RANGE:
            text += f"{_char(value[0])}-{_char(value[1])}"
        else:
            text += _CATEGORY[value]
    return f"[{text}]"


def group_flags(add: int, remove: int) -> str:
    """What a group switches on and off, as it stands behind its question mark."""
    flags = ("i" if add & re.IGNORECASE else "") + ("s" if add & re.DOTALL else "")
    return flags + ("-i" if remove & re.IGNORECASE else "")


def _char(code: int) -> str:
    char = chr(code)
    return char if char.isalnum() and code < 128 else f"\\x{code:02x}"
