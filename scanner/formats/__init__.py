"""Structure of dotfiles and configuration: one module a format, listed here and nowhere else."""

from __future__ import annotations

from scanner.formats.keystores import Keystores
from scanner.model.match import Detector

DETECTORS: tuple[Detector, ...] = (Keystores(),)
