"""A rule that reaches far tells nothing of what stands at the end of its reach: that is cut off there."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.engine.engine import Engine
from scanner.model.filekind import FileKind
from scanner.model.text import Text
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.ruleset.examples import fill

RULE = "private-key"
REACH = 30_000


def key(name: str) -> str:
    body = "\n".join(fill("<<%A64>>", f"{name} {line}") for line in range(25))
    return f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n"


def test_what_is_cut_off_by_the_reach_of_another_is_left_to_its_own_hit() -> None:
    engine: Engine = text_scanner(ScanOptions()).engine
    first, second = key("first"), key("second")
    between = "a line of text\n" * ((REACH - len(first) - 500) // 15)
    text = Text((first + between + second).encode(), "keys.txt", FileKind.OTHER)
    hits = engine.prefilter(text.data)
    spans = [match.span for match in engine.match(text, hits) if match.rule == RULE]
    assert [span.start for span in spans] == [0, len(first + between)]
    # As in a history, where the second stood in the version before.
    fresh = [hit for hit in hits if hit.end <= len(first)]
    assert [match.span for match in engine.match(text, fresh) if match.rule == RULE] == spans[:1]


@pytest.mark.parametrize("more", ["keywords: [acme]", "pair: 'acme=(?P<user>[a-z]{4})'"])
def test_a_rule_that_something_else_woke_finds_what_is_in_its_reach(more: str, tmp_path: Path) -> None:
    (tmp_path / "own.yml").write_text(
        "- id: own-far\n  title: t\n  description: d\n  severity: high\n  confidence: high\n"
        f"  pattern: '(?P<secret>[0-9a-f]{{40}})'\n  reach: 900\n  near: 9\n  {more}\n"
    )
    engine = text_scanner(ScanOptions(rules=(str(tmp_path),))).engine
    value = fill("<<%H40>>", "far").lower()
    text = Text(f"acme=user\n{'a line of text' * 9}\n{value}\n".encode(), "notes.txt", FileKind.OTHER)
    matches = engine.match(text, engine.prefilter(text.data))
    assert [match.secret.reveal().decode() for match in matches if match.rule == "own-far"] == [value]


@pytest.mark.parametrize(("near", "found"), [(0, False), (2, False), (3, True)])
def test_a_match_over_several_lines_is_searched_as_far_as_its_rule_says(
    near: int, tmp_path: Path, *, found: bool
) -> None:
    """The hit of an expression that was derived ends where the match does, lines below its beginning."""
    (tmp_path / "own.yml").write_text(
        "- id: own-call\n  title: t\n  description: d\n  severity: high\n  confidence: high\n"
        rf"  pattern: 'acmeconnect\(\s{{0,20}}host,\s{{0,20}}user,\s{{0,20}}(?P<secret>[0-9a-f]{{40}})'"
        f"\n  near: {near}\n"
    )
    engine = text_scanner(ScanOptions(rules=(str(tmp_path),))).engine
    value = fill("<<%H40>>", "call").lower()
    text = Text(f"acmeconnect(\n  host,\n  user,\n  {value}\n)\n".encode(), "notes.txt", FileKind.OTHER)
    matches = engine.match(text, engine.prefilter(text.data))
    assert [match.secret.reveal().decode() for match in matches if match.rule == "own-call"] == [value] * found
