"""The ignore files of ripsecrets, secretlint and ggshield."""

from __future__ import annotations

import hashlib
import json
import pickle

import pytest

from scanner.model.errors import ConfigError
from scanner.suppress import Loaded, load
from tests.suppress.cases import TODAY, case_of, status_of

SECRET = b"kV7mq9Lw2xT4"
LINE = b"password = 'kV7mq9Lw2xT4'"


def loaded(name: str, content: str) -> Loaded:
    return load({name: content.encode()}.get, today=TODAY)


def status(
    name: str, content: str, *, path: str = "src/app.py", rule: str = "generic-password", specific: int = 1
) -> str:
    return status_of(loaded(name, content).suppressor, case_of(LINE, SECRET, path=path, rule=rule, specific=specific))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("src/\n", "allowed"),
        ("*.py", "allowed"),
        ("app.py\n", "allowed"),
        ("/app.py\n", "new"),
        ("*.py\n!app.py\n", "new"),
        ("# src/\n", "new"),
        ("tests/\n\n[secrets]\nkV7mq9Lw2xT4\n", "allowed"),
        ("[secrets]\r\nkV7mq9Lw2xT4\r\n", "allowed"),
        ("[secrets]\nkV7mq9Lw2xT\n", "new"),
        ("kV7mq9Lw2xT4\n", "new"),
        ("[secrets]\nsrc/\n", "new"),
    ],
)
def test_secretsignore(content: str, expected: str) -> None:
    assert status(".secretsignore", content) == expected


@pytest.mark.parametrize(("content", "expected"), [("src\n", "allowed"), ("src/**\n!src/app.py\n", "new")])
def test_secretlintignore(content: str, expected: str) -> None:
    assert status(".secretlintignore", content) == expected


def lint(*rules: object) -> str:
    return json.dumps({"rules": rules})


def test_secretlintrc() -> None:
    allows = {"id": "@secretlint/secretlint-rule-basicauth", "options": {"allows": ["/^KV7/i", "plain"]}}
    preset = {"id": "@secretlint/secretlint-rule-preset-recommend", "rules": [allows]}
    for content in (lint(allows), lint(preset)):
        assert status(".secretlintrc.json", content, rule="http-basic-auth") == "allowed"
        assert status(".secretlintrc.json", content, rule="github-token") == "new"
    other = {"id": "@secretlint/secretlint-rule-basicauth", "options": {"allows": ["/^kv7/"]}}
    assert status(".secretlintrc.json", lint(other), rule="http-basic-auth") == "new"
    disabled = {"id": "@secretlint/secretlint-rule-slack", "disabled": True}
    assert status(".secretlintrc.yml", lint(disabled), rule="slack-token") == "allowed"
    assert status(".secretlintrc", "rules: []") == "new"


def test_secretlintrc_names_what_it_cannot_carry_over() -> None:
    rule = {
        "id": "@secretlint/secretlint-rule-aws",
        "allowMessageIds": ["AWSAccountID"],
        "options": {"enableIDScanRule": True, "allows": ["/(/"]},
    }
    (note,) = loaded(".secretlintrc.json", lint(rule)).notes
    for named in ("allowMessageIds of aws", "enableIDScanRule", "an expression of aws"):
        assert named in note


@pytest.mark.parametrize(
    ("pattern", "fitting", "other"),
    [
        # What ggshield 1.56 itself answers for these patterns and paths.
        ("**/README.md", "x/README.md", "README.mdx"),
        ("doc/*", "x/doc/a", "doc/a/b"),
        ("LICENSE", "x/LICENSE", "LICENSE2"),
        ("/top.txt", "top.txt", "x/top.txt"),
        ("src/", "x/src/a", "src"),
        ("a/**/b.py", "a/x/y/b.py", "a/b.pyc"),
        ("weaver/samples/**/*", "weaver/samples/a", "weaver/samples"),
        ("t?st", "t?st", "test"),
        ("tests", "tests", "tests/a.py"),
    ],
)
def test_gitguardian_paths(pattern: str, fitting: str, other: str) -> None:
    for content in (f"version: 2\nsecret:\n  ignored_paths: ['{pattern}']\n", f"paths-ignore: ['{pattern}']\n"):
        assert status(".gitguardian.yaml", content, path=fitting) == "allowed"
        assert status(".gitguardian.yaml", content, path=other) == "new"


