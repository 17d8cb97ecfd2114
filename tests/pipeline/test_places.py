"""Sample values live in tests and examples: generic findings there are low, a vendor's token is what it is."""

from __future__ import annotations

import pytest

from scanner.model.levels import Severity
from scanner.pipeline.places import severity_at


@pytest.mark.parametrize("path", ["tests/a.py", "src/test/java/A.java", "a_test.go", "docs/x.md", "pkg/testdata/x", "x.spec.ts"])
def test_generic_ones_are_low_in_samples(path: str) -> None:
    assert severity_at(path, Severity.MEDIUM, 1) is Severity.LOW
    assert severity_at(path, Severity.CRITICAL, 3) is Severity.CRITICAL


@pytest.mark.parametrize("path", ["src/attestation.py", "latest/app.py", "contest.yml", "prod/config.yml", ""])
def test_elsewhere_nothing_changes(path: str) -> None:
    assert severity_at(path, Severity.MEDIUM, 1) is Severity.MEDIUM


def test_info_stays_info() -> None:
    assert severity_at("tests/a.py", Severity.INFO, 1) is Severity.INFO
