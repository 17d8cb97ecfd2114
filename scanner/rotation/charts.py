"""Helm charts, read and not rendered: values that a template takes literally are put in, the rest stays open."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from scanner.rotation.helpers import ACTION, LONGEST, Helper, spelled
from scanner.rotation.names import helper_of, same_template
from scanner.rotation.tree import Leaf, Place, Table, at, text

_HARMLESS_PIPE = re.compile(r"\s*\|\s*(?:quote|squote|trim|toString|lower)\b")
_DEFAULT_FIRST = re.compile(r"default\s+\"([^\"]*)\"\s+(\.[\w.]+)")
_DEFAULT_PIPED = re.compile(r"(\.[\w.]+)\s*\|\s*default\s+\"([^\"]*)\"")
_FIELD = re.compile(r"\.[\w.]+")


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: its folder, name, and the defaults in its values file.

    ``helpers`` are the named templates. ``release`` and ``namespace`` are known where
    one GitOps object installs the chart.
    """

    folder: str
    name: str
    values: Table
    release: str = ""
    namespace: str = ""
    helpers: Mapping[str, Helper] = field(default_factory=lambda: MappingProxyType({}))

    def can_give(self, helper: str, other: str) -> bool:
        """Whether the named template ``helper`` includes ``other``, straight or through others"""
        return other != helper and other in self._closure(helper, lambda one: one.includes)

    def gives(self, helper: str, name: str) -> bool:
        """Whether the named template ``helper`` can give ``name``, itself or by another that it gives."""
        reached = self._closure(helper, lambda one: one.includes)
        return any(same_template(name, given) for one in reached for given in self._gives(one))

    def names_of(self, helper: str) -> set[str]:
        """The names that the named template ``helper`` can give, as templates where they are none in full."""
        reached = self._closure(helper, lambda one: filter(None, map(helper_of, one.gives)))
        return {self.fill(name)[0] for one in reached for name in self._gives(one) if not helper_of(name)}

    def _gives(self, helper: str) -> Iterable[str]:
        return self.helpers[helper].gives if helper in self.helpers else ()

    def _closure(self, helper: str, following: Callable[[Helper], Iterable[str]]) -> set[str]:
        """``helper``, the named templates ``following`` it, those following them, and so on."""
        seen: set[str] = set()
        waiting = [helper]
        while waiting:
            here = waiting.pop()
            if here not in seen:
                seen.add(here)
                waiting += following(self.helpers[here]) if here in self.helpers else ()
        return seen

    def fill(self, template: str) -> tuple[str, tuple[str, ...]]:
        """``template`` with what can be known put in, and a sentence for each value that was a default."""
        if len(template) > LONGEST or "{{" not in template:
            return template, ()
        template = spelled(template)
        notes: list[str] = []

        def known(action: re.Match[str]) -> str:
            value, note = self._value(action[1].strip())
            if value is None:
                return action[0]
            if note:
                notes.append(note)
            return value

        return ACTION.sub(known, template), tuple(dict.fromkeys(notes))

    def _value(self, expression: str) -> tuple[str | None, str]:
        expression = _HARMLESS_PIPE.sub("", expression).strip()
        fallback = ""
        first, piped = _DEFAULT_FIRST.fullmatch(expression), _DEFAULT_PIPED.fullmatch(expression)
        if first:
            fallback, expression = first[1], first[2]
        elif piped:
            expression, fallback = piped[1], piped[2]
        if not _FIELD.fullmatch(expression):
            return None, ""
        path = expression[1:].split(".")
        if path[:1] == ["Values"] and len(path) > 1:
            node = at(self.values, *path[1:])
            if isinstance(node, Leaf) and node.text and "{{" not in node.text:
                return node.text, f"{expression} has the default {node.text} ({node.place})"
            return (fallback, f"{expression} has the default {fallback}") if fallback else (None, "")
        known = {"Release.Name": self.release, "Release.Namespace": self.namespace, "Chart.Name": self.name}
        return known.get(".".join(path)) or None, ""


def chart_of(path: str, charts: Mapping[str, Chart]) -> Chart | None:
    """The innermost chart whose templates ``path`` belongs to."""
    parts = path.split("/")
    for depth in range(len(parts) - 1, 0, -1):
        if parts[depth - 1] == "templates":
            chart = charts.get("/".join(parts[: depth - 1]))
            if chart is not None:
                return chart
    return None


def new_chart(
    folder: str, description: Table | None, values: Table | None, helpers: Mapping[str, Helper] | None = None
) -> Chart:
    """A chart by its Chart.yaml, values.yaml and named templates."""
    name = text(description, "name") or folder.rpartition("/")[2]
    known = values if values is not None else Table(place=Place(f"{folder}/values.yaml", 0))
    return Chart(folder, name, known, helpers=helpers or MappingProxyType({}))
