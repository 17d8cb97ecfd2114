"""Which hits may lead to something that stands, asked of many texts at once: to begin a search costs microseconds.

Of small texts most wake some rules for nothing: a name without a value, or with one that is no secret on any line. Each
rule's lines in all of them are searched as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scanner.engine.prefilter import Hit
from scanner.model.text import Text

if TYPE_CHECKING:
    from scanner.engine.engine import Engine
    from scanner.ruleset.compiled import Expression

# Hits of one rule in one text: more are followed in ways of their own.
_MOST = 400


def standing(engine: Engine, texts: Sequence[Text], hits: Sequence[Sequence[Hit]]) -> list[list[Hit]]:
    """Those of the ``hits`` in each of ``texts`` without which nothing would be found that stands, and others."""
    expressions = engine.rules.expressions
    asked: dict[int, dict[int, list[tuple[Expression, int]]]] = {}
    for place, some in enumerate(hits):
        for entry, end in some:
            if entry < len(expressions):
                expression = expressions[entry]
                asked.setdefault(expression.rule, {}).setdefault(place, []).append((expression, end))
    barren: list[set[int]] = [set() for _ in texts]
    for rule, places in asked.items():
        pieces = [
            (place, texts[place], own)
            for place, own in places.items()
            if len(own) <= _MOST and all(expression.joins for expression, _ in own)
        ]
        for place in engine.barren(rule, pieces) if pieces else ():
            barren[place].add(rule)
    return [
        [hit for hit in some if hit.entry >= len(expressions) or expressions[hit.entry].rule not in without]
        if without
        else list(some)
        for some, without in zip(hits, barren, strict=True)
    ]
