"""What a configuration file may say. It names and narrows; it can run nothing and read nothing outside its folder."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner.model.errors import ConfigError
from scanner.model.levels import Severity
from scanner.model.regular import read_regular

NAME = ".unsealed.yml"
# Reading takes three seconds a megabyte, and compiling ten thousand patterns half a second.
_LARGEST, _MOST_PATTERNS = 4 * 1024 * 1024, 10_000
# A header, the key of a header, or one within ``[tool]``.
_OUR_TABLE = re.compile(
    rb"""(?m)^[ \t]*+\[{0,2}+[ \t]*+["']?tool["']?[ \t]*+\.[ \t]*+["']?unsealed\b|"""
    rb"""^[ \t]*+\[[ \t]*+["']?tool["']?[ \t]*+\][^\[]*?^[ \t]*+["']?unsealed\b"""
)
# Paths that only patterns for all paths fit.
_ANY_NAMES = ("q7/z3/x1k", "z3.x1k", "X1K")
_KEYS = ("baseline", "disable", "enable", "exclude", "pack", "rules", "severities", "severity")


@dataclass(frozen=True, slots=True)
class Settings:
    """One configuration. ``exclude`` are patterns of paths as in ``.gitignore``; ``source`` is the file it came from.

    ``severities`` replaces the severity of single rules. ``rules`` and ``baseline`` are files inside the
    configuration's folder.
    """

    source: str = ""
    pack: str = ""
    severity: Severity | None = None
    disable: frozenset[str] = frozenset()
    enable: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    rules: tuple[Path, ...] = ()
    baseline: Path | None = None

    @property
    def named(self) -> frozenset[str]:
        """Every rule that this configuration speaks of."""
        return self.disable | self.enable | self.severities.keys()

    def notes(self, unknown: Set[str] = frozenset()) -> tuple[str, ...]:
        """What this configuration silences, one line each: nobody is silenced without being told.

        ``unknown`` are ids that no rule has; what is said of those changes nothing.
        """
        said = []
        if nowhere := self.named & unknown:
            said.append(
                f"{self.source} names what is no rule: {_listed(sorted(nowhere))} (`unsealed rules list` has all)"
            )
        if off := self.disable - unknown:
            said.append(f"{self.source} switches off {_listed(sorted(off))}")
        if self.exclude:
            said.append(f"{self.source} leaves out files that match {_listed(self.exclude)}")
        lowered = [rule for rule, level in self.severities.items() if level <= Severity.INFO and rule not in unknown]
        if lowered:
            said.append(f"{self.source} makes {_listed(sorted(lowered))} mere information")
        if self.severity is not None and self.severity > Severity.INFO:
            said.append(f"{self.source} hides findings below {self.severity.label}")
        return tuple(said)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def find_settings(folder: Path) -> Path | None:
    """The configuration in ``folder``: ``.unsealed.yml`` (or ``.yaml``), else a ``pyproject.toml`` with our table."""
    for name in (NAME, ".unsealed.yaml"):
        if (folder / name).is_file():
            return folder / name
    project = folder / "pyproject.toml"
    return project if speaks_of_us(project) else None


def speaks_of_us(project: Path) -> bool:
    """True for a ``pyproject.toml`` with our table, however it is written. It is not parsed for that."""
    try:
        return _OUR_TABLE.search(read_regular(project, _LARGEST)) is not None
    except OSError:
        return False


def read_settings(path: Path) -> Settings:
    """The settings in ``path``. ConfigError names the file and the key."""
    data = _load(path)
    for key in data:
        if key not in _KEYS:
            raise ConfigError(f"{path}: unknown key {key!r}; known keys: {', '.join(_KEYS)}")
    pack = data.get("pack", "")
    if pack not in ("", "default", "strict"):
        raise ConfigError(f"{path}: 'pack' is {pack!r}; it must be default or strict")
    severities = data.get("severities", {})
    if not isinstance(severities, dict):
        raise ConfigError(f"{path}: 'severities' must map rule ids to severities")
    return Settings(
        source=path.name,
        pack=pack,
        severity=_severity(path, "severity", data["severity"]) if "severity" in data else None,
        disable=frozenset(_strings(path, data, "disable")),
        enable=frozenset(_strings(path, data, "enable")),
        severities={str(rule): _severity(path, "severities", word) for rule, word in severities.items()},
        exclude=_exclude(path, data),
        rules=tuple(_inside(path, "rules", name) for name in _strings(path, data, "rules")),
        baseline=_inside(path, "baseline", str(data["baseline"])) if data.get("baseline") else None,
    )


def _load(path: Path) -> Mapping[str, Any]:
    try:
        # What the user names may be a pipe; what the repository has was seen to be a file.
        raw = read_regular(path, _LARGEST) if path.is_file() else path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    data = _toml(path, raw) if path.suffix == ".toml" else _yaml(path, raw)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: a configuration is a mapping (keys and values)")
    return data


def _toml(path: Path, raw: bytes) -> Any:
    import tomllib

    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{path}: nested too deeply") from None
    tool = data.get("tool", {})
    if not isinstance(tool, dict):
        raise ConfigError(f"{path}: 'tool' must be a table")
    return tool.get("unsealed", {})


def _yaml(path: Path, raw: bytes) -> Any:
    from scanner.ruleset import yamlfile

    try:
        return yamlfile.load(raw, strict=True)
    except yamlfile.Unreadable as error:
        raise ConfigError(error.at(path)) from None


def _strings(path: Path, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{path}: {key!r} must be a list of strings")
    return tuple(value)


def _exclude(path: Path, data: Mapping[str, Any]) -> tuple[str, ...]:
    """The patterns of paths. ConfigError where they leave out everything: what looks at nothing must not look clean."""
    patterns = _strings(path, data, "exclude")
    if len(patterns) > _MOST_PATTERNS:
        raise ConfigError(f"{path}: 'exclude' has more than {_MOST_PATTERNS:,} patterns: leave out folders, not files")
    if patterns:
        from scanner.suppress.globs import IgnoreList

        ignored = IgnoreList(patterns)
        if all(map(ignored.fitting, _ANY_NAMES)):
            raise ConfigError(f"{path}: 'exclude' leaves out every file, so that nothing would be scanned")
    return patterns


def _severity(path: Path, key: str, word: object) -> Severity:
    try:
        return Severity[str(word).upper()]
    except KeyError:
        known = ", ".join(level.label for level in reversed(Severity))
        raise ConfigError(f"{path}: {key!r} has {word!r}; severities are {known}") from None


def _inside(path: Path, key: str, name: str) -> Path:
    """A file the configuration names; one outside its folder is refused, also by way of a link."""
    folder = path.resolve().parent
    try:
        target = (folder / name).resolve()
    except (OSError, ValueError):
        raise ConfigError(f"{path}: {key!r} names {name!a}, which is no name of a file") from None
    if not target.is_relative_to(folder):
        raise ConfigError(f"{path}: {key!r} names {name!a}, which lies outside the configuration's folder")
    if not target.exists():
        raise ConfigError(f"{path}: {key!r} names {name!a}, which is not there")
    return target
