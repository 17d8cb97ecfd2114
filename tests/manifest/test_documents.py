"""Documents are read whatever state they are in, and every node knows its bytes."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.manifest.documents import Document, documents, manifests
from scanner.manifest.node import Scalar, walk
from scanner.manifest.split import split

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      args: ["--a", '--b']
"""


def read(text: str) -> list[Document]:
    return list(documents(text.encode()))


def scalar(document: Document, *path: str) -> tuple[str, bytes]:
    node = document.root
    for step in path:
        found = list(node.items())[int(step)] if step.isdigit() else node.child(step)
        assert found is not None, step
        node = found
    assert isinstance(node, Scalar)
    place = document.place(node.span)
    outer = document.layers[-1].data if document.layers else document.data
    return node.value, outer[place.start : place.end]


def test_values_and_their_bytes() -> None:
    (document,) = read(POD)
    assert document.how == "yaml"
    assert scalar(document, "metadata", "name") == ("web", b"web")
    assert scalar(document, "spec", "containers", "0", "args", "1") == ("--b", b"--b")


def test_characters_of_several_bytes() -> None:
    (document,) = read('a: "äöü😀"\nb: straße # ß\nc: ok\n')
    assert scalar(document, "a") == ("äöü😀", "äöü😀".encode())
    assert scalar(document, "b") == ("straße", "straße".encode())
    assert scalar(document, "c") == ("ok", b"ok")


def test_bytes_that_are_no_utf_8() -> None:
    (document,) = documents(b"a: M\xfcller\nb: ok\n")
    assert scalar(document, "b") == ("ok", b"ok")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_and_line_ends(end: str) -> None:
    text = end.join(["%YAML 1.2", "---", "a: 1", "--- # second", "b: 2", "...", "---", "", "c: 3"])
    assert [scalar(document, key)[1] for document, key in zip(read(text), "abc", strict=True)] == [b"1", b"2", b"3"]


def test_separators_inside_a_block_scalar_are_content() -> None:
    assert len(read("a: |\n  ---\n  x\n---\nb: 1\n")) == 2


def test_templates_are_read_around() -> None:
    text = """\
{{- if .Values.enabled }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "x.name" . }}
  labels: {{- include "x.labels" . | nindent 4 }}
    app: x
data:
  {{- range $k, $v := .Values.data }}
  {{ $k }}: {{ $v | b64enc | quote }}
  {{- end }}
  password: {{ .Values.password | default "a b" | b64enc }}
  script: |
      {{- if .x }}
    echo hi
      {{- end }}
{{- end }}
"""
    (document,) = read(text)
    assert document.how == "yaml"
    value, raw = scalar(document, "data", "password")
    assert value == '{{ .Values.password | default "a b" | b64enc }}'
    assert raw.decode() == value
    assert scalar(document, "metadata", "labels", "app") == ("x", b"x")
    node = document.root.get("data", "password")
    assert isinstance(node, Scalar) and node.template
    kind = document.root.get("kind")
    assert isinstance(kind, Scalar) and not kind.template


def test_braces_in_the_strings_of_json_open_no_template() -> None:
    (document,) = read('{"a": {"b": "x{{y"}}')
    assert scalar(document, "a", "b") == ("x{{y", b"x{{y")


def test_tabs_for_indentation() -> None:
    (document,) = read("kind: Secret\ndata:\n\tpassword: x1\n\tuser: y1\n")
    assert document.how == "tabs"
    assert scalar(document, "data", "user") == ("y1", b"y1")


BROKEN = """\
apiVersion: v1
kind: Secret
metadata: {name: [
stringData:
  password: one: two
  folded: |
    first
    second

  list:
  - a
  - b: 1
    c: 2
  quoted: "x" # comment
after: {"p": q, r: s}
"""


def test_what_is_no_yaml_is_read_line_by_line() -> None:
    (document,) = read(BROKEN)
    assert document.how == "lines"
    assert scalar(document, "kind") == ("Secret", b"Secret")
    assert scalar(document, "stringData", "folded") == ("first\nsecond", b"first\n    second")
    assert scalar(document, "stringData", "list", "0") == ("a", b"a")
    assert scalar(document, "stringData", "list", "1", "c") == ("2", b"2")
    assert scalar(document, "stringData", "quoted") == ("x", b"x")
    assert scalar(document, "after", "p") == ("q", b"q")


def test_json_with_comments_is_read_line_by_line() -> None:
    text = '{\n  // a comment\n  "kind": "Secret",\n  "stringData": {\n    "password": "x1",\n  },\n}\n'
    (document,) = read(text)
    assert scalar(document, "stringData", "password") == ("x1", b"x1")


