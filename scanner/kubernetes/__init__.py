"""Structural detectors."""

from __future__ import annotations

from scanner.model.match import Detector
from scanner.model.span import Span
from scanner.model.text import Text

DETECTORS: tuple[Detector, ...] = ()


def safe_regions(text: Text) -> tuple[Span, ...]:
    """The parts of ``text`` that only look like secrets."""
    return ()
