"""Paths of rules: an expression that never ends is given up, and its rule is tried everywhere."""

from __future__ import annotations

from scanner.engine.pathfilter import wants

ENDLESS = "(?:a|a|aa)+b$"


def test_an_expression_is_searched_for_in_a_path() -> None:
    assert wants(r"(?i)(?:^|/)id\.pem$", "keys/ID.pem")
    assert not wants(r"(?:^|/)id\.pem$", "keys/id.pem.pub")
    assert wants("", "anything")


def test_one_that_does_not_end_wants_every_path_from_then_on() -> None:
    assert not wants(ENDLESS, "c")
    assert wants(ENDLESS, "a" * 60)
    assert wants(ENDLESS, "c")
