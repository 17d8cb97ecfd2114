"""From bytes to lines and columns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.model.span import LineIndex, Position, Span, SpanSet


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


@given(st.lists(st.sampled_from([b"", b"a", b"long line", b"ab\r"]), min_size=1), st.data())
def test_lines_in_any_order_are_those_counted(lines: list[bytes], draw: st.DataObject) -> None:
    data = b"\n".join(lines)
    index = LineIndex(data)
    for at in draw.draw(st.lists(st.integers(0, len(data)), max_size=30)):
        assert index.line(at) == data[:at].count(b"\n") + 1
        assert index.line_around(at) == LineIndex(data).bounds(data[:at].count(b"\n") + 1)


_spans = st.tuples(st.integers(0, 30), st.integers(0, 12)).map(lambda pair: Span(pair[0], sum(pair)))


@given(st.lists(_spans), _spans)
def test_a_set_of_spans_answers_like_a_look_at_each(spans: list[Span], one: Span) -> None:
    known = SpanSet(spans)
    assert known.contains(one) == any(span.contains(one) for span in spans)
    near = [known.spans[at] for at in known.touching(one)]
    assert [span for span in near if span.overlaps(one)] == [span for span in sorted(spans) if span.overlaps(one)]
