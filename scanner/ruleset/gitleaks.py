"""gitleaks' TOML as it is: its rules become ours, and what cannot be carried over is named.

Only rules are read here; allowlists silence findings and are read where findings are silenced.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.model.errors import ConfigError
from scanner.model.filekind import FileKind
from scanner.model.levels import Confidence, Severity
from scanner.model.regular import read_regular
from scanner.ruleset.re2 import Untranslatable, translate
from scanner.ruleset.schema import Rule, RuleSource

# What is found in a repository without being named.
FOUND = (".gitleaks.toml", ".betterleaks.toml")
# gitleaks follows "extend.path" this many files deep, and so do we.
_DEEPEST = 2
_LARGEST = 16 * 1024 * 1024
# A rule of paths alone means the file itself. All of it is the secret: two files with one first line are two secrets.
_A_FILE = r"(?s)\A\s*(?P<secret>\S.*)"


@dataclass(frozen=True, slots=True)
class Foreign:
    """What a gitleaks configuration brings: rules, ids of shipped rules it switches off, and notes for the user."""

    rules: tuple[RuleSource, ...]
    disabled: tuple[str, ...]
    notes: tuple[str, ...]


def read_gitleaks(path: Path, depth: int = 0) -> Foreign:
    """The configuration at ``path``. ConfigError when it cannot be read as TOML or a rule is malformed."""
    data = _parsed(path)
    rules: dict[str, RuleSource] = {}
    disabled: list[str] = []
    notes: list[str] = []
    extend = data.get("extend", {})
    if isinstance(extend, dict):
        disabled += [str(name) for name in _list(extend, "disabledRules", path)]
        if extend.get("path") and depth < _DEEPEST:
            inner = beside(path, str(extend["path"]))
            if inner is not None:
                foreign = read_gitleaks(inner, depth + 1)
                rules |= {source.rule.id: source for source in foreign.rules}
                disabled += foreign.disabled
                notes += foreign.notes
            else:
                # Often a package that is installed for development alone: said, and no reason not to scan.
                notes.append(f"{path.name}: extend.path {extend['path']} is not there: nothing in it counts")
        if extend.get("url"):
            notes.append(f"{path.name}: extend.url is not fetched; nothing leaves this machine")
    entries = _list(data, "rules", path)
    patterns = {str(entry.get("id")): str(entry.get("regex", "")) for entry in entries if isinstance(entry, dict)}
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict) or not entry.get("id"):
            raise ConfigError(f"{path}: rule {number} has no id")
        try:
            rule, said = _rule(entry, patterns)
        except (TypeError, ValueError, AttributeError):
            raise ConfigError(f"{path}: rule {number}: {_wrong(entry)}") from None
        notes += [f"{path.name}: rule {entry['id']}: {text}" for text in said]
        # One that is not to be reported is there for others, which require it.
        if rule is not None and entry.get("skipReport") is not True:
            rules[rule.id] = RuleSource(rule, (), (), str(path), 1)
    return Foreign(tuple(rules.values()), tuple(disabled), tuple(notes))


def extended(path: Path, depth: int = 0) -> list[Path]:
    """The files that are read with the configuration at ``path``, because it extends them. ConfigError as above."""
    try:
        if b"extend" not in read_regular(path, _LARGEST):
            return []
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    extend = _parsed(path).get("extend", {})
    if not isinstance(extend, dict) or not extend.get("path") or depth >= _DEEPEST:
        return []
    inner = beside(path, str(extend["path"]))
    return [inner, *extended(inner, depth + 1)] if inner is not None else []


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_regular(path, _LARGEST).decode("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{path}: nested too deeply") from None


def _list(table: Mapping[str, Any], key: str, path: Path) -> list[Any]:
    found = table.get(key, [])
    if not isinstance(found, list):
        raise ConfigError(f"{path}: {key!r} must be a list")
    return found


def _wrong(entry: Mapping[str, Any]) -> str:
    """Which key of a rule that could not be read is of a type it cannot be."""
    if not isinstance(entry.get("entropy", 0), int | float):
        return "'entropy' must be a number"
    return "'required' must be a list of tables with an id and numbers of lines"


def beside(path: Path, named: str) -> Path | None:
    """The file that ``extend.path`` of the configuration at ``path`` names, if it is there.

    gitleaks looks from the current folder. We look beside the configuration, and from the current folder where that
    is above it and it was named on the command line: what a repository holds does not lead out of it.
    """
    inner = _within(path, path.resolve().parent, named)
    if inner.is_file():
        return inner
    here = Path.cwd()
    if path.name in FOUND or not path.resolve().is_relative_to(here):
        return None
    inner = _within(path, here, named)
    return inner if inner.is_file() else None


def _within(path: Path, folder: Path, named: str) -> Path:
    """A file named by the configuration at ``path``, which must not lead out of ``folder``."""
    target = (folder / named).resolve()
    if not target.is_relative_to(folder):
        raise ConfigError(f"{path}: extend.path leads outside its folder: {named!a}")
    return target


def _rule(entry: Mapping[str, Any], patterns: Mapping[str, str]) -> tuple[Rule | None, list[str]]:
    notes: list[str] = []
    name = str(entry["id"])
    source = entry.get("regex")
    if not source and not entry.get("path"):
        return None, ["has neither regex nor path"]
    try:
        pattern = _with_secret(translate(str(source)), entry.get("secretGroup")) if source else _A_FILE
        path = translate(str(entry["path"])) if entry.get("path") else ""
        pair, near, said = _required(entry, patterns)
    except Untranslatable as error:
        return None, [f"its expression {error}"]
    notes += said
    return (
        Rule(
            id=name,
            title=str(entry.get("description") or name),
            description=str(entry.get("description") or name),
            severity=Severity.HIGH,
            confidence=Confidence.MEDIUM,
            pattern=pattern,
            keywords=(),
            prefilter="",
            pair=pair,
            near=near,
            path=path,
            entropy=min(8.0, float(entry.get("entropy", 0) or 0)),
            kinds=frozenset(FileKind) - ({FileKind.BINARY} if source else frozenset()),
            plausible="none",
            # What else is found in a file says more than that it is there.
            specific=3 if source else 1,
        ),
        notes,
    )


def _with_secret(pattern: str, group: object) -> str:
    """``pattern`` with the group that holds the secret named so.

    Without ``secretGroup`` gitleaks takes the first group that matched something, else the whole match.
    """
    compiled = re.compile(pattern.encode("latin-1"))
    wanted = group if isinstance(group, int) and 0 < group <= compiled.groups else 0
    numbers = [wanted] if wanted else list(range(1, compiled.groups + 1))
    for order, number in enumerate(reversed(numbers)):
        rank = len(numbers) - order
        at = _group_start(pattern, number)
        named = re.match(r"\(\?P<\w+>", pattern[at:])
        after = at + (named.end() if named else 1)
        pattern = f"{pattern[:at]}(?P<secret{rank if rank > 1 else ''}>{pattern[after:]}"
    return pattern


def _group_start(pattern: str, number: int) -> int:
    """The index of the parenthesis that opens capturing group ``number``."""
    at, in_class = 0, False
    for index in _plain(pattern):
        char = pattern[index]
        if char == "[" and not in_class:
            in_class = True
        elif char == "]" and in_class and pattern[index - 1] not in "[^":
            in_class = False
        elif char == "(" and not in_class and (pattern[index + 1] != "?" or pattern.startswith("(?P<", index)):
            at += 1
            if at == number:
                return index
    raise Untranslatable(f"has no group {number}")


def _plain(pattern: str) -> Iterator[int]:
    """Indices of characters that no backslash escapes."""
    index = 0
    while index < len(pattern):
        if pattern[index] == "\\":
            index += 2
            continue
        yield index
        index += 1


def _required(entry: Mapping[str, Any], patterns: Mapping[str, str]) -> tuple[str, int, list[str]]:
    """The partner expression and its distance in lines, from ``[[rules.required]]``."""
    required = entry.get("required") or []
    if not required:
        return "", 0, []
    notes = ["only the first of several required rules is asked for"] if len(required) > 1 else []
    first = required[0]
    partner = patterns.get(str(first.get("id")))
    if not partner:
        return "", 0, [f"requires {first.get('id')!r}, which is not in this file; it is tried alone"]
    pattern = re.sub(r"\(\?P<\w+>", "(?:", translate(partner))
    if "withinColumns" in first:
        notes.append("withinColumns is taken as: on lines near it")
    return pattern, int(first.get("withinLines", 1)), notes
