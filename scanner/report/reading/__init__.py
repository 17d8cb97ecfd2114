"""Findings of earlier scans and of other scanners, read back: ours, gitleaks, trufflehog, SARIF.

``read_findings`` is the one to call. Raw values in other tools' reports are turned into a redacted view and a
fingerprint at once, and kept only where they were asked for.
"""

from __future__ import annotations

from scanner.report.reading.files import SOURCES, read_findings

__all__ = ["SOURCES", "read_findings"]
