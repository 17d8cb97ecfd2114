"""A JSON report of gitleaks (or betterleaks) used as a baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.model.errors import ConfigError
from scanner.suppress.located import Located, Spot
from scanner.suppress.values import Values
from scanner.suppress.verdict import BASELINE


def looks_like_report(document: object) -> bool:
    """True for a list of that tool's findings; an empty list is one."""
    if not isinstance(document, list):
        return False
    return all(isinstance(entry, dict) and "RuleID" in entry and "StartLine" in entry for entry in document)


def parse_report(document: Sequence[Mapping[str, Any]], name: str) -> tuple[Values, Located]:
    """Sources for the values it holds, and for the places of those it holds redacted."""
    raw: list[tuple[bytes, str]] = []
    spots: dict[Spot, str] = {}
    try:
        for number, entry in enumerate(document, 1):
            told = f"entry {number} ({_plain(entry['RuleID'])})"
            secret = entry.get("Secret") or ""
            if _redacted(secret):
                spots[(entry.get("Commit") or "", entry["File"], int(entry["StartLine"]))] = told
            else:
                raw.append((secret.encode(), told))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ConfigError(f"{name}: damaged, or not a report of gitleaks") from None
    return Values.of(name, raw, status=BASELINE), Located(name=name, spots=spots, status=BASELINE)


def _redacted(secret: str) -> bool:
    return secret in ("", "REDACTED") or secret.endswith("...")


def _plain(text: str) -> str:
    return "".join(char for char in text if char.isalnum() or char in "-_.")[:60]
