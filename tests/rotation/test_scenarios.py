"""Every scenario repository gives exactly the runbook it must."""

from __future__ import annotations

import json

import pytest

from scanner.rotation import words
from scanner.rotation.view_json import json_view
from scanner.rotation.view_markdown import markdown_view

from .harness import Scenario, scenarios, shown, table

ALL = scenarios()


def test_there_are_enough_of_them() -> None:
    assert len(ALL) >= 25


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.name)
def test_scenario(scenario: Scenario) -> None:
    books = scenario.runbooks()
    assert len(books) == int((scenario.wanted("books") or ["1"])[0])
    book = books[0]
    assert [row for one in books for row in table(one)] == scenario.wanted("row")
    if scenario.wanted("overlap"):
        assert str(book.overlap if book.overlap is not None else "null") == scenario.wanted("overlap")[0]
    if scenario.wanted("producer"):
        assert [words.producer_line(one) for one in book.producers] == scenario.wanted("producer")
    if scenario.wanted("reader"):
        assert [words.reader_line(one) for one in book.readers] == scenario.wanted("reader")
    assert [f"{one.namespace}/{one.name}" for one in book.copies] == scenario.wanted("copy")
    _said(scenario, shown(books), books)


def _said(scenario: Scenario, text: str, books: list) -> None:
    for wanted in scenario.wanted("has"):
        assert wanted in text
    for unwanted in scenario.wanted("hasnt"):
        assert unwanted not in text
    for wanted in scenario.wanted("unresolved"):
        assert any(wanted in line for line in books[0].unresolved), books[0].unresolved
    assert bool(books[0].unresolved) == bool(scenario.wanted("unresolved")), books[0].unresolved
    for wanted in scenario.wanted("assumed"):
        assert any(wanted in line for line in books[0].assumptions), books[0].assumptions
    commands = [command for step in books[0].steps for command in step.command.splitlines()]
    for wanted in scenario.wanted("step"):
        assert wanted in commands, commands


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.name)
def test_every_view_holds_every_consumer_and_revokes_last(scenario: Scenario) -> None:
    books = scenario.runbooks()
    made = json.loads(json_view(books, explain=True))
    markdown = markdown_view(books, explain=True)
    assert {"secret", "producer", "consumers", "readers", "overlap_s", "steps", "assumptions", "unresolved"} <= set(
        made
    )
    for one, row in zip(books[0].consumers, made["consumers"], strict=True):
        assert (row["kind"], row["ns"], row["name"], row["file"], row["line"]) == (
            one.kind, one.namespace, one.name, one.place.file, one.place.line,
        )  # fmt: skip
        if one.affected and row["t_max_s"] is None:
            assert row["t_reason"]
        assert f"{one.place.file}:{one.place.line}".replace("_", "\\_") in markdown
    phases = [step["phase"] for step in made["steps"]]
    assert phases.index("revoke") > max(
        at for at, phase in enumerate(phases) if phase in ("publish", "propagate", "verify")
    )
    assert markdown.count("- [ ] ") == sum(len(book.steps) for book in books)
