"""The commits and tags of a history, put in order as soon as all are there: while its files are still being scanned."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.history import headers
from scanner.history.commits import CommitGraph
from scanner.history.numbers import Numbers
from scanner.pipeline.portions import Portion, Yield
from scanner.pipeline.scope import Scope, Tips

_KINDS = (headers.COMMIT, headers.TAG)


class Chronicle:
    """Takes what portions gave as it comes in: ``there`` is what came already, ``portions`` are those to come.

    This process has nothing else to do while others scan, and a large history takes half a second to put in order.
    """

    def __init__(
        self, portions: Sequence[Portion], scope: Scope, numbers: Numbers, there: Sequence[Yield] = ()
    ) -> None:
        self._scope = scope
        self._numbers = numbers
        self._awaited = sum(portion.kind in _KINDS for portion in portions)
        self._taken = list(there)
        self._tips: Tips | None = None
        self._ordered = False

    def take(self, made: Yield) -> None:
        """Note the commits and tags in ``made``. Once none is awaited, they are put in order: the others work on."""
        if made.commits or made.tags:
            self._taken.append(made)
            self._tips = None
        self._awaited -= made.kind in _KINDS
        if not self._awaited and not self._ordered:
            self._ordered = True
            self.tips()

    def tips(self) -> Tips:
        """What was asked for, in the history that was taken until now. Loose commits come late, and change it."""
        if self._tips is None:
            graph = CommitGraph()
            for one in self._taken:
                for name, commit in one.commits:
                    graph.add(name, commit)
            graph.link()
            tags = {name: target for one in self._taken for name, target, _ in one.tags}
            self._tips = Tips(graph, self._scope, tags, self._numbers)
        return self._tips
