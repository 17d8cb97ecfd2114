"""A digest of all that decides what a scan finds, for whoever remembers what was scanned."""

from __future__ import annotations

import hashlib
import json
import os

from scanner.engine.stamp import stamp_of
from scanner.pipeline.options import ScanOptions
from scanner.pipeline.text import TextScanner
from scanner.ruleset.location import rules_folder


def rules_digest(scanner: TextScanner, options: ScanOptions) -> str:
    """Changes whenever the same history might give other findings: rules, choice of rules, this program's version."""
    # Once through JSON, as the cache has them: fresh and cached rules must come to the same.
    plain = json.loads(json.dumps(scanner.engine.rules.to_plain()))
    choice = [sorted(options.off), options.pack, int(options.severity), options.max_size, options.advice]
    text = json.dumps([plain, choice, _version()], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def program_digest(options: ScanOptions) -> str:
    """Changes whenever the same file might give other findings, told without reading a rule.

    Files of rules and of this program count by name, size and times; ``options`` are the complete ones.
    """
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    code = sorted(folder for folder, _, names in os.walk(package) if any(name.endswith(".py") for name in names))
    digest = hashlib.sha256(stamp_of([rules_folder(), *options.rules], code))
    digest.update(options_print(options))
    return digest.hexdigest()


def options_print(options: ScanOptions) -> bytes:
    """Equal for equal options: all of them but the key, so that none can be forgotten."""
    chosen = {**options._asdict(), "key": ""}
    chosen |= {"off": sorted(options.off), "severities": sorted(options.severities.items())}
    return repr(sorted(chosen.items())).encode("utf-8", "surrogateescape")


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("unsealed")
    except PackageNotFoundError:
        return ""
