"""Names that may hold templates: when two of them can be one and the same, and how sure that is.

``{{ ... }}`` (Helm) and ``${...}`` (Flux substitution, Argo CD) are holes whose value is not known here.
"""

from __future__ import annotations

import re
from enum import IntEnum

_HOLE = re.compile(r"\{\{.*?\}\}|\$\{[^}]*\}|\$\([A-Z_][A-Z0-9_]*\)", re.DOTALL)

_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`|(?<=:-)[^}]*|(?<=:=)[^}]*")

_INCLUDE = re.compile(r"\{\{-?\s*(?:include|template)\s+\"([^\"]+)\"\s+[.$]\w*\s*(?:\|\s*\w+\s*)*-?\}\}")

# A choice between names; which one is taken is not known here, so the whole is a hole.
_CHOICE = re.compile(r"\{\{-?\s*(?:if|else|with|range|end)\b")

# The suffix kustomize gives to generated names: ten characters of a hash, vowels and look-alikes replaced
# (sigs.k8s.io/kustomize/api/hasher, encode()).
_HASH = re.compile(r"-[bcdfghkmt2456789]{10}$")

# A name has at most 253 characters; with its templates it may be longer, but not any length.
_LONGEST = 2000

# A hole beside fewer literal characters than this would fit nearly every name.
_LITERAL_ENOUGH = 2


class Fit(IntEnum):
    """How sure it is that two names are one; ordered."""

    NONE = 0
    TEMPLATE = 1  # a template could give that name
    SAME_TEMPLATE = 2  # the same template text, in the same chart
    EXACT = 3


def has_hole(name: str) -> bool:
    """True when part of ``name`` is only known to whoever renders it."""
    return len(name) <= _LONGEST and bool(_HOLE.search(name))


def holes(word: str) -> list[str]:
    """The templates in ``word``, without what stands between them. Quoted texts in them are left out."""
    return [_QUOTED.sub('"..."', hole) for hole in _HOLE.findall(word)] if len(word) <= _LONGEST else []


def literal(name: str) -> str:
    """``name`` without its holes; nothing where a template chooses between names."""
    return "" if len(name) > _LONGEST or _CHOICE.search(name) else _HOLE.sub("", name)


def shown(name: str) -> str:
    """``name`` for people: a hole as what fills it (``<app.fullname>-db``), ``*`` where that has no short name."""
    return "*" if len(name) > _LONGEST or _CHOICE.search(name) else _HOLE.sub(_short, name)


def _short(hole: re.Match[str]) -> str:
    words = hole[0].strip("{}$()- \t\n")
    helper = helper_of(hole[0])
    if helper:
        return f"<{helper}>"
    return f"<{words}>" if re.fullmatch(r"[.\w-]+", words) else "*"


def helper_of(name: str) -> str:
    """The named template that ``name`` includes, where it is nothing else; empty otherwise."""
    found = _INCLUDE.fullmatch(name.strip())
    return found[1] if found else ""


def fit(one: str, other: str, *, same_chart: bool = False) -> Fit:
    """Whether ``one`` and ``other`` can be the same name.

    Two templates are compared by their text alone, and only inside one chart: elsewhere the same words
    give different names.
    """
    if not one or not other or max(len(one), len(other)) > _LONGEST:
        return Fit.NONE
    holes_one, holes_other = has_hole(one), has_hole(other)
    if not holes_one and not holes_other:
        return Fit.EXACT if one == other else Fit.NONE
    if holes_one and holes_other:
        return Fit.SAME_TEMPLATE if same_chart and _squeezed(one) == _squeezed(other) else Fit.NONE
    template, plain = (one, other) if holes_one else (other, one)
    if len(literal(template).strip("-._")) < _LITERAL_ENOUGH:
        return Fit.NONE
    return Fit.TEMPLATE if _gives(template, plain) else Fit.NONE


def same_template(one: str, other: str) -> bool:
    """Whether two names of one chart are the same template."""
    return has_hole(one) and has_hole(other) and _squeezed(one) == _squeezed(other)


def without_hash(name: str) -> str:
    """``name`` without the hash kustomize puts behind generated names."""
    return _HASH.sub("", name)


def _squeezed(name: str) -> str:
    """Template text with the blanks and trim marks inside its braces made alike."""
    return _HOLE.sub(lambda hole: re.sub(r"\{\{-?\s*|\s*-?\}\}|\s+", " ", hole[0]).strip(), name)


def _gives(template: str, plain: str) -> bool:
    """Whether ``template`` with something in each of its holes is ``plain``.

    By hand and not by an expression: a hostile name with many holes would take one for ever.
    """
    pieces = _HOLE.split(template)
    first, last = pieces[0], pieces[-1]
    if not plain.startswith(first) or not plain.endswith(last):
        return False
    at, end = len(first), len(plain) - len(last)
    for piece in filter(None, pieces[1:-1]):
        # Each hole holds at least one character, and the leftmost fit leaves most room for the rest.
        found = plain.find(piece, at + 1, end)
        if found < 0:
            return False
        at = found + len(piece)
    return end > at
