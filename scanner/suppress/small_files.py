"""Small ignore files of other tools: those of ripsecrets, secretlint and ggshield."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.model.errors import ConfigError
from scanner.suppress.case import Case
from scanner.suppress.paths import IgnoredPaths, PathPatterns
from scanner.suppress.patterns import compiled, search
from scanner.suppress.values import Values
from scanner.suppress.verdict import ALLOWED, Claim, Place, Source

Parsed = tuple[list[Source], list[str]]
_SECTION = "[secrets]"
_SHA256 = re.compile(r"[0-9a-fA-F]{64}\Z")
_JS_REGEX = re.compile(r"/(.+)/([a-z]*)\Z", re.DOTALL)
# Settings by which ggshield ignores something, those of its version 1 among them, and the sections of version 2.
_GG_SETTINGS = {"ignored_matches", "ignored_paths", "ignored_detectors", "matches_ignore", "paths_ignore"}
_GG_SETTINGS |= {"banlisted_detectors", "ignore_default_excludes", "ignore_known_secrets"}
_GG_SECTIONS = {"secret", "iac", "sca"}
_IGNORING = re.compile("ignor|exclu|allow|skip|disable|path|match|detector", re.IGNORECASE)
_NO_RULE = {"preset-recommend", "preset-canary", "filter-comments"}


def parse_secretsignore(content: bytes, name: str) -> Parsed:
    """ripsecrets: paths as in ``.gitignore`` and, after ``[secrets]``, values one a line."""
    lines = [line.rstrip("\r") for line in content.decode("utf-8", "replace").split("\n")]
    at = next((number for number, line in enumerate(lines) if line.strip() == _SECTION), len(lines))
    values = [(line.strip(), number) for number, line in enumerate(lines[at + 1 :], at + 2)]
    kept = [(value.encode(), f"line {number}") for value, number in values if value and not value.startswith("#")]
    return [IgnoredPaths.of(name, lines[:at]), Values.of(name, kept)], []


def parse_secretlintignore(content: bytes, name: str) -> Parsed:
    """secretlint's list of paths, in the manner of ``.gitignore``."""
    return [IgnoredPaths.of(name, content.decode("utf-8", "replace").split("\n"))], []


def parse_gitguardian(content: bytes, name: str) -> Parsed:
    """ggshield's configuration, version 1 and 2: ignored paths, values, and generic detectors."""
    document = _yaml(content, name)
    try:
        two = document.get("version") == 2
        section = _dashes_as_underscores((document.get("secret") or {}) if two else document)
        matches = section.get("ignored_matches" if two else "matches_ignore") or ()
        paths = section.get("ignored_paths" if two else "paths_ignore") or ()
        detectors = section.get("ignored_detectors" if two else "banlisted_detectors") or ()
        raw: list[tuple[bytes, str]] = []
        digests: dict[str, str] = {}
        for number, entry in enumerate(matches, 1):
            value, told = (entry["match"], entry.get("name")) if isinstance(entry, dict) else (entry, "")
            told = f"ignored match {number}" + (f" ({_plain(told)})" if told else "")
            if _SHA256.match(str(value)):
                digests[str(value).lower()] = told
            else:
                raw.append((str(value).encode(), told))
        patterns = tuple((_gg_path(str(path)), str(path)) for path in paths)
        left = _unknown(section, _GG_SETTINGS) + (_unknown(document, _GG_SECTIONS) if two else [])
    except (KeyError, TypeError, AttributeError):
        raise ConfigError(f"{name}: not a configuration of ggshield") from None
    sources: list[Source] = [PathPatterns(name, patterns), Values.of(name, raw, digests)]
    for detector in map(str, detectors):
        if detector.lower().startswith("generic"):
            sources.append(PathPatterns(name, (("", f"ignored detector {_plain(detector)}"),), generic_only=True))
        else:
            left.append(f"the ignored detector {_plain(detector)}")
    if digests:
        left.append("digests of incidents that have several parts, should any of the ignored matches be one")
    return sources, left


