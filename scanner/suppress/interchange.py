"""A baseline as JSON, for other programs: nothing more than the file has, and nothing less."""

from __future__ import annotations

import json
from typing import Any

from scanner.model.errors import ConfigError
from scanner.suppress.baseline_file import FORMAT, Baseline, baseline_of
from scanner.suppress.digest import Digest, Salt
from scanner.suppress.entry import DECISIONS, Entry, Key, checked_date

_KIND = "unsealed-baseline"


def to_json(baseline: Baseline) -> bytes:
    """One object: format, salts, comments, and entries with every field, empty or not."""
    entries = [
        {
            "rule": entry.key.rule,
            "digest": entry.key.digest.render(),
            "path": entry.key.path,
            "decision": entry.decision,
            "owner": entry.owner,
            "expires": entry.expires,
            "reason": entry.reason,
        }
        for entry in baseline
    ]
    document = {
        "kind": _KIND,
        "version": FORMAT,
        "salts": [salt.render() for salt in baseline.salts],
        "notes": list(baseline.notes),
        "entries": entries,
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def looks_like_export(document: object) -> bool:
    """True for what ``to_json`` writes, whatever its version."""
    return isinstance(document, dict) and document.get("kind") == _KIND


def from_json(content: bytes, name: str) -> Baseline:
    """The baseline that was exported. ConfigError when it is damaged or of another version."""
    try:
        document: dict[str, Any] = json.loads(content)
        if document["version"] != FORMAT:
            raise ConfigError(f"{name}: a newer unsealed wrote version {document['version']!r}")
        salts = [Salt.parse(line) for line in document["salts"]]
        entries = [_entry(values) for values in document["entries"]]
        notes = [_note(text) for text in document["notes"]]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ConfigError(f"{name}: damaged, or not an export of a baseline ({type(error).__name__})") from None
    if not salts:
        raise ConfigError(f"{name}: the salt is missing")
    return baseline_of(salts, entries, notes)


def _note(text: str) -> str:
    """One comment line as the file has them; anything else would be read as an entry."""
    text.encode("utf-8", "surrogateescape")
    if not text.startswith("#") or "\n" in text:
        raise ValueError("note")
    return text


def _entry(values: dict[str, str]) -> Entry:
    if values["decision"] not in DECISIONS or not all(isinstance(value, str) for value in values.values()):
        raise ValueError("decision")
    return Entry(
        key=Key(values["rule"], Digest.parse(values["digest"]), values["path"]),
        decision=values["decision"],
        owner=values["owner"],
        expires=checked_date(values["expires"]),
        reason=values["reason"],
    )
