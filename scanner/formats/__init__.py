"""Structural detectors."""

from __future__ import annotations

from scanner.model.match import Detector

DETECTORS: tuple[Detector, ...] = ()
