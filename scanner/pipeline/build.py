"""Puts the stages together for a run."""

from __future__ import annotations

from scanner.engine.engine import Engine
from scanner.model.match import Detector
from scanner.pipeline.options import ScanOptions
from scanner.pipeline.text import Choice, TextScanner, triggers_of
from scanner.ruleset.compiled import CompiledRules
from scanner.ruleset.location import rules_dir


def detectors() -> tuple[Detector, ...]:
    """Every structural detector, in the order their triggers are compiled in."""
    from scanner import formats, kubernetes

    return (*kubernetes.DETECTORS, *formats.DETECTORS)


def detector_names() -> frozenset[str]:
    """The names that rules with a ``detector`` may use: ``package.module`` of each detector."""
    from scanner import formats, kubernetes

    named = {f"kubernetes.{_module(detector)}" for detector in kubernetes.DETECTORS}
    return frozenset(named | {f"formats.{_module(detector)}" for detector in formats.DETECTORS})


def _module(detector: Detector) -> str:
    return type(detector).__module__.rpartition(".")[2]


def text_scanner(options: ScanOptions) -> TextScanner:
    """The scanner for ``options``. One a process: its matchers hold compiled expressions."""
    from scanner import kubernetes

    known = detectors()
    engine = Engine.load([rules_dir(), *options.rules], triggers_of(known))
    return TextScanner(
        engine, known, regions=getattr(kubernetes, "safe_regions", None), choice=_choice(engine.rules, options)
    )


def _choice(rules: CompiledRules, options: ScanOptions) -> Choice:
    strict = options.pack == "strict"
    off = {rule.id for rule in rules.rules if rule.pack == "strict"} if not strict else set()
    return Choice(frozenset(off | options.off), options.severities)
