"""Whatever an expression matches holds one of the words that it is said to need."""

from __future__ import annotations

import pytest

from scanner.engine.pathfilter import wants
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.ruleset.required import required


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"(?i)(?:^|/)(?:\.?cargo/)?Credentials(?:\.toml)?$", {"credentials"}),
        (r"\.tf(?:vars|state)?$", {".tf"}),
        (r"(?:prod|staging)[\w.]*\.(?:ya?ml|json)$", {"prod", "staging"}),
        (r"(?:ab){2,}x", {"ab"}),
        (r"(?:ab)*x?", set()),
        (r"(?:secret|.*)", set()),
        (r"(?!example)[^/]*", set()),
        (r"gem/credentials|bundle/config", {"gem/credentials", "bundle/config"}),
        (r"\p{Lu}+x", set()),
    ],
)
def test_words(pattern: str, words: set[str]) -> None:
    assert required(pattern) == words


@pytest.mark.parametrize(
    "path",
    [
        "app/.env.production",
        "x.env",
        "cargo/credentials",
        ".pypirc",
        "settings-prod.YML",
        "deploy.TFVARS",
        "vault-pass",
    ],
)
def test_paths_that_rules_want_hold_a_word(path: str) -> None:
    rules = [rule for rule in text_scanner(ScanOptions()).engine.rules if rule.path and wants(rule.path, path)]
    assert rules
    for rule in rules:
        words = required(rule.path)
        assert words
        assert any(word in path.lower() for word in words)
