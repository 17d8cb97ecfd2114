"""Links that end by themselves."""

from __future__ import annotations

import pytest

from scanner.engine.checks.expiry import check_expiry, expiry
from scanner.engine.checks.verdict import CheckContext, Outcome
from scanner.model.levels import Severity

NOW = 1_767_225_600.0  # 2026-01-01


@pytest.mark.parametrize(
    ("link", "moment"),
    [
        ("sp=r&st=2025-12-01T00:00:00Z&se=2026-01-02T00:00:00Z&sv=2022-11-02&sig=x", NOW + 86400),
        ("sv=2022&se=2026-01-02T00%3A00%3A00Z&sp=r&sig=x", NOW + 86400),
        ("?se=2026-01-02&sp=r&amp;sig=x", NOW + 86400),
        ("SharedAccessSignature sr=hub&sig=x&se=1767312000&skn=k", NOW + 86400),
        ("X-Amz-Date=20260101T000000Z&X-Amz-Expires=604800&X-Amz-Signature=x", NOW + 604800),
        ("X-Goog-Date=20260101T000000Z&X-Goog-Expires=60&X-Goog-Signature=x", NOW + 60),
        ("GoogleAccessId=a&Expires=1767312000&Signature=x", NOW + 86400),
        ("sp=r&sig=x", None),
        ("se=tomorrow&sig=x", None),
    ],
)
def test_the_end_of_a_signed_link(link: str, moment: float | None) -> None:
    assert expiry(link) == moment


def test_a_link_past_its_end_is_low() -> None:
    link = b"sp=r&se=2026-01-02T00:00:00Z&sig=x"
    before, after = check_expiry(link, CheckContext(now=NOW)), check_expiry(link, CheckContext(now=NOW + 90000))
    assert (before.severity, before.detail) == (None, {"expires": "2026-01-02"})
    assert (after.severity, after.outcome) == (Severity.LOW, Outcome.NEUTRAL)