@dataclass(frozen=True, slots=True)
class SecretlintAllows:
    """Values a secretlint rule lets pass: ``allows`` are expressions, ``word`` is found in the names of our rules."""

    name: str
    word: str
    allows: tuple[str, ...] = field(repr=False)
    every: bool = False

    def claims(self, case: Case) -> Iterable[Claim]:
        """A claim when the value is let pass, or the rule is switched off."""
        if self.word.replace("-", "") not in case.match.rule.replace("-", ""):
            return
        secret = case.match.secret.reveal().decode("utf-8", "replace")
        if self.every:
            yield Claim(source=self.name, entry=f"{self.word} is disabled", status=ALLOWED)
        elif any(search(pattern, secret) for pattern in self.allows):
            yield Claim(source=self.name, entry=f"allows of {self.word}", status=ALLOWED)

    def at(self, rule: str, place: Place) -> Claim | None:
        """Values have no place."""
        return None


def parse_program(content: bytes, name: str) -> Parsed:
    """secretlint's configuration as a program, which nothing here runs."""
    return [], ["all of it, which is a program; write it as JSON or YAML"]


def parse_secretlintrc(content: bytes, name: str) -> Parsed:
    """secretlint's rules: what they allow and which are disabled; everything else is its own affair."""
    document = _yaml(content, name)
    sources: list[Source] = []
    left: list[str] = []
    try:
        for rule in _lint_rules(document.get("rules") or ()):
            _lint_rule(rule, name, sources, left)
        left += _unknown(document, {"rules"})
    except (KeyError, TypeError, AttributeError):
        raise ConfigError(f"{name}: not a configuration of secretlint") from None
    return sources, left


def _lint_rules(rules: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for rule in rules:
        yield rule
        yield from _lint_rules(rule.get("rules") or ())


def _lint_rule(rule: Mapping[str, Any], name: str, sources: list[Source], left: list[str]) -> None:
    word = str(rule["id"]).rpartition("/")[2].removeprefix("secretlint-rule-")
    if word in _NO_RULE:
        return
    if rule.get("disabled"):
        sources.append(SecretlintAllows(name, word, (), every=True))
    if rule.get("allowMessageIds"):
        left.append(f"allowMessageIds of {_plain(word)}")
    options = rule.get("options") or {}
    allows = []
    for allow in options.get("allows") or ():
        try:
            allows.append(_js_pattern(str(allow)))
        except ConfigError as error:
            left.append(f"an expression of {_plain(word)} ({error})")
    if allows:
        sources.append(SecretlintAllows(name, word, tuple(allows)))
    left += [f"the option {_plain(key)} of {_plain(word)}" for key in sorted(set(options) - {"allows"})]


def _js_pattern(allow: str) -> str:
    found = _JS_REGEX.match(allow)
    if not found:
        return re.escape(allow)
    flags = "".join(flag for flag in found.group(2) if flag in "ims")
    pattern = (f"(?{flags})" if flags else "") + re.sub(r"\(\?<(?![=!])", "(?P<", found.group(1).replace(r"\/", "/"))
    compiled(pattern)
    return pattern


def _gg_path(pattern: str) -> str:
    """ggshield's patterns: at any depth unless led by a slash, to the end, ``*`` within a name, the rest as it is."""
    body = pattern.lstrip("/")
    made = re.escape(body).replace(r"\*\*/", "(?:[^/]+/)*").replace(r"\*", "[^/]+")
    return ("^" if pattern.startswith("/") else "(?:^|/)") + made + ("" if pattern.endswith("/") else r"\Z")


def _yaml(content: bytes, name: str) -> Mapping[str, Any]:
    """A YAML (or JSON) mapping. ConfigError with the line when it is none."""
    from scanner.ruleset import yamlfile

    try:
        document = yamlfile.load(content)
    except yamlfile.Unreadable as error:
        raise ConfigError(error.at(name)) from None
    if not isinstance(document, dict):
        raise ConfigError(f"{name}: expected a mapping of settings")
    return document


def _unknown(section: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    """Settings that look as if they ignored something and that the tool itself knows nothing of."""
    names = [str(name) for name in section if str(name).replace("-", "_") not in known]
    return [f"the setting {_plain(name)}, which is none of that tool's" for name in names if _IGNORING.search(name)]


def _dashes_as_underscores(section: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key).replace("-", "_"): value for key, value in section.items()}


def _plain(text: object) -> str:
    return "".join(char for char in str(text) if char.isprintable())[:80]
