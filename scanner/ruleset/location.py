"""Where the rule files are: inside an installed package, or beside it in the source tree."""

from __future__ import annotations

from pathlib import Path

from scanner.model.errors import ConfigError


def rules_dir() -> Path:
    """The shipped rules. An editable install does not see package data from outside, hence the second place."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "rules", package.parent / "rules"):
        if (folder / "providers").is_dir():
            return folder
    raise ConfigError(f"the rules are missing from this installation ({package / 'rules'}): reinstall unsealed")


def rule_files(folder: Path) -> list[Path]:
    """Every YAML file of rules below ``folder``, sorted; rotation guides and packs are not rules."""
    skipped = {"rotation", "packs"}
    return sorted(
        path
        for path in folder.rglob("*.y*ml")
        if path.suffix in (".yml", ".yaml") and path.relative_to(folder).parts[0] not in skipped
    )
