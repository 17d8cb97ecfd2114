"""Where the rule files are: inside an installed package, or beside it in the source tree.

Plain ``os`` calls, because the hook comes here and importing ``pathlib`` takes 4 ms.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scanner.model.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

# Folders of the shipped rules that hold other data.
_OTHER = ("rotation", "packs")


def rules_folder() -> str:
    """The shipped rules. An editable install does not see package data from outside, hence the second place."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in (os.path.join(package, "rules"), os.path.join(os.path.dirname(package), "rules")):
        if os.path.isdir(os.path.join(folder, "providers")):
            return folder
    raise ConfigError(f"the rules are missing from this installation ({package}): reinstall unsealed")


def rules_dir() -> Path:
    """``rules_folder`` as a Path."""
    from pathlib import Path

    return Path(rules_folder())


def example_files(place: str) -> list[str]:
    """Those of the files of ``place`` that list known examples."""
    return [name for name in rule_files(place) if "known-examples" in os.path.basename(name)]


def rule_files(place: str) -> list[str]:
    """``place`` itself when it is a file, else every YAML file of rules below it, sorted.

    Rotation guides and packs are not rules.
    """
    if os.path.isfile(place):
        return [place]
    found = []
    for folder, folders, names in os.walk(place):
        if folder == place:
            folders[:] = [name for name in folders if name not in _OTHER]
        found += [os.path.join(folder, name) for name in names if name.endswith((".yml", ".yaml"))]
    return sorted(found)
