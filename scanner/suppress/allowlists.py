"""The allowlists of a ``.gitleaks.toml``: global ones, and those of rules we have under the same name."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.model.errors import ConfigError
from scanner.suppress.case import Case
from scanner.suppress.patterns import any_of, from_go, in_name, search
from scanner.suppress.verdict import ALLOWED, PLACE, SECRET, Claim, Place

FILE_NAME = ".gitleaks.toml"
# That tool's rule for values without a format; ours are many, and are told by ``Match.specific``.
_GENERIC = "generic-api-key"
_KEYS = {
    "id", "description", "condition", "matchCondition", "commits", "paths", "files", "regexTarget", "regexes",
    "stopwords", "stopWords", "targetRules", "repos",
}  # fmt: skip
Read = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowlist:
    """One table. Expressions are in Python's dialect; ``paths`` is one for all of them, empty for none."""

    entry: str
    every: bool = False
    rules: frozenset[str] = frozenset()
    commits: tuple[str, ...] = ()
    paths: str = ""
    target: str = "secret"
    regexes: tuple[str, ...] = ()
    stopwords: tuple[str, ...] = ()

    def speaks_of(self, case: Case) -> bool:
        """True when the table is about this rule."""
        match = case.match
        return not self.rules or match.rule in self.rules or (_GENERIC in self.rules and match.specific == 1)

    def by_text(self, case: Case) -> list[bool]:
        """For each condition on the text that the table has, whether it is met."""
        secret = case.match.secret.reveal().decode("utf-8", "replace")
        met = []
        if self.regexes:
            # What that tool calls the match is a part of the line that only its own rule knows.
            target = secret if self.target == "secret" else case.line.decode("utf-8", "replace")
            met.append(any(search(pattern, target) for pattern in self.regexes))
        if self.stopwords:
            lowered = secret.lower()
            met.append(any(word in lowered for word in self.stopwords))
        return met


@dataclass(frozen=True, slots=True)
class Allowlists:
    """The source made of one file's tables."""

    name: str
    tables: tuple[Allowlist, ...] = field(repr=False)

    def claims(self, case: Case) -> Iterable[Claim]:
        """What the tables about this rule say."""
        for table in self.tables:
            if table.speaks_of(case):
                yield from self._claims(table, table.by_text(case))

    def at(self, rule: str, place: Place) -> Claim | None:
        """Paths and commits are conditions of claims."""
        return None

    def _claims(self, table: Allowlist, met: list[bool]) -> Iterable[Claim]:
        if table.every:
            if all(met) and (met or table.paths or table.commits):
                yield self._claim(table, where=table.paths, commits=table.commits)
            return
        if any(met):
            yield self._claim(table)
        if table.paths:
            yield self._claim(table, where=table.paths)
        if table.commits:
            yield self._claim(table, commits=table.commits)

    def _claim(self, table: Allowlist, *, where: str = "", commits: tuple[str, ...] = ()) -> Claim:
        placed = where or commits or table.target != "secret"
        return Claim(
            source=self.name,
            entry=table.entry,
            status=ALLOWED,
            where=where,
            commits=commits,
            reach=PLACE if placed else SECRET,
        )


def parse_allowlists(content: bytes, name: str, read: Read | None = None) -> tuple[Allowlists, tuple[str, ...]]:
    """The allowlists of a file and of the one it extends, and what of them cannot be carried over."""
    made = _Tables(name)
    made.document(_document(content, name), read, depth=2)
    return Allowlists(name, tuple(made.tables)), tuple(made.left)


def _document(content: bytes, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        where = str(error).partition("(")[2].rstrip(")")
        raise ConfigError(f"{name}: not TOML{f' ({where})' if where.startswith('at ') else ''}") from None


class _Tables:
    def __init__(self, name: str) -> None:
        self.name = name
        self.tables: list[Allowlist] = []
        self.left: list[str] = []

    def document(self, document: Mapping[str, Any], read: Read | None, depth: int) -> None:
        for table in _listed(document):
            self.table(table, frozenset(table.get("targetRules") or ()))
        for rule in document.get("rules") or ():
            tables = _listed(rule) if isinstance(rule, dict) else ()
            for table in tables:
                self.table(table, frozenset([str(rule.get("id", ""))]))
            if tables and not (rule.get("regex") or rule.get("path") or rule.get("id") == _GENERIC):
                name = _plain(str(rule.get("id", "")))
                self.left.append(f"the allowlist of {name} to findings that go by another name here")
        # One that is not there is named where the rules are read.
        extended = (document.get("extend") or {}).get("path")
        if not extended:
            return
        content = read(extended) if read and depth and not extended.startswith("/") else None
        if content is not None:
            self.document(_document(content, extended), read, depth - 1)

    def table(self, table: Mapping[str, Any], rules: frozenset[str]) -> None:
        label = str(table.get("description") or (f"allowlist of {', '.join(sorted(rules))}" if rules else "allowlist"))
        self.left += [f"{key} in {label!r}" for key in sorted(set(table) - _KEYS)]
        if table.get("repos"):
            self.left.append(f"repos in {label!r}")
        known = len(self.left)
        try:
            made = Allowlist(
                entry=_plain(label),
                every=str(table.get("condition") or table.get("matchCondition") or "OR").upper() in ("AND", "&&"),
                rules=rules,
                commits=tuple(map(str.lower, table.get("commits") or ())),
                paths=self._paths(table),
                target=str(table.get("regexTarget") or "secret"),
                regexes=tuple(self._go(table.get("regexes") or ())),
                stopwords=tuple(map(str.lower, table.get("stopwords") or table.get("stopWords") or ())),
            )
        except (TypeError, AttributeError):
            raise ConfigError(f"{self.name}: {label!r} is no allowlist") from None
        if made.every and len(self.left) > known:
            # One condition less would let more pass than was meant.
            self.left.append(f"all of {label!r}")
        else:
            self.tables.append(made)

    def _paths(self, table: Mapping[str, Any]) -> str:
        paths = self._go(table.get("paths") or ())
        # The form of version 7 had expressions for the name alone.
        paths += [in_name(made) for made in self._go(table.get("files") or ())]
        return any_of(paths) if paths else ""

    def _go(self, patterns: Iterable[str]) -> list[str]:
        made = []
        for pattern in patterns:
            try:
                made.append(from_go(pattern))
            except ConfigError as error:
                self.left.append(f"the expression {_plain(pattern)!r} ({error})")
        return made


def _listed(table: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The allowlists in a table, in the old form (one) and the new (several)."""
    found = [table.get("allowlist"), *(table.get("allowlists") or ())]
    if isinstance(table.get("allowlist"), list):
        found = [*table["allowlist"], *(table.get("allowlists") or ())]
    return [entry for entry in found if isinstance(entry, dict)]


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)[:120]
