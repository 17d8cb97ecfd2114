"""Puts the stages together for a run."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from scanner.engine import cache, shipped
from scanner.engine.engine import Engine
from scanner.engine.stored import Triggers
from scanner.pipeline.text import Choice, Structure, TextScanner
from scanner.ruleset.location import rules_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.model.match import Detector
    from scanner.model.span import Span
    from scanner.model.text import Text
    from scanner.pipeline.options import ScanOptions
    from scanner.ruleset.compiled import CompiledRules

# The packages whose detectors' triggers are compiled in with the rules.
_STRUCTURAL = ("kubernetes", "formats")


def detectors(*, advice: bool = False) -> tuple[Detector, ...]:
    """Every structural detector, in the order of their triggers, which ``advice`` does not change."""
    from scanner import formats, kubernetes

    return (*(kubernetes.ADVISING if advice else kubernetes.DETECTORS), *formats.DETECTORS)


def triggers() -> Triggers:
    """What wakes the detectors."""
    found = list(enumerate(detectors()))
    return Triggers(
        tuple((literal, place) for place, detector in found for literal in detector.triggers),
        tuple((name, place) for place, detector in found for name in detector.names),
    )


def detector_names() -> frozenset[str]:
    """The names that rules with a ``detector`` may use: ``package.module`` of each detector."""
    return frozenset(type(detector).__module__.removeprefix("scanner.") for detector in detectors())


def text_scanner(options: ScanOptions) -> TextScanner:
    """The scanner for ``options``. One a process: its matchers hold compiled expressions."""
    engine = Engine.load([rules_folder(), *options.rules], triggers, _code())
    structure = Structure(partial(detectors, advice=options.advice), _safe_regions)
    return TextScanner(engine, structure, choice=_choice(engine.rules, options), show_dropped=options.show_dropped)


def ship() -> None:
    """Compile the shipped rules and put them beside their files: for whoever builds a package."""
    shipped.keep(cache.made([rules_folder()], triggers()), _code())


def _code() -> list[str]:
    """The folders of the modules that say what wakes the detectors."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return [os.path.join(here, package) for package in _STRUCTURAL]


def _safe_regions(text: Text) -> Sequence[Span]:
    from scanner import kubernetes

    regions: Sequence[Span] = kubernetes.safe_regions(text)
    return regions


def _choice(rules: CompiledRules, options: ScanOptions) -> Choice:
    off = options.off if options.pack == "strict" else options.off | rules.ids_in_pack("strict")
    return Choice(off, options.severities)
