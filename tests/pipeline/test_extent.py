"""Which parts of a long text are read when some of it changed."""

from __future__ import annotations

import json
import random
from itertools import pairwise

import pytest

from scanner.model.filekind import FileKind
from scanner.model.span import Span
from scanner.model.text import Text
from scanner.pipeline import extent


@pytest.fixture(autouse=True)
def _long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text passes for a long one."""
    monkeypatch.setattr(extent, "_SMALL", 40)


def read(text: Text, changed: str) -> list[str]:
    """The parts that are read where ``changed`` is new in ``text``."""
    at = text.data.index(changed.encode())
    spans, schemas = extent.documents(text, [at, at + len(changed)])
    assert not schemas
    return [text.data[start:end].decode() for start, end in spans]


ENTRIES = [{"name": f"entry{number}", "words": ["x"] * 5} for number in range(5)]


@pytest.mark.parametrize("around", [{}, {"about": {"lang": "en"}}])
def test_of_a_list_the_entry_that_changed(around: dict[str, object]) -> None:
    data = json.dumps({**around, "docs": ENTRIES})
    text = Text(data.encode(), "index.json", FileKind.DATA)
    assert read(text, '"entry2"') == [json.dumps(ENTRIES[2])]
    # Between two of them it may be the one or the other.
    assert read(text, "}, {") == [json.dumps(entry) for entry in ENTRIES[:2]]


def test_what_is_around_the_entries_where_that_changed() -> None:
    head, tail = '{"about": {"lang": "en"}, "docs": [', '], "more": "words"}'
    data = head + ", ".join(map(json.dumps, ENTRIES)) + tail
    text = Text(data.encode(), "index.json", FileKind.DATA)
    assert read(text, '"en"') == [head]
    assert read(text, 'words"}') == [tail]
    assert read(text, '"docs": [{"name": "entry0') == [head, json.dumps(ENTRIES[0])]
    # As many entries as there are, and as little around them.
    assert read(text, data) == [head, *map(json.dumps, ENTRIES), tail]


@pytest.mark.parametrize(
    ("data", "changed"),
    [
        # What is around the entries says what they are; or it is no JSON, or a program.
        (json.dumps({"kind": "SecretList", "items": ENTRIES}), '"entry2"'),
        (json.dumps({"docs": {"a": ENTRIES[0]}}), '"entry0"'),
        ("name: entry2\nwords: [a, b, c, d, e, f, g, h]\n", "entry2"),
    ],
)
def test_all_of_it_where_an_entry_does_not_stand_for_itself(data: str, changed: str) -> None:
    assert read(Text(data.encode(), "a.json", FileKind.DATA), changed) == [data]


def test_all_of_a_program() -> None:
    data = json.dumps(ENTRIES)
    assert read(Text(data.encode(), "a.js", FileKind.CODE), '"entry2"') == [data]


def schema(name: str) -> str:
    return f"apiVersion: x/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: {name}\n  more: and more of it\n"


def test_of_a_stream_the_document_that_changed_and_schemas_apart() -> None:
    documents = [schema("a"), "kind: ConfigMap\ndata:\n  name: b\n  fence: '```'\n", schema("c")]
    data = "---\n".join(documents).encode()
    text = Text(data, "install.yaml", FileKind.CONFIG)
    assert read(text, "name: b") == ["---\n" + documents[1]]
    at = data.index(b"name: c")
    spans, schemas = extent.documents(text, [at, at + 7])
    assert not spans
    assert [data[start:end].decode() for start, end in schemas] == ["---\n" + documents[2]]
    # What is new in it, and its beginning, which says what it is.
    looked_at = extent.to_look_at(schemas[0], [Span(0, 5), Span(at, at + 7)])
    assert looked_at == [schemas[0]]


def test_a_stream_of_several_documents_is_no_schema() -> None:
    secret = "---\nkind: Secret\nmetadata:\n  name: long enough\ndata:\n  a: b\n"
    data = (schema("a") + secret).encode()
    spans, schemas = extent.documents(Text(data, "a.yaml", FileKind.CONFIG), [0, len(data)])
    assert [[data[start:end].decode() for start, end in some] for some in (spans, schemas)] == [[secret], [schema("a")]]


def test_what_is_new_lies_in_what_is_read() -> None:
    for seed in range(2000):
        chance = random.Random(seed)
        data = b"".join(chance.choices([b"a: b\n", b"---\n", b"c: long line here\n"], k=chance.randint(12, 40)))
        ends = sorted(chance.sample(range(len(data) + 1), 2 * chance.randint(1, 4)))
        spans, _ = extent.documents(Text(data, "a.yaml", FileKind.CONFIG), ends)
        assert all(one.end <= other.start for one, other in pairwise(spans))
        inside = {place for start, end in spans for place in range(start, end)}
        new = {place for start, end in zip(ends[::2], ends[1::2], strict=True) for place in range(start, end)}
        assert new <= inside
        assert all(start == 0 or data[start - 1 : start + 3] == b"\n---" for start, _ in spans)


def test_what_falls_apart() -> None:
    index = json.dumps({"docs": ENTRIES}).encode()
    stream = ("---\n".join(map(schema, "ab"))).encode()
    assert extent.falls_apart(Text(index, "a.json", FileKind.DATA))
    assert extent.falls_apart(Text(stream, "a.yaml", FileKind.CONFIG))
    assert not extent.falls_apart(Text(schema("a").encode(), "a.yaml", FileKind.CONFIG))
    assert not extent.falls_apart(Text(stream, "a.md", FileKind.PROSE))
    assert not extent.falls_apart(Text(b"a: b\n---\nc: d\n", "a.yaml", FileKind.CONFIG))
