"""What an expression over paths asks of a file's name, where the folder is not known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.engine.pathfilter import wants
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.ruleset.lastpart import last_part


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"(?i)(?:^|/)Credentials(?:\.toml)?$", [{"credentials"}]),
        (r"\.tf(?:vars|state)?$", [{".tf"}]),
        (r"(?:^|[/_.-])(?:prod|staging)[\w.]*\.(?:yml|json)\Z", [{"prod", "staging"}, {"."}, {"yml", "json"}]),
        (r"(?:ab){2,}x$", [{"ab"}, {"x"}]),
        (r"(?:ab)*x?$", []),
        (r"(?:secret|[^/]*)$", []),
        (r"(?:^|/)(?![^/]*example)[^/]*env[^/]*$", [{"env"}]),
    ],
)
def test_the_name_decides(pattern: str, words: list[set[str]]) -> None:
    found = last_part(pattern)
    assert found.decides
    assert list(found.words) == words


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(?i)secrets", []),
        ("^deploy", []),
        (r"^x\.yml$", [{"x.yml"}]),
        (r"deploy.*\.bin$", [{".bin"}]),
        (r"^src/main/.*\.java$", [{".java"}]),
        (r"(?:^|/)(?:master|credentials/[\w-]+)\.key$", [{".key"}]),
        (r"(?:^|/)(?:\.?gem/credentials|\.?bundle/config)$", [{"credentials", "config"}]),
        ("a|b/c$", []),
        ("(?m)x$", []),
        (r"\p{Lu}x$", []),
        ("(?<!/)x$", [{"x"}]),
    ],
)
def test_the_folder_counts_too(pattern: str, words: list[set[str]]) -> None:
    found = last_part(pattern)
    assert not found.decides
    assert list(found.words) == words


@pytest.mark.parametrize(
    ("pattern", "ends"),
    [
        (r"(?:^|/)(?:\.?gem/credentials|\.?bundle/Config)$", ("/config", "/credentials")),
        (r"(?:^|/)Credentials\.key$", ("credentials.key",)),
        (r"deploy/[^/]*\.(?:yml|json)\Z", ("json", "yml")),
        ("(?:a|b/)$", ("/", "a")),
        ("(?:a|b*)$", ()),
        ("ab?$", ()),
        ("a\n$", ("a\n",)),
        ("ab\u00e9c$", ("c",)),
    ],
)
def test_the_end_is_asked(pattern: str, ends: tuple[str, ...]) -> None:
    assert last_part(pattern).ends == ends


def test_a_name_that_ends_otherwise_is_not_wanted() -> None:
    found = last_part(r"(?i)(?:^|/)(?:\.?gem/credentials|[^/]+/\.?bundle\.conf)$")
    assert [name for name in ("credentials", "CREDENTIALS", "x.Bundle.conf", "credentials\n") if found.may_be(name)] == [
        "credentials", "CREDENTIALS", "x.Bundle.conf", "credentials\n"
    ]  # fmt: skip
    assert not [name for name in ("credentials.c", "t0300-credentials", "bundle.config") if found.may_be(name)]


PARTS = st.sampled_from(
    [
        "a", "B", "x", "/", r"\.", "[^/]*", "[^/]", ".*", ".", "(?:a|x)", "(?:a|b/x)", "(?:^|/)", "^", "$", "(?!a)", "(?!a/)",
        "(?:a/)?", "[/.]", r"\b", "(?:xa)+", r"\Z", "(?<=/)", "(?:x|Bb)", r"\n", "(?:a/)+",
    ]
)  # fmt: skip
NAMES = st.text("aBbx.\n", min_size=1, max_size=5)


@given(st.lists(PARTS, min_size=1, max_size=6), st.sampled_from(["", "(?i)"]), st.lists(NAMES, max_size=2), NAMES)
def test_what_is_said_holds(parts: list[str], flags: str, folders: list[str], name: str) -> None:
    """A path that is wanted has a name that may be; where the name decides, its folders change nothing."""
    pattern, path = flags + "".join(parts), "/".join([*folders, name])
    found = last_part(pattern)
    if wants(pattern, path):
        assert found.may_be(name)
    if found.decides:
        assert wants(pattern, path) == wants(pattern, name)


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
def test_our_rules_are_told_by_words(path: str) -> None:
    rules = [rule for rule in text_scanner(ScanOptions()).engine.rules if rule.path and wants(rule.path, path)]
    assert rules
    for rule in rules:
        found = last_part(rule.path)
        assert found.words
        assert found.may_be(path.rpartition("/")[2])
