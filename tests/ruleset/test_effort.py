"""What one attempt can take is never more than what is told."""

from __future__ import annotations

import pytest

from scanner.ruleset.effort import BOUNDLESS, effort


@pytest.mark.parametrize(
    ("pattern", "steps"),
    [
        ("abc", 3),
        ("[a-z]{3}x", 4),
        # Three lengths of one letter, and for each of them one of another.
        ("a{1,3}b", 6),
        ("a{1,3}b{0,4}c", 3 + 3 * 4 + 3 * 5),
        ("(?>a{1,3})b", 4),
        ("a{1,3}+b", 4),
        ("(?:a|bc)d", 5),
        ("(?=a{0,9})b", 10),
        # One turn or two of two ways each, and both of those two again.
        ("(?:ab|c){1,2}d", 3 * (1 + 2 + 4) + 6),
        ("a*b", BOUNDLESS),
        ("(?:a|a){1,99}b", BOUNDLESS),
        (r"(a)\1", BOUNDLESS),
    ],
)
def test_steps(pattern: str, steps: int) -> None:
    assert effort(pattern) == steps