@pytest.mark.parametrize(
    "match",
    [
        SECRET.decode(),
        hashlib.sha256(SECRET).hexdigest(),
        # The digest that ggshield prints and stores: value and kind of each part, joined.
        hashlib.sha256(SECRET + b",password").hexdigest(),
        hashlib.sha256(SECRET + b",apikey").hexdigest(),
    ],
)
def test_gitguardian_matches(match: str) -> None:
    for content in (
        f"version: 2\nsecret:\n  ignored_matches:\n    - name: a test\n      match: {match}\n",
        f"version: 2\nsecret:\n  ignored-matches:\n    - name:\n      match: {match}\n",
        f"matches-ignore:\n  - name: a test\n    match: {match}\n",
        f"matches-ignore: ['{match}']\n",
    ):
        assert status(".gitguardian.yaml", content) == "allowed", content
    other = f"version: 2\nsecret:\n  ignored_matches: [{{name: x, match: {match[::-1]}}}]\n"
    assert status(".gitguardian.yml", other) == "new"


def test_gitguardian_detectors() -> None:
    content = "version: 2\nsecret:\n  ignored_detectors: [Generic Password, Slack Bot Token]\n"
    assert status(".gitguardian.yaml", content, specific=1) == "allowed"
    assert status(".gitguardian.yaml", content, specific=3) == "new"
    assert "the ignored detector Slack Bot Token" in loaded(".gitguardian.yaml", content).notes[0]


@pytest.mark.parametrize(
    ("name", "content", "named"),
    [
        # Each stands so in some public repository, and does nothing with the tool itself.
        (".gitguardian.yml", "paths:\n  exclude: ['assets/**']\n", "the setting paths, which is none of that tool's"),
        (".gitguardian.yaml", "version: 2\npaths-ignore: ['**/x']\n", "the setting paths-ignore"),
        (".secretlintrc.json", '{"rules": [], "ignorePatterns": ["mysql://.*@"]}', "the setting ignorePatterns"),
        (".secretlintrc.json", '{"rules": [], "ignoreFiles": ["**/*.min.js"]}', "the setting ignoreFiles"),
        (".secretlintrc.cjs", "module.exports = {}", "all of it, which is a program"),
    ],
)
def test_settings_that_do_nothing_are_named(name: str, content: str, named: str) -> None:
    (note,) = loaded(name, content).notes
    assert note.startswith(f"{name}: cannot be carried over: {named}")


def test_settings_about_other_things_are_not() -> None:
    content = "version: 2\nverbose: true\niac:\n  ignored-policies: [GG_IAC_0079]\nsecret:\n  show_secrets: true\n"
    assert loaded(".gitguardian.yml", content).notes == ()


def test_no_raw_value_is_kept() -> None:
    for name, content in (
        (".gitguardian.yaml", f"matches-ignore: ['{SECRET.decode()}']"),
        (".secretsignore", f"[secrets]\n{SECRET.decode()}\n"),
    ):
        given = loaded(name, content)
        assert SECRET not in pickle.dumps(given.suppressor)
        assert SECRET.decode() not in repr(given)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".gitguardian.yaml", "a: [b"),
        (".gitguardian.yaml", "- a\n- b\n"),
        (".gitguardian.yaml", "version: 2\nsecret: 7\n"),
        (".gitguardian.yaml", "version: 2\nsecret:\n  ignored_matches: [{name: x}]\n"),
        (".gitguardian.yaml", "!!python/object/apply:os.system ['true']"),
        (".secretlintrc.json", "{"),
        (".secretlintrc.json", '{"rules": [{}]}'),
        (".secretlintrc.json", '{"rules": 7}'),
    ],
)
def test_a_damaged_file_is_one_line(name: str, content: str) -> None:
    with pytest.raises(ConfigError) as told:
        loaded(name, content)
    assert str(told.value).startswith(name)
    assert "\n" not in str(told.value)
