"""What is found in an inner text is placed in the outer one, byte for byte."""

from __future__ import annotations

import json
import string

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.manifest.documents import documents
from scanner.manifest.islands import islands
from scanner.manifest.layer import Layer, of_scalar
from scanner.manifest.node import Scalar
from scanner.model.span import Span

LETTERS = string.ascii_letters + string.digits + "\n :\"'\\/-äß"


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=LETTERS, min_size=1, max_size=80), st.sampled_from([None, "'", '"', "|", ">"]))
def test_a_word_in_a_scalar_of_any_style(text: str, style: str | None) -> None:
    word = "needle9"
    value = text + word + "\n" + text
    data = yaml.safe_dump({"a": value}, default_style=style, allow_unicode=True, width=40).encode()
    (document,) = documents(data)
    node = next(node for key, node in document.root.pairs() if key.value == "a")
    assert isinstance(node, Scalar)
    layer = document.inner(node)[0]
    at = layer.data.find(word.encode())
    place = layer.outer(Span(at, at + len(word)))
    # A folded scalar may break the word before the mark, never inside it.
    assert data[place.start : place.end] == word.encode()


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=LETTERS + "\t\u2028😀", max_size=60), st.booleans())
def test_a_word_in_a_json_string(text: str, ascii_only: bool) -> None:
    word = "needle9"
    raw = json.dumps(text + word + text, ensure_ascii=ascii_only)[1:-1].encode()
    layer = of_scalar(raw, 100, style='"', value=(text + word + text).encode())
    at = layer.data.find(word.encode())
    place = layer.outer(Span(at, at + len(word)))
    assert raw[place.start - 100 : place.end - 100] == word.encode()


def test_an_empty_span_has_a_place() -> None:
    assert Layer(b"", (0,), (7,)).outer(Span(0, 0)) == Span(7, 7)


def island(text: str) -> list[bytes]:
    return [layer.data for layer in islands(text.encode()).layers]


def test_a_heredoc_ends_at_its_word() -> None:
    text = "cat <<EOF\nkind: Secret\nstringData:\n  a: b\nEOF\nnext: line\n"
    assert island(text) == [b"kind: Secret\nstringData:\n  a: b\n"]


def test_a_fence_in_a_list_ends_with_its_indentation() -> None:
    text = "1. Do:\n\n   ```yaml\n   kind: Secret\n   data:\n     a: b\n   ```\n\nThen: go\n"
    assert island(text) == [b"kind: Secret\ndata:\n  a: b\n"]


def test_a_comment_is_an_island() -> None:
    assert island("x: 1\n# apiVersion: v1\n# kind: Secret\n# data:\n#   a: b\ny: 2\n") == [
        b"apiVersion: v1\nkind: Secret\ndata:\n  a: b\n"
    ]


def test_the_string_of_a_program_begins_and_ends_with_its_quotes() -> None:
    text = "func x() {\n\tf(`apiVersion: v1\nkind: Secret\ndata:\n  a: b\n`)\n\tother: thing()\n}\n"
    assert island(text) == [b"apiVersion: v1\nkind: Secret\ndata:\n  a: b\n"]


def test_keys_before_the_kind_belong_to_it() -> None:
    assert island("text\n\ndata:\n  a: b\nkind: Secret\n\nmore text\n") == [b"\ndata:\n  a: b\nkind: Secret\n\n"[1:]]


def test_braces_around_a_kind() -> None:
    text = 'run(\'{"kind": "Secret", "data": {"a": "b"}}\')\n'
    assert island(text) == [b'{"kind": "Secret", "data": {"a": "b"}}']
    assert island('x = "{\\"kind\\":\\"Secret\\"}"\n') == [b'{"kind":"Secret"}']


def test_a_program_with_the_word_kind_has_no_island() -> None:
    assert island("switch kind {\ncase Secret:\n\treturn Kind: Secret{}\n}\n") == []


def test_a_word_in_a_text_that_is_no_utf8() -> None:
    # Read with one character a byte, each of which is two bytes in the value.
    data = b"a: \xd6\xd5 needle9\xff\xff\n"
    (document,) = documents(data)
    node = next(node for key, node in document.root.pairs() if key.value == "a")
    assert isinstance(node, Scalar)
    layer = document.inner(node)[0]
    at = layer.data.find(b"needle9")
    place = layer.outer(Span(at, len(layer.data)))
    assert data[place.start : place.end] == b"needle9\xff\xff"
    # What has no place of its own at least lies in the scalar.
    assert Layer(b"abc", (0,), (7,), 8).outer(Span(1, 3)) == Span(8, 8)
