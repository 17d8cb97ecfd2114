"""One scanner for the whole folder: loading rules costs more than any of these tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scanner.engine.encoding import to_text
from scanner.model.levels import Severity
from scanner.model.match import Match
from scanner.model.span import LineIndex
from scanner.model.text import Text
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.pipeline.text import TextScanner

Found = tuple[int, str, str, str]
"""Line, rule, key, severity."""


class Nothing:
    """Inspects values, and finds nothing in them."""

    def __init__(self) -> None:
        self.cut = False

    def __call__(self, text: Text) -> list[Match]:
        return []

    def left_out(self) -> None:
        self.cut = True


@pytest.fixture(scope="session")
def scanner() -> TextScanner:
    return text_scanner(ScanOptions())


@pytest.fixture(scope="session")
def adviser() -> TextScanner:
    return text_scanner(ScanOptions(advice=True))


@pytest.fixture(scope="session")
def matches(scanner: TextScanner) -> Callable[[bytes, str], list[Match]]:
    """What is reported above info, in the order of the text."""

    def scan(data: bytes, path: str = "manifest.yaml") -> list[Match]:
        text = to_text(data, path)
        return [match for match in scanner.scan(text) if not match.reason and match.severity > Severity.INFO]

    return scan


@pytest.fixture(scope="session")
def found(matches: Callable[[bytes, str], list[Match]]) -> Callable[[bytes, str], list[Found]]:
    def scan(data: bytes, path: str = "manifest.yaml") -> list[Found]:
        index = LineIndex(to_text(data, path).data)
        return [
            (index.line(match.span.start), match.rule, match.detail.get("key", ""), match.severity.label)
            for match in matches(data, path)
        ]

    return scan
