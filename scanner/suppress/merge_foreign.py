"""Merging two versions of detect-secrets' baseline, whose times and line numbers conflict on every merge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scanner.model.errors import ConfigError
from scanner.suppress.detect_secrets_file import looks_like_detect_secrets

_Document = Mapping[str, Any]
_Entries = dict[tuple[str, str, str], Mapping[str, Any]]


def merge_foreign(base: bytes, ours: bytes, theirs: bytes, name: str) -> bytes:
    """The merge as that tool would write it. ConfigError when one side is no baseline of it.

    An audit label that only one side has is kept; of two, "real" wins. Settings come from the side that
    changed them.
    """
    mine, other = _document(ours, name), _document(theirs, name)
    old = _document(base, name) if base.strip() else {}
    before, first, second = _entries(old), _entries(mine), _entries(other)
    kept = [
        entry
        for key in {**first, **second}
        if (entry := _settled(before.get(key), first.get(key), second.get(key))) is not None
    ]
    results: dict[str, list[Mapping[str, Any]]] = {}
    for entry in sorted(kept, key=lambda entry: (entry["filename"], entry["line_number"], entry["type"])):
        results.setdefault(entry["filename"], []).append(entry)
    merged = {key: _changed(old.get(key), mine.get(key), other.get(key)) for key in {**mine, **other}}
    merged["results"] = results
    if "generated_at" in merged:
        merged["generated_at"] = max(str(side.get("generated_at", "")) for side in (mine, other))
    return json.dumps(merged, indent=2).encode() + b"\n"


def _document(content: bytes, name: str) -> _Document:
    try:
        document: _Document = json.loads(content)
    except (ValueError, RecursionError):
        raise ConfigError(f"{name}: damaged: it is no JSON") from None
    if not looks_like_detect_secrets(document):
        raise ConfigError(f"{name}: not a baseline of detect-secrets")
    return document


def _entries(document: _Document) -> _Entries:
    found: _Entries = {}
    for file, entries in document.get("results", {}).items():
        for entry in entries:
            found[file, entry["hashed_secret"], entry["type"]] = {"filename": file, "line_number": 0, **entry}
    return found


def _settled(
    base: Mapping[str, Any] | None, ours: Mapping[str, Any] | None, theirs: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    if ours is None or theirs is None:
        there = ours or theirs
        # Gone on one side; on the other it may have moved, which is no decision, or been audited, which is.
        removed = base is not None and there is not None and there.get("is_secret") == base.get("is_secret")
        return None if removed else there
    labels = [side["is_secret"] for side in (ours, theirs) if "is_secret" in side]
    merged = {
        **ours,
        "line_number": _changed((base or {}).get("line_number"), ours["line_number"], theirs["line_number"]),
    }
    return {**merged, "is_secret": max(labels)} if labels else merged


def _changed(base: Any, ours: Any, theirs: Any) -> Any:
    return theirs if ours == base and theirs is not None else ours if ours is not None else theirs
