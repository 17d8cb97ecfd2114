"""One rule as written in YAML, checked key by key.

The format is described in ``docs/rule-format.md``; every complaint names file, line and key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from scanner.model.filekind import FileKind
from scanner.model.levels import Confidence, Severity
from scanner.ruleset import shorthand

PLAUSIBLE = ("token", "literal", "value", "password", "none")
PACKS = ("default", "strict")


@dataclass(frozen=True, slots=True)
class Example:
    """A text that must, or must not, give a finding of its rule; templates are not yet filled in."""

    text: str
    path: str = "example.txt"
    expect: int | None = None
    severity: Severity | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Expressions are source text here; the engine compiles those that are needed.

    ``needs`` is an expression without which ``pattern`` need not be tried; ``inside`` says that it and ``prefilter``
    match within what ``pattern`` matches. ``backwards`` matches, read
    backwards, what ``pattern`` does before what ``needs`` does. ``near`` counts lines, ``reach`` bytes,
    ``entropy`` bits a character. ``unpaired`` is None for "drop". ``kinds`` is the set of file kinds
    in which the rule is tried. With ``by_path`` it reads every file of its ``path`` whole, whatever is in it.
    """

    id: str
    title: str
    description: str
    severity: Severity
    confidence: Confidence = Confidence.HIGH
    pattern: str = ""
    detector: str = ""
    prefilter: str = ""
    needs: str = ""
    backwards: str = ""
    inside: bool = True
    keywords: tuple[str, ...] = ()
    near: int = 0
    pair: str = ""
    path: str = ""
    by_path: bool = False
    entropy: float = 0.0
    unpaired: Severity | None = None
    reach: int = 0
    kinds: frozenset[FileKind] = field(default_factory=frozenset)
    checks: tuple[str, ...] = ()
    plausible: str = "token"
    allow: tuple[str, ...] = ()
    specific: int = 3
    pack: str = "default"
    rotation: str = "generic"
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleSource:
    """A rule with what only tests and documentation need."""

    rule: Rule
    examples: tuple[Example, ...]
    counter_examples: tuple[Example, ...]
    file: str
    line: int


class RuleSyntaxError(ValueError):
    """A key or value of a rule is not of the format; the caller adds file and line."""


_STRINGS = ("id", "title", "description", "pattern", "detector", "prefilter", "needs", "pair", "path", "rotation")
_LISTS = ("keywords", "checks", "allow", "references")
_NUMBERS = ("near", "reach", "specific")
_OTHER = (
    "entropy",
    "inside",
    "by_path",
    "severity",
    "confidence",
    "unpaired",
    "kinds",
    "not_kinds",
    "plausible",
    "pack",
    "examples",
    "counter_examples",
)
KEYS = frozenset((*_STRINGS, *_LISTS, *_NUMBERS, *_OTHER, *shorthand.KEYS))


def parse_rule(entry: Mapping[str, object]) -> tuple[Rule, tuple[Example, ...], tuple[Example, ...]]:
    """The rule and its examples, or RuleSyntaxError with the key that is wrong."""
    for key in entry:
        if key not in KEYS:
            raise RuleSyntaxError(f"unknown key {key!r}; known keys: {', '.join(sorted(KEYS))}")
    try:
        entry = shorthand.expand(entry)
    except ValueError as error:
        raise RuleSyntaxError(str(error)) from None
    strings: dict[str, Any] = {key: _string(entry, key) for key in (*_STRINGS, "backwards") if key in entry}
    lists: dict[str, Any] = {key: _strings(entry, key) for key in _LISTS if key in entry}
    for key in ("id", "title", "description"):
        if not strings.get(key):
            raise RuleSyntaxError(f"key {key!r} is missing or empty")
    if bool(strings.get("pattern")) == bool(strings.get("detector")):
        raise RuleSyntaxError("exactly one of 'pattern' and 'detector' is needed")
    if "severity" not in entry:
        raise RuleSyntaxError("key 'severity' is missing")
    confidence = _confidence(entry.get("confidence", "high"))
    unpaired = entry.get("unpaired", "drop")
    by_path = _flag(entry, "by_path", default=False)
    if by_path and (not strings.get("path") or "prefilter" in strings):
        raise RuleSyntaxError("'by_path' goes with 'path', and instead of 'prefilter'")
    rule = Rule(
        **strings,
        **lists,
        severity=severity_named(entry["severity"], "severity"),
        confidence=confidence,
        entropy=_bits(entry),
        inside=_flag(entry, "inside", default=entry.keys().isdisjoint(("prefilter", "needs"))),
        by_path=by_path,
        near=_number(entry, "near", 0),
        reach=_number(entry, "reach", 0),
        specific=_number(entry, "specific", 2 if strings.get("detector") else 3),
        unpaired=None if unpaired == "drop" else severity_named(unpaired, "unpaired"),
        kinds=_kinds(entry, confidence),
        plausible=_one_of(entry, "plausible", PLAUSIBLE, "token"),
        pack=_one_of(entry, "pack", PACKS, "default"),
    )
    return rule, _examples(entry, "examples"), _examples(entry, "counter_examples")