def test_json_lines() -> None:
    assert [scalar(one, "a") for one in read('{"a": 1}\n{"a": "two"}\n')] == [("1", b"1"), ("two", b"two")]


def test_json_escapes_that_yaml_does_not_know() -> None:
    (document,) = read('{"a": "\\/x\\ud83d\\ude00", "b": "c"}')
    assert scalar(document, "b") == ("c", b"c")


def test_merge_keys_and_doubled_keys() -> None:
    (document,) = read("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n  b: 4\n")
    mapping = document.root.get("y")
    assert mapping is not None
    assert [(key.value, value.text) for key, value in mapping.pairs()] == [("b", "3"), ("b", "4"), ("a", "1")]
    assert mapping.get("a") is not None and mapping.child("b").text == "4"  # type: ignore[union-attr]


def test_a_circle_is_cut() -> None:
    (document,) = read("a: &a {b: *a}\n")
    assert sum(1 for _ in walk(document.root)) < 10


def test_manifests_inside_manifests() -> None:
    text = "kind: List\napiVersion: v1\nitems:\n- kind: Secret\n  metadata: {name: a, namespace: n}\n- kind: Pod\n"
    (document,) = read(text)
    found = {one.path: (one.kind, one.namespace, one.name) for one in manifests(document)}
    assert found == {(): ("List", "", ""), ("items", "0"): ("Secret", "n", "a"), ("items", "1"): ("Pod", "", "")}


def test_only_what_is_wanted_is_read() -> None:
    assert len(list(documents(b"a: 1\n---\nb: 2\n", wanted=lambda part: b"b" in part))) == 1


def test_an_inner_text_is_placed_in_the_outer() -> None:
    (outer,) = read("data:\n  x.yaml: |\n    # c\n    a:\n      b: deep\n")
    node = outer.root.get("data", "x.yaml")
    assert isinstance(node, Scalar)
    layers = outer.inner(node)
    (inner,) = documents(layers[0].data, layers=layers)
    value = inner.root.get("a", "b")
    assert isinstance(value, Scalar)
    place = inner.place(value.span)
    assert outer.data[place.start : place.end] == b"deep"


SCALARS = st.one_of(st.text(max_size=30), st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False))
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=12), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(TREES, st.sampled_from([True, False, None]), st.booleans())
def test_the_same_tree_as_the_yaml_library(tree: object, flow: bool | None, unicode: bool) -> None:
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=unicode)
    if "{{" in text or "{%" in text or "<%" in text or text.startswith(("--- ", "...")) or "\n..." in text:
        return
    nodes = [node for node in yaml.compose_all(text) if node is not None]
    read_back = read(text)
    assert len(read_back) <= max(len(nodes), 1)
    if read_back and read_back[0].how == "yaml":
        assert plain(read_back[0].root) == composed(nodes[0])


def plain(node: object) -> object:
    if isinstance(node, Scalar):
        return node.value
    pairs = list(node.pairs())  # type: ignore[attr-defined]
    if pairs or type(node).__name__ == "Mapping":
        return [(key.value, plain(value)) for key, value in pairs]
    return [plain(item) for item in node.items()]  # type: ignore[attr-defined]


def composed(node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return [(key.value, composed(value)) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return [composed(item) for item in node.value]
    return node.value


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_no_text_raises_and_spans_stay_inside(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    for document in documents(data):
        for _, node in walk(document.root):
            assert 0 <= node.span.start <= node.span.end <= len(data)


def test_split_covers_everything_but_separators() -> None:
    data = b"\xef\xbb\xbfa\n---\nb\n...\nc"
    assert [data[span.start : span.end].strip() for span in split(data)] == [b"a", b"b", b"c"]


@given(st.lists(st.sampled_from([b"---", b"...", b"\n", b" ", b"\r\n", b"a", b"-", b"\xef\xbb\xbf"]), max_size=14))
def test_documents_end_at_lines_that_say_so(parts: list[bytes]) -> None:
    data = b"".join(parts)
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    spans, at = [], 0
    for line in data.split(b"\n"):
        sign = re.match(rb"---(?=[ \t\r]|\Z)|\.\.\.[ \t]*\r?\Z", line)
        if sign is not None:
            spans.append((start, at))
            start = at + sign.end()
        at += len(line) + 1
    assert list(split(data)) == [*spans, (start, len(data))]


def test_a_blank_that_begins_a_folded_line_is_what_is_quoted() -> None:
    (document,) = read('key: "one\\\n  \xa0two"\n')
    assert plain(document.root) == [("key", "one\xa0two")]
    (document,) = read("one:\n\xa0\xa0two: 3\n")
    assert plain(document.root) == [("one", [("two", "3")])]
