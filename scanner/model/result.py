"""The outcome of a scan: its findings, and what was and was not looked at.

Named tuples, like every value a clean commit needs: importing ``dataclasses`` takes 9 ms of the 45 that a
hook may take, and making one such class most of another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from scanner.model.finding import Finding


class Skipped(NamedTuple):
    """Something that was not scanned, and why. ``blocking`` ones make the exit code say "incomplete"."""

    what: str
    why: str
    blocking: bool = True


class ScanSummary(NamedTuple):
    """What was and was not looked at. Sizes in bytes, ``seconds`` of wall time."""

    target: str
    texts: int = 0
    bytes: int = 0
    commits: int = 0
    seconds: float = 0.0
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()


class ScanResult(NamedTuple):
    """A whole scan: its findings in a stable order, and its summary."""

    findings: tuple[Finding, ...]
    summary: ScanSummary
