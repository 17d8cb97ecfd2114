"""Which objects a kustomization's patch or a label selector is meant for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from scanner.rotation.items import Item
from scanner.rotation.names import fit
from scanner.rotation.tree import Tree, rows, table, text, texts

if TYPE_CHECKING:
    import regex

# One requirement of a selector in text form; commas stand between requirements and inside parentheses.
_REQUIREMENT = re.compile(r"(?:[^,(]|\([^)]*\))+")
_SET = re.compile(r"\s*(\S+)\s+(in|notin)\s*\(([^)]*)\)\s*")
_EQUAL = re.compile(r"\s*([^\s=!]+)\s*(==|=|!=)\s*([^\s=!]*)\s*")

# Longer ones are no selectors; nobody writes them by hand.
_LONGEST = 2000

# Nothing in it that an expression would read in another way.
_PLAIN = re.compile(r"[\w-]*")

# Seconds for one comparison; names are short.
_PATIENCE = 0.05


def targets(target: Tree | None, item: Item) -> bool:
    """Whether a patch is meant for ``item``: by the patch's own kind and name, or by a target's patterns.

    A name and a namespace count as they are and as they were written, as in kustomize (resmap Select).
    """
    if target is None:
        return False
    written, namespace = text(item.tree, "metadata", "name") or item.name, text(item.tree, "metadata", "namespace")
    if "metadata" in table(target):
        wanted = text(target, "metadata", "namespace")
        return (
            text(target, "kind") == item.kind
            and text(target, "metadata", "name") in (written, item.name)
            and wanted in ("", item.namespace, namespace)
        )
    values = {
        "kind": (item.kind,),
        "group": (item.group,),
        "name": (item.name, written),
        "namespace": (item.namespace, namespace),
    }
    for key, candidates in values.items():
        pattern = text(target, key)
        if pattern and not any(name_fits(pattern, value) for value in candidates):
            return False
    return selects_text(text(target, "labelSelector"), item.labels()) and selects_text(
        text(target, "annotationSelector"), item.annotations()
    )


def selects_text(selector: str, labels: Mapping[str, str]) -> bool:
    """Whether a selector like ``app=web,tier in (a, b),!old`` takes ``labels``; an empty one takes all.

    One that cannot be read takes nothing.
    """
    if len(selector) > _LONGEST:
        return False
    return all(_meets(part.strip(), labels) for part in _REQUIREMENT.findall(selector) if part.strip())


def selects(selector: Tree | None, labels: Mapping[str, str]) -> bool:
    """Whether a LabelSelector (``matchLabels``, ``matchExpressions``) takes ``labels``; an empty one takes all."""
    wanted = table(selector, "matchLabels")
    if any(labels.get(key) != text(value) for key, value in wanted.items()):
        return False
    return all(_expression(entry, labels) for entry in rows(selector, "matchExpressions"))


def _expression(entry: Tree, labels: Mapping[str, str]) -> bool:
    key, values = text(entry, "key"), texts(entry, "values")
    return {
        "In": key in labels and labels[key] in values,
        "NotIn": key not in labels or labels[key] not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }.get(text(entry, "operator"), False)


def _meets(requirement: str, labels: Mapping[str, str]) -> bool:
    equal, chosen = _EQUAL.fullmatch(requirement), _SET.fullmatch(requirement)
    if equal:
        key, sign, value = equal.groups()
        return (labels.get(key) == value) == (sign != "!=")
    if chosen:
        key, sign, words = chosen.groups()
        return (labels.get(key) in set(_words(words))) == (sign == "in")
    if requirement.startswith("!"):
        return requirement[1:].strip() not in labels
    return requirement in labels


def _words(listed: str) -> Iterator[str]:
    return (word.strip() for word in listed.split(","))


def name_fits(pattern: str, name: str) -> bool:
    """Whether ``name`` as a whole meets an expression that a manifest holds; one that cannot be read fits nothing."""
    if pattern == name:
        return True
    if _PLAIN.fullmatch(pattern) or len(pattern) > _LONGEST:
        return False
    return _expression_of(pattern).fits(name)


class _Expression:
    """An expression of a repository. Whoever wrote that can write one that runs for hours: once is enough."""

    def __init__(self, pattern: str) -> None:
        import regex

        self._pattern = pattern
        self._compiled: regex.Pattern[str] | None = None
        try:
            self._compiled = regex.compile(pattern)
        except (regex.error, OverflowError, RecursionError):
            pass

    def fits(self, name: str) -> bool:
        """Whether all of ``name`` meets it; for what is no expression, whether its templates can give ``name``."""
        if self._compiled is None:
            return bool(fit(self._pattern, name))
        try:
            return self._compiled.fullmatch(name, timeout=_PATIENCE) is not None
        except TimeoutError:
            self._compiled = None
            return False


@lru_cache(maxsize=1024)
def _expression_of(pattern: str) -> _Expression:
    return _Expression(pattern)
