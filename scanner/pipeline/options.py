"""What a run is asked to do: plain values that a worker process can be given."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from scanner.model.levels import Severity
from scanner.model.secret import DEFAULT_KEY

# A text of more bytes than this is passed over and said so.
LARGEST_TEXT = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """Settings of one scan. ``rules`` are folders beside the shipped ones; ``key`` makes fingerprints.

    ``severity`` hides what is below it. ``max_size`` is in bytes. ``advice`` adds findings that are no leak.
    """

    rules: tuple[Path, ...] = ()
    severity: Severity = Severity.INFO
    show_secrets: bool = False
    show_dropped: bool = False
    advice: bool = False
    key: bytes = field(default=DEFAULT_KEY, repr=False)
    max_size: int = LARGEST_TEXT
    baselines: tuple[Path, ...] = ()
    repo_config: bool = True
    pack: str = "default"
