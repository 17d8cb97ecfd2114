"""A stretch of an image in base64 is no token, whatever stands around it."""

from __future__ import annotations

import random
import re

import pytest

from scanner import scan_text
from scanner.engine import larger
from scanner.engine.larger import within_data
from scanner.model.span import Span
from scanner.ruleset.examples import fill


@pytest.mark.parametrize(
    ("before", "after", "inside"),
    [
        ("%B300 +", "/ %B300", True),
        ("%B300 +", "=", True),
        ("%B300", "+ %B300", True),
        ("key=", "+ %B300", True),
        ("%B80 +", "/ %B80", False),
        ("%A300 :", ": %A300", False),
        ("key=", "", False),
    ],
)
def test_it_touches_a_sign_and_lies_in_a_long_run(before: str, after: str, inside: bool) -> None:
    left, token, right = (fill(f"<<{part}>>", part) if part else "" for part in (before, "%A44", after))
    data = f"{left}{token}{right}".encode()
    assert within_data(data, Span(len(left), len(left) + 44)) is inside


def test_a_vendors_name_within_a_picture_makes_no_token() -> None:
    picture = fill("<<%B300 +ibm+key+ %A44 + %B300>>", "picture")
    assert not scan_text(f'"image/png": "{picture}",', "plot.ipynb")


@pytest.mark.parametrize(
    ("above", "below", "inside"),
    [
        (b"MIIB+" + b"a" * 59, b"xyz/" + b"b" * 60, True),
        (b"MIIB+" + b"a" * 59, b"xyz/==", True),
        (b"MIIBx" + b"a" * 59, b"xyzt" + b"b" * 60, False),
        (b"# tokens+", b"xyz/" + b"b" * 60, False),
        (b"MIIB+" + b"a" * 59, b"", False),
    ],
)
def test_a_row_among_rows_of_base64_is_a_part_of_them(above: bytes, below: bytes, inside: bool) -> None:
    data = above + b"\n" + b"c" * 64 + b"\n" + below + b"\n"
    start = len(above) + 1
    assert within_data(data, Span(start, start + 64)) is inside
    assert not within_data(data, Span(start, start + 40))


def test_a_row_that_is_indented_belongs_to_those_above_it() -> None:
    above = "".join(f"{fill('<<%B59 +>>', str(at))}\n\t\t" for at in range(5))
    below = "".join(f"\n\t\t{fill('<<%B59 +>>', str(at))}" for at in range(5, 10))
    token, rest = fill("<<%A43>>", "token"), fill("<</ %B15>>", "rest")
    data = f"{above}{token}{rest}{below}".encode()
    assert within_data(data, Span(len(above), len(above) + 43))


def test_the_run_before_a_match_is_the_longest_that_ends_there() -> None:
    """Found from one break to the next: as an expression that ends there finds it, which tries every place."""
    draw = random.Random(11)
    slow = re.compile(larger._ROWS + rb"\Z")
    parts = [b"a", b"+", b"/", b"\\n", b"\\", b"\n", b"\r\n", b'"', b",", b"'", b" ", b"\t", b'",\n  "', b"n"]
    lengths = set()
    for _ in range(20_000):
        data = b"".join(draw.choices(parts, k=draw.randint(0, 12)))
        found = slow.search(data)
        assert found is not None
        assert larger._run_before(data, 0, len(data)) == found[0]
        lengths.add(len(found[0]))
    assert len(lengths) > 10
