"""Durations as Kubernetes resources write them, and as people read them."""

from __future__ import annotations

import re
from math import ceil

_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)")
_LONGEST = 40
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(word: str) -> int | None:
    """Whole seconds, rounded up, of a Go duration (``1h30m``, ``90s``, ``0``); None for anything else.

    ``d`` is not Go's, but Vault and Grafana accept it.
    """
    word = word.strip()
    if not word or len(word) > _LONGEST:
        return None
    if word.isdecimal():
        return int(word)
    at, total = 0, 0.0
    for part in _PART.finditer(word):
        if part.start() != at:
            return None
        total += float(part[1]) * _SECONDS[part[2]]
        at = part.end()
    return ceil(total - 1e-9) if at == len(word) else None


def spoken(count: int) -> str:
    """``45 s``, ``20 min``, ``1 h 5 min``, ``3 days``: rounded up to what a person would plan with."""
    if count < 120:
        return f"{count} s"
    minutes = ceil(count / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, hours = divmod(hours + (1 if rest else 0), 24)
    return f"{days} days {hours} h" if hours else f"{days} days"
