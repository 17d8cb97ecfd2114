"""From bytes to lines and columns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.model.span import LineIndex, Position, Span


def test_columns_count_characters() -> None:
    data = "aé\n𝄞key=x\r\nlast".encode()
    index = LineIndex(data)
    at = data.index(b"key")
    assert index.position(Span(at, at + 3)) == Position(2, 2, 2, 5)
    assert data[slice(*index.bounds(2))] == "𝄞key=x".encode()
    assert len(index) == 3


def test_a_span_over_several_lines() -> None:
    data = b"a\nbb\nccc\n"
    assert LineIndex(data).position(Span(2, 8)) == Position(2, 1, 3, 4)


@given(st.binary(max_size=200), st.data())
def test_position_agrees_with_counting(data: bytes, draw: st.DataObject) -> None:
    start = draw.draw(st.integers(0, len(data)))
    end = draw.draw(st.integers(start, len(data)))
    position = LineIndex(data).position(Span(start, end))
    assert position.line == data[:start].count(b"\n") + 1
    assert position.end_line == data[: max(start, end - 1)].count(b"\n") + 1
    assert position.column >= 1


@given(st.lists(st.binary(max_size=10).filter(lambda line: b"\n" not in line and not line.endswith(b"\r")), min_size=1))
def test_bounds_give_the_lines_back(lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    index = LineIndex(data)
    assert [data[slice(*index.bounds(number))] for number in range(1, len(index) + 1)] == lines
