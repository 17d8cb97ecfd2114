"""Named templates of a chart: which others each includes, and which names each can give. Read and not rendered."""

from __future__ import annotations

import re
from typing import NamedTuple

# Longer texts are no names; expressions over them would be slow.
LONGEST = 2000

_DEFINE = re.compile(r"\{\{-?\s*define\s+\"([^\"]+)\"\s*-?\}\}")
_INCLUDED = re.compile(r"\b(?:include|template)\s+\"([^\"]+)\"")
# With the blanks around what is in it: three ways to take a row of them are the cube of its length.
ACTION = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)
# What stands between two of these is one of the texts that a named template can give. Bounded: a hostile file may open
# any number that never close.
_CONTROL = re.compile(
    r"\{\{-?\s*(?:(?:if|else|end|with|range|define|block)\b|/\*|\$\w{1,99}\s{0,9}:?=).{0,300}?\}\}", re.DOTALL
)
# Pipes that leave a name as it is, or cut what is too long.
_PIPE = re.compile(r"\s*\|\s*(?:quote|squote|trim|toString|lower|trunc\s+\d+|trimSuffix\s+\"-\")\s*$")
_PRINTF = re.compile(r"printf\s+\"([^\"]*)\"\s+(.*)", re.DOTALL)
_ARGUMENT = re.compile(r"\(([^()]*)\)|\"([^\"]*)\"|([.$][\w.]*)")
_NAMED = re.compile(r"(?:include|template)\s+\"([^\"]+)\"\s+[.$][\w.]*")
_MOST = 50


class Helper(NamedTuple):
    """One named template. ``gives`` are names as ``spelled`` writes them."""

    includes: frozenset[str]
    gives: frozenset[str]


def read_helpers(source: str) -> dict[str, Helper]:
    """The named templates in a ``.tpl`` file."""
    found = list(_DEFINE.finditer(source))
    ends = [*(define.start() for define in found[1:]), len(source)]
    return {
        define[1]: Helper(frozenset(_INCLUDED.findall(source, define.end(), end)), _given(source[define.end() : end]))
        for define, end in zip(found, ends, strict=True)
    }


def _given(body: str) -> frozenset[str]:
    texts = (text.strip() for text in _CONTROL.split(body)[:_MOST])
    return frozenset(spelled(text) for text in texts if text and len(text) <= LONGEST and _is_one_word(text))


def _is_one_word(text: str) -> bool:
    return not re.search(r"\s", ACTION.sub("x", text).replace("x", "").strip())


def spelled(template: str) -> str:
    """``template`` with ``printf`` written out (``{{ include "x" . }}-db``), and one spelling for what is included."""
    return ACTION.sub(_written_out, template) if len(template) <= LONGEST else template


def _written_out(action: re.Match[str]) -> str:
    words, before = action[1].strip(), ""
    while words != before:
        before, words = words, _PIPE.sub("", words)
    found = _PRINTF.fullmatch(words)
    if not found:
        return _hole(words) if _NAMED.fullmatch(words) else action[0]
    pieces = found[1].split("%s")
    arguments = list(_ARGUMENT.finditer(found[2]))
    written = "".join(found[2].split())
    if len(arguments) != len(pieces) - 1 or "%" in "".join(pieces):
        return action[0]
    if "".join("".join(one[0].split()) for one in arguments) != written:
        return action[0]
    values = [one[2] if one[2] is not None else _hole(one[1] if one[1] is not None else one[3]) for one in arguments]
    return pieces[0] + "".join(value + piece for value, piece in zip(values, pieces[1:], strict=True))


def _hole(words: str) -> str:
    """What is included is the same whatever variable stands for the context."""
    named = _NAMED.fullmatch(words.strip())
    return f'{{{{ include "{named[1]}" . }}}}' if named else f"{{{{ {words.strip()} }}}}"
