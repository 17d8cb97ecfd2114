"""JSON and JSON Lines against the published schema."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from jsonschema import Draft202012Validator

from scanner.commands.report import schema
from scanner.model.result import Skipped
from tests.report.samples import FIRST, SECOND, hostile, options, result, written

SOURCE = Path(__file__).resolve().parent.parent.parent
VALIDATOR = Draft202012Validator(json.loads(schema()))
LINE_VALIDATOR = Draft202012Validator(
    {**json.loads(schema()), "$ref": "#/$defs/finding", "required": [], "properties": {}}
)


def test_the_schema_is_one_itself_and_the_documentation_has_the_same() -> None:
    Draft202012Validator.check_schema(json.loads(schema()))
    assert (SOURCE / "docs" / "findings.schema.json").read_text() == schema()


def test_every_kind_of_finding_is_as_the_schema_says() -> None:
    statuses = [replace(FIRST, status=status, fingerprint=f"{at:032x}") for at, status in enumerate(
        ("new", "baseline", "allowed", "dropped", "unchanged", "gone"))]  # fmt: skip
    scan = result(*statuses, SECOND, *hostile(), skipped=(Skipped("a", "b"), Skipped("c", "d", blocking=False)))
    for given in (options(), options(show_secrets=True), options(advice=None)):
        document = json.loads(written("json", scan, given))
        VALIDATOR.validate(document)
        for line in written("jsonl", scan, given).splitlines():
            LINE_VALIDATOR.validate(json.loads(line))
    assert not VALIDATOR.is_valid({**document, "findings": [{"rule": "x"}]}), "the schema refuses what is no finding"


def test_members_say_what_the_finding_says() -> None:
    record = json.loads(written("json", result(FIRST)))["findings"][0]
    assert (record["line"], record["column"], record["end_column"]) == (12, 9, 49)
    assert record["commit"] == FIRST.origin.commit and record["in_head"] is True
    assert record["occurrences"][1] == {
        "commit": "f" * 40, "path": "old/config.yml", "line": 3, "date": "2024-06-01T12:00:00+02:00",
    }  # fmt: skip
    assert record["rotation"]["steps"][1] == "Roll it out."
    assert "secret" not in record


def test_incomplete_is_said() -> None:
    scan = json.loads(written("json", result(skipped=(Skipped("x", "y"),))))["scan"]
    assert scan["complete"] is False
    assert json.loads(written("json", result(skipped=(Skipped("x", "y", blocking=False),))))["scan"]["complete"] is True


def test_clean_is_an_empty_list_and_no_lines() -> None:
    assert json.loads(written("json", result()))["findings"] == []
    assert written("jsonl", result()) == ""


def test_the_bytes_are_plain_ascii_without_control_characters_or_commands() -> None:
    for name in ("json", "jsonl", "sarif", "gitlab"):
        text = written(name, result(*hostile()))
        assert all(character == "\n" or " " <= character <= "~" for character in text), name
        assert "##" not in text, name


def test_undecodable_bytes_in_a_path_give_json_that_strict_readers_take() -> None:
    text = written("json", result(replace(FIRST, path="caf\udce9")))
    assert "\\ud" not in text and json.loads(text)["findings"][0]["path"] == "caf\\xe9"
