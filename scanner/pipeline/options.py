"""What a run is asked to do: plain values that a worker process can be given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from scanner.model.levels import Severity
from scanner.model.secret import DEFAULT_KEY
from scanner.sources.magic import ArchiveLimits

# A text of more bytes than this is passed over and said so.
LARGEST_TEXT = 256 * 1024 * 1024


class ScanOptions(NamedTuple):
    """Settings of one scan, configuration included; ``context`` makes them complete.

    ``rules`` are folders and gitleaks files beside the shipped rules; ``off`` are rules that are not tried and
    ``severities`` replaces single ones. ``key`` makes fingerprints. ``severity`` hides what is below it, and
    is the user's own where ``severity_told`` says so: then configuration does not change it.
    ``max_size`` is in bytes, ``max_time`` in seconds (0: no limit); ``archives`` limits what is unpacked of one.
    ``advice`` adds findings that are no leak.
    ``exclude`` are glob patterns of paths.
    """

    rules: tuple[str, ...] = ()
    off: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = {}
    severity: Severity = Severity.INFO
    severity_told: bool = False
    show_secrets: bool = False
    show_dropped: bool = False
    advice: bool = False
    key: bytes = DEFAULT_KEY
    max_size: int = LARGEST_TEXT
    max_time: int = 0
    baselines: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    repo_config: bool = True
    config: str = ""
    pack: str = ""
    archives: ArchiveLimits = ArchiveLimits()

    def __repr__(self) -> str:
        """Without the key, which must not reach a log."""
        return (
            f"ScanOptions({', '.join(f'{name}={value!r}' for name, value in self._asdict().items() if name != 'key')})"
        )
