"""Sections of long texts: what was found in one is remembered, and that takes no more than it may."""

from __future__ import annotations

import sys

import pytest

from scanner.engine.prefilter import Hit
from scanner.model.filekind import FileKind
from scanner.model.span import Span
from scanner.model.text import Text
from scanner.pipeline import sections
from scanner.pipeline.build import text_scanner
from scanner.pipeline.empty import Empty
from scanner.pipeline.options import ScanOptions
from scanner.pipeline.text import TextScanner
from tests.conftest import token

pytestmark = pytest.mark.skipif(not sys.flags.hash_randomization, reason="with a fixed seed nothing is remembered")


def _read(read: sections.Sections, scanner: TextScanner, data: bytes) -> tuple[int, bool]:
    """How many matches are in ``data``, read as one section behind a line, and whether they were known."""
    text = Text(b"first\n" + data, "a.txt", FileKind.PROSE)
    some = read.fruitful(text, 0, [Span(6, len(text.data))], frozenset())
    hits = [Hit(entry, end) for entry, end in scanner.engine.prefilter(text.data)]
    found = [*read.matches(text, some, hits, frozenset())]
    assert all(match.secret.reveal() == text.data[match.span.start : match.span.end] for match in found)
    return len(found), some[0].found is not None


def test_what_a_section_held_is_known_until_too_much_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = text_scanner(ScanOptions())
    read = sections.Sections(scanner, Empty())
    one, other = (f'key = "{token(name)}"\n'.encode() for name in ("one", "other"))
    assert _read(read, scanner, one) == (1, False)
    assert _read(read, scanner, one) == (1, True)
    # Short sections with matches are small, and the matches are not.
    monkeypatch.setattr(sections, "_MOST", 1000)
    assert _read(read, scanner, other) == (1, False)
    assert _read(read, scanner, other) == (1, True)
    assert _read(read, scanner, one) == (1, False)
