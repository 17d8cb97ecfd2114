"""From a line of a Helm values file to the Secrets that templates of its chart make of the value."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from scanner.rotation.made import Made
from scanner.rotation.repository import Repository
from scanner.rotation.tree import Leaf, table, walk

_MAKERS = ("Secret", "SealedSecret")


def made_of_value(repository: Repository, path: str, line: int, key: str = "") -> Iterator[tuple[Made, str]]:
    """The Secrets that the value at ``line`` of the values file ``path`` goes into, with the key it is under there.

    ``key`` is the value's own name, where more than one stands on the line. The key is empty where it can be any.
    """
    for steps in _at(repository, path, line, key):
        for folder, inner in _charts(repository, path, steps):
            mention = re.compile(rf"\.Values\.{re.escape('.'.join(inner))}(?![\w.-])")
            for made in repository.made:
                if made.kind in _MAKERS and made.item.chart == (folder or ".") and (keys := _keys(made, mention)):
                    named = inner[-1] in made.keys and inner[-1] not in keys
                    yield made, keys[0] if len(keys) == 1 and not named else ""


def _at(repository: Repository, path: str, line: int, key: str) -> list[tuple[str, ...]]:
    """The paths of the values at ``line``, or that begin above it and hold it."""
    leaves = [
        (node.place.line, steps)
        for steps, node in walk(repository.values.get(path))
        if isinstance(node, Leaf) and node.place.line <= line and "[]" not in steps
    ]
    start = max((at for at, _ in leaves), default=0)
    here = [steps for at, steps in leaves if at == start]
    return [steps for steps in here if steps[-1] == key] or here


def _charts(repository: Repository, path: str, steps: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The charts whose templates see the value, and the path that they see it at.

    A chart sees its own values, a chart inside it those under its name and under ``global``. A values file that lies in
    no chart may be for any.
    """
    above = [posixpath.dirname(path)]
    while above[-1]:
        above.append(posixpath.dirname(above[-1]))
    own = next((folder for folder in above if folder in repository.charts), None)
    if own is None:
        yield from ((folder, steps) for folder in repository.charts)
        return
    yield own, steps
    inside = posixpath.join(own, "charts") + "/"
    for folder, chart in repository.charts.items():
        if folder.startswith(inside):
            if steps[0] in (chart.name, posixpath.basename(folder)) and len(steps) > 1:
                yield folder, steps[1:]
            elif steps[0] == "global":
                yield folder, steps


def _keys(made: Made, mention: re.Pattern[str]) -> list[str]:
    """The keys of which ``made`` says that they are made with what is mentioned."""
    return [
        key
        for part in ("data", "stringData")
        for key, node in table(made.item.tree, part).items()
        if isinstance(node, Leaf) and mention.search(node.text)
    ]
