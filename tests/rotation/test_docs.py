"""docs/rotation.md says what the program does."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from scanner.cli import parser_for
from scanner.commands import rotate
from scanner.rotation.compose import runbooks_for
from scanner.rotation.guides import guide_ids
from scanner.rotation.repository import index_repository
from scanner.rotation.view_json import json_view
from scanner.rotation.view_text import text_view
from scanner.ruleset.loader import load_rules
from scanner.ruleset.location import rules_dir

from .harness import FOLDER, load

DOC = (Path(__file__).parents[2] / "docs" / "rotation.md").read_text("utf-8")


def test_the_worked_example_is_what_the_program_prints() -> None:
    scenario = load(FOLDER / "01-worked-example.txt")
    question = replace(scenario.question, fingerprint="1f3a09bc" + "0" * 24, length=24)
    files = ((path, text.encode()) for path, text in scenario.files.items())
    printed = text_view(runbooks_for(index_repository(files), question))
    block = next(part for part in DOC.split("```") if part.strip().startswith("LEAK"))
    table, readers = block.strip().split("\n\nreaders")
    assert table in printed
    assert "readers" + readers in printed


def test_every_option_and_every_json_key_is_described() -> None:
    actions = parser_for("rotate", rotate)._actions
    for action in actions:
        for option in action.option_strings:
            if option.startswith("--") and option not in ("--help", "--output", "--format", "--rules"):
                assert option in DOC
    book = json.loads(json_view(load(FOLDER / "01-worked-example.txt").runbooks()))
    described = set(re.findall(r'"([a-z_]+)"', DOC))
    assert set(book) <= described
    for part in ("consumers", "readers", "steps"):
        assert set(book[part][0]) <= described
    assert set(book["secret"]) | set(book["guide"]) | set(book["producer"]) <= described


def test_the_commands_shown_name_what_exists() -> None:
    rules = {source.rule.id for source in load_rules([rules_dir()])}
    for target in re.findall(r"^unsealed rotate ([a-z][a-z-]+) ", DOC, re.MULTILINE):
        assert target in rules | set(guide_ids())
