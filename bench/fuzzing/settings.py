"""Targets that read what a repository may say of itself: baselines, rule files, configurations of us and of others."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Sequence
from pathlib import Path

from fuzzing.target import EXPECTED, Run, Target, size_class
from scanner.config.settings import read_settings
from scanner.model.levels import Confidence, Severity
from scanner.model.match import Match
from scanner.model.secret import Secret
from scanner.model.span import Span
from scanner.model.text import Text
from scanner.ruleset.compiled import compile_rules
from scanner.ruleset.examples import fill
from scanner.ruleset.gitleaks import read_gitleaks
from scanner.ruleset.loader import read_rule_file
from scanner.suppress import discover
from scanner.suppress.allowlists import parse_allowlists
from scanner.suppress.baseline_file import parse_baseline
from scanner.suppress.interchange import from_json, to_json
from scanner.suppress.merge import merge

_SALT = "13ae8361477eb5616f53eb7f8e6d5147"
_BASELINE = f"""unsealed-baseline 1
# a remark
salt = {_SALT} 12 eefeffc4
generic-password eefeffc4.s.c418d43fc9b451323272202a0dfebee2 decision=false owner=alice reason="an example"
github-personal-access-token eefeffc4.f.9ee02901374d65d95e22d2299b32515c decision=real owner=bob expires=2027-01-31
slack-bot-token eefeffc4.f.7e3b170d11959d0257e52ed4d0646242 decision=accepted path=tests/**
"""
_DETECT = {
    "version": "1.5.0", "plugins_used": [{"name": "AWSKeyDetector"}, {"name": "Base64HighEntropyString", "limit": 4.5}],
    "filters_used": [{"path": "detect_secrets.filters.regex.should_exclude_line", "pattern": ["a+"]}],
    "results": {"a.py": [{"type": "Secret Keyword", "filename": "a.py", "hashed_secret": "ab" * 20, "line_number": 3, "is_secret": False}]},
}  # fmt: skip
_REPORT = [
    {"RuleID": "a", "Secret": "abc", "Fingerprint": "a.py:a:1", "File": "a.py", "StartLine": 1, "Commit": "ab" * 20}
]
_FORMATS: dict[str, Sequence[bytes]] = {
    "any.baseline": (_BASELINE.encode(), json.dumps(_DETECT).encode(), json.dumps(_REPORT).encode()),
    ".gitleaksignore": (b"# x\n" + b"ab" * 20 + b":a/b.py:rule:12\na.py:rule:1\nsha256:" + b"ab" * 32 + b"\n",),
    ".gitleaks.toml": (b'[allowlist]\npaths = ["a/.*"]\nregexes = ["x+"]\nstopwords = ["y"]\ncommits = ["abc"]\n',),
    ".secretsignore": (b"[patterns]\na.*\n[files]\nb/**\n[secrets]\nabc\n",),
    ".secretlintignore": (b"a/**\n!b\n",),
    ".secretlintrc.json": (
        b'{"rules":[{"id":"@secretlint/x","options":{"allows":["/a+/i","b"]},"allowMessageIds":["c"]}]}',
    ),
    ".gitguardian.yaml": (
        b"version: 2\nsecret:\n  ignored_paths:\n  - a/**\n  ignored_matches:\n  - name: b\n    match: abc\n",
    ),
}


def _baseline_seeds() -> Sequence[bytes]:
    return [bytes([at]) + data for at, samples in enumerate(_FORMATS.values()) for data in samples]


def _baseline(folder: Path) -> Run:
    names = list(_FORMATS)
    token = fill("<<ghp_ %A30 %crc62>>", "fuzz").encode()
    text = Text.named(b'key = "' + token + b'"  # secret\n', "a/b.py")
    match = Match(
        rule="github-personal-access-token", span=Span(7, 7 + len(token)), secret=Secret(token),
        severity=Severity.HIGH, confidence=Confidence.HIGH, specific=3,
    )  # fmt: skip
    other = parse_baseline(_BASELINE.encode(), "b")

    def run(data: bytes) -> Hashable:
        name = names[data[0] % len(names)] if data else names[0]
        body = data[1:]
        path = folder / name
        path.write_bytes(body)
        found: list[Hashable] = [name]
        try:
            loaded = discover.load(lambda wanted: None, baselines=[str(path)], today="2026-01-01")
            found += [len(loaded.notes), len(list(loaded.suppressor.claims(match, text)))]
        except EXPECTED as error:
            found.append(re.sub(r"'.*'|\d+", "", str(error).partition(name)[2])[:30])
        if name == "any.baseline":
            for read in (parse_baseline, from_json):
                try:
                    mine = read(body, "a")
                except EXPECTED:
                    continue
                again = parse_baseline(mine.render(), "again")
                assert again.render() == mine.render(), "writing and reading a baseline changed it"
                found += [len(mine), len(merge(None, mine, other)), len(to_json(mine)) > 0]
        return tuple(found)

    return run


_RULE = b"""- id: acme-token
  title: Acme token
  description: A token of Acme
  severity: high
  confidence: high
  pattern: '\\b(?P<secret>acme_[A-Za-z0-9]{30})\\b'
  keywords: [acme]
  near: 2
  checks: []
  entropy: 3.0
  kinds: [code, config]
  rotation: generic
  examples: ['x = <<acme_ %A30>>', {text: 'y', path: a.py}]
  counter_examples: [acme_, 'acme_x']
"""


def _rule_seeds() -> Sequence[bytes]:
    return [_RULE, _RULE + _RULE.replace(b"acme", b"other"), b"known_examples:\n- {sha256: ab, what: c}\n"]


def _rule(folder: Path) -> Run:
    path = folder / "a.yml"

    def run(data: bytes) -> Hashable:
        path.write_bytes(data)
        try:
            sources = tuple(read_rule_file(path))
            compiled = compile_rules(sources, {})
        except EXPECTED as error:
            return re.sub(r"'.*'|\d+", "", str(error).partition("a.yml")[2])[:40]
        return (
            len(sources),
            len(compiled.expressions),
            compiled.expressions[0].source[:12] if compiled.expressions else "",
        )

    return run


_TOML = rb"""title = "x"
[extend]
useDefault = true
disabledRules = ["a"]
[[rules]]
id = "b"
description = "c"
regex = '''(?i)\b(acme_[a-z0-9\-]{8,40})(?:[^\w]|$)'''
secretGroup = 1
entropy = 3.5
keywords = ["acme"]
path = '''\.env$'''
[[rules.allowlists]]
condition = "AND"
regexes = ['''x\z''', '''(?P<n>[[:alpha:]]\pL)''']
paths = ["a"]
[[rules.required]]
id = "d"
withinLines = 3
[[rules]]
id = "d"
regex = '''\Qz.z\E(?s:.)'''
[allowlist]
stopwords = ["no"]
commits = ["abc"]
"""


def _toml(folder: Path) -> Run:
    path = folder / ".gitleaks.toml"

    def run(data: bytes) -> Hashable:
        path.write_bytes(data)
        found: list[Hashable] = []
        try:
            foreign = read_gitleaks(path)
            found += [len(foreign.rules), len(foreign.disabled), len(foreign.notes)]
            found.append(len(compile_rules(foreign.rules, {}).expressions))
        except EXPECTED as error:
            found.append(re.sub(r"'.*'|\d+|[a-z]: .*", "", str(error).partition(".toml")[2])[:30])
        try:
            _, left = parse_allowlists(data, "a")
            found.append(len(left))
        except EXPECTED as error:
            found.append(str(error)[:12])
        return tuple(found)

    return run


_SETTINGS = b"""pack: strict
severity: medium
disable: [a, b]
enable: [c]
severities: {d: low}
exclude: ["tests/**"]
rules: [own]
baseline: base
"""


def _settings(folder: Path) -> Run:
    paths = (folder / ".unsealed.yml", folder / "pyproject.toml")
    (folder / "own").mkdir(exist_ok=True)
    (folder / "base").write_bytes(b"")

    def run(data: bytes) -> Hashable:
        path = paths[data[:1] == b"["]
        path.write_bytes(data)
        try:
            settings = read_settings(path)
        except EXPECTED as error:
            return re.sub(r"'.*'|\d+|\".*", "", str(error).partition(path.name)[2])[:30]
        assert all(str(found).startswith(str(folder)) for found in settings.rules), "led outside its folder"
        return len(settings.notes()), size_class(len(settings.exclude)), settings.pack

    return run


_YAML_WORDS = (
    b"- ",
    b": ",
    b"[",
    b"]",
    b"{",
    b"}",
    b"&a",
    b"*a",
    b"!!python/object/apply:os.system",
    b"'",
    b"|\n",
    b"../",
    b"/etc",
)
_PATTERNS = (
    b"(?P<secret>",
    b"(?i)",
    b"{1,1000}",
    b"*",
    b"+?",
    b"[^",
    b"\\b",
    b"(?=",
    b"\\1",
    b"|",
    b")",
    b"{0,",
    b"(?:a*)*",
)
TARGETS = (
    Target(
        "baselines",
        _baseline,
        _baseline_seeds,
        (b"decision=", b"salt = ", b'"', b"eefeffc4.s.", b"{", b"[", b"\n", b"null"),
        4096,
    ),
    Target("rules", _rule, _rule_seeds, (*_YAML_WORDS, *_PATTERNS), 2048),
    Target(
        "gitleaks",
        _toml,
        lambda: (_TOML,),
        (*_PATTERNS, b"\\z", b"\\pL", b"[[:", b"'''", b"[[rules]]\n", b"= ", b"\\Q"),
        2048,
    ),
    Target("settings", _settings, lambda: (_SETTINGS, b"[tool.unsealed]\ndisable = ['a']\n"), _YAML_WORDS, 2048),
)
