"""Finds and reads rotation guides. One guide is one file named after its id.

The hook shows the first steps of a guide, so ``load_guide`` opens one file only and PyYAML is imported on use.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from scanner.model.errors import ConfigError
from scanner.rotation.guide import Guide, GuideSyntaxError, parse_guide
from scanner.ruleset.location import rules_dir

GENERIC = "generic"

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def load_guide(guide_id: str) -> Guide:
    """The guide called ``guide_id``.

    Raises ConfigError when there is no such guide or its file is not of the format.
    """
    return _load(rules_dir() / "rotation", guide_id)


def guide_or_generic(guide_id: str) -> Guide:
    """Like ``load_guide``, but an empty or unknown id gives the generic guide: advice is better than none."""
    folder = rules_dir() / "rotation"
    known = bool(_ID.fullmatch(guide_id)) and (folder / f"{guide_id}.yml").is_file()
    return _load(folder, guide_id if known else GENERIC)


def guide_ids() -> tuple[str, ...]:
    """The ids of all guides, sorted, read off the file names alone."""
    return tuple(sorted(path.stem for path in (rules_dir() / "rotation").glob("*.yml")))


def all_guides() -> tuple[Guide, ...]:
    """Every guide, by id. ConfigError when one is not of the format."""
    return tuple(load_guide(guide_id) for guide_id in guide_ids())


@lru_cache(maxsize=64)
def _load(folder: Path, guide_id: str) -> Guide:
    path = folder / f"{guide_id}.yml"
    if not _ID.fullmatch(guide_id) or not path.is_file():
        raise ConfigError(f"there is no rotation guide {guide_id!r} in {folder}")
    try:
        guide = parse_guide(_read(path))
    except GuideSyntaxError as error:
        raise ConfigError(f"{path}: {error}") from None
    if guide.id != guide_id:
        raise ConfigError(f"{path}: the id is {guide.id!r}, but the file is named {guide_id!r}")
    return guide


def _read(path: Path) -> Any:
    # Imported here: most runs find nothing and need no guide. The C loader is ten times the pure one's speed.
    import yaml

    loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(path.read_bytes(), Loader=loader)  # noqa: S506 - a safe loader, chosen above
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ConfigError(f"{path}:{mark.line + 1 if mark else 1}: not valid YAML") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
