"""A digest of all that decides what a scan finds, for whoever remembers what was scanned."""

from __future__ import annotations

import hashlib
import json

from scanner.pipeline.options import ScanOptions
from scanner.pipeline.text import TextScanner


def rules_digest(scanner: TextScanner, options: ScanOptions) -> str:
    """Changes whenever the same history might give other findings: rules, choice of rules, this program's version."""
    # Once through JSON, as the cache has them: fresh and cached rules must come to the same.
    plain = json.loads(json.dumps(scanner.engine.rules.to_plain()))
    choice = [sorted(options.off), options.pack, int(options.severity), options.max_size, options.advice]
    text = json.dumps([plain, choice, _version()], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("unsealed")
    except PackageNotFoundError:
        return ""
