"""What is dropped is not judged to the end where nobody asks for it; what is found must not depend on that."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from scanner.commands.baselines import context
from scanner.engine.encoding import to_text
from scanner.model.span import Span
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.pipeline.text import Dropped, TextScanner
from scanner.ruleset.examples import fill

CORPUS = Path(__file__).resolve().parents[2] / "corpus" / "hard"
CASES = [
    case
    for name in ("negatives.yml", "positives.yml", "configuration.yml")
    for case in yaml.safe_load((CORPUS / name).read_text())
    if "skip" not in case
]


@pytest.fixture(scope="module")
def telling() -> TextScanner:
    return text_scanner(ScanOptions(show_dropped=True))


@pytest.fixture(scope="module")
def quiet() -> TextScanner:
    return text_scanner(ScanOptions())


def test_all_that_is_plausible_comes_whether_dropped_ones_are_told_or_not(
    telling: TextScanner, quiet: TextScanner
) -> None:
    silenced = 0
    for case in CASES:
        text = to_text(fill(case["text"], case["case"]).encode(), case["path"])
        every = telling.scan(text, dropped=Dropped.NEVER)
        plausible = [match for match in every if not match.reason]
        assert quiet.scan(text, dropped=Dropped.NEVER) == plausible, case["case"]
        # Whoever shows a line of this text hides what was dropped on it too.
        assert quiet.scan(text, dropped=Dropped.BESIDE) == (every if plausible else [])
        # And who shows a text whatever is in it hides them always.
        assert quiet.scan(text) == every, case["case"]
        silenced += not plausible and bool(every)
    assert silenced > 20


def test_layers_side_by_side_keep_their_own_hits(quiet: TextScanner) -> None:
    lines = [f'"https://example.org/{number}" "Mozilla/5.0 (X11)"' for number in range(300)]
    token = fill("<<ghp_ %A30 %crc62>>", "joined")
    lines[119] = lines[121] = "--"
    lines[120] = f'url = "{token[:12]}" + "{token[12:]}"'
    (match,) = quiet.scan(to_text("\n".join(lines).encode(), "access.log"))
    assert match.secret.reveal() == token.encode()


def test_an_audit_hides_what_was_dropped_on_the_lines_it_shows() -> None:
    text = to_text(b"db_password = 'hunter-is-waiting'\n", "app.py")
    matches = context.scanner().scan(text)
    assert [match.reason for match in matches] == ["words"]
    assert context.redacted_line(text, matches, Span(0, len(text.data))) == "db_password = 'hu***(17 chars)'?"
