"""What a run is asked to do: plain values that a worker process can be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scanner.model.levels import Severity
from scanner.model.secret import DEFAULT_KEY

# A text of more bytes than this is passed over and said so.
LARGEST_TEXT = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """Settings of one scan, configuration included; ``context`` makes them complete.

    ``rules`` are folders and gitleaks files beside the shipped rules; ``off`` are rules that are not tried and
    ``severities`` replaces single ones. ``key`` makes fingerprints. ``severity`` hides what is below it.
    ``max_size`` is in bytes. ``advice`` adds findings that are no leak. ``exclude`` are glob patterns of paths.
    """

    rules: tuple[Path, ...] = ()
    off: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    severity: Severity = Severity.INFO
    show_secrets: bool = False
    show_dropped: bool = False
    advice: bool = False
    key: bytes = field(default=DEFAULT_KEY, repr=False)
    max_size: int = LARGEST_TEXT
    baselines: tuple[Path, ...] = ()
    exclude: tuple[str, ...] = ()
    repo_config: bool = True
    config: Path | None = None
    pack: str = ""