def severity_named(word: object, key: str) -> Severity:
    """The severity called ``word``."""
    try:
        return Severity[str(word).upper()]
    except KeyError:
        known = ", ".join(s.label for s in reversed(Severity))
        raise RuleSyntaxError(f"{key!r} is {word!r}; it must be one of {known}") from None


def _confidence(word: object) -> Confidence:
    try:
        return Confidence[str(word).upper().replace("-", "_")]
    except KeyError:
        raise RuleSyntaxError(f"'confidence' is {word!r}; it must be high, medium or low") from None


def _string(entry: Mapping[str, object], key: str) -> str:
    value = entry[key]
    if not isinstance(value, str):
        raise RuleSyntaxError(f"{key!r} must be a string (quote it)")
    return value.strip("\n") if key in ("pattern", "prefilter", "needs", "pair", "path") else value.strip()


def _strings(entry: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = entry[key]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RuleSyntaxError(f"{key!r} must be a list of strings")
    return tuple(value)


def _flag(entry: Mapping[str, object], key: str, *, default: bool) -> bool:
    value = entry.get(key, default)
    if not isinstance(value, bool):
        raise RuleSyntaxError(f"{key!r} must be true or false")
    return value


def _number(entry: Mapping[str, object], key: str, default: int) -> int:
    value = entry.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise RuleSyntaxError(f"{key!r} must be a whole number, 0 or more")
    return value


def _bits(entry: Mapping[str, object]) -> float:
    value = entry.get("entropy", 0)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 8:
        raise RuleSyntaxError("'entropy' must be a number from 0 to 8 (bits a character)")
    return float(value)


def _one_of(entry: Mapping[str, object], key: str, words: tuple[str, ...], default: str) -> str:
    value = entry.get(key, default)
    if value not in words:
        raise RuleSyntaxError(f"{key!r} is {value!r}; it must be one of {', '.join(words)}")
    return str(value)


def _kinds(entry: Mapping[str, object], confidence: Confidence) -> frozenset[FileKind]:
    every = frozenset(FileKind)
    if "kinds" in entry and "not_kinds" in entry:
        raise RuleSyntaxError("give 'kinds' or 'not_kinds', not both")
    for key in ("kinds", "not_kinds"):
        if key in entry:
            named = set()
            for word in _strings(entry, key):
                if word.upper() not in FileKind.__members__:
                    known = " ".join(k.name.lower() for k in FileKind)
                    raise RuleSyntaxError(f"{key!r} names {word!r}; file kinds are {known}")
                named.add(FileKind[word.upper()])
            return frozenset(named) if key == "kinds" else every - named
    return every if confidence >= Confidence.HIGH else every - {FileKind.LOCK, FileKind.BINARY}


def _examples(entry: Mapping[str, object], key: str) -> tuple[Example, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list):
        raise RuleSyntaxError(f"{key!r} must be a list")
    return tuple(_example(item, key) for item in value)


def _example(item: object, key: str) -> Example:
    if isinstance(item, str):
        return Example(item)
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        raise RuleSyntaxError(f"an entry of {key!r} must be a string or a mapping with 'text'")
    unknown = set(item) - {"text", "path", "expect", "severity", "line"}
    if unknown:
        raise RuleSyntaxError(f"an entry of {key!r} has the unknown key {sorted(unknown)[0]!r}")
    severity = item.get("severity")
    return Example(
        text=item["text"],
        path=str(item.get("path", "example.txt")),
        expect=item.get("expect"),
        severity=severity_named(severity, "severity") if severity is not None else None,
        line=item.get("line"),
    )


_TUPLES = ("keywords", "checks", "allow", "references")


def rule_to_plain(rule: Rule) -> dict[str, Any]:
    """``rule`` in a form that ``json`` can write."""
    return asdict(rule) | {"kinds": sorted(rule.kinds)}


def rule_from_plain(plain: Mapping[str, Any]) -> Rule:
    """The inverse of ``rule_to_plain``; raises KeyError, TypeError or ValueError for anything else."""
    values = dict(plain)
    values["severity"] = Severity(values["severity"])
    values["confidence"] = Confidence(values["confidence"])
    if values["unpaired"] is not None:
        values["unpaired"] = Severity(values["unpaired"])
    values["kinds"] = frozenset(map(FileKind, values["kinds"]))
    for key in _TUPLES:
        values[key] = tuple(values[key])
    return Rule(**values)
