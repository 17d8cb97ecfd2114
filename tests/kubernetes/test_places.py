"""The span of a finding is the value's own, whatever the notation."""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Callable

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.kubernetes.manifest import Manifests
from scanner.kubernetes.references import placeholder
from scanner.model.match import Match
from scanner.model.text import Text
from scanner.ruleset.examples import fill
from tests.kubernetes.conftest import Nothing

PASSWORD = fill("<<Kq7- %A12>>", "places")
WORD = st.text(alphabet=string.ascii_letters + string.digits + "äß!?$%&*#@ '\":,{}[]|>-", min_size=10, max_size=120)
# What stands between opening and closing signs of templates is an action, also where they are in two values.
VALUES = WORD.map(lambda text: "Kq7" + text.strip() + "zX9").filter(
    lambda text: not placeholder(text) and "{{" not in text and "{%" not in text
)


def places(data: bytes, path: str) -> list[tuple[Match, bytes]]:
    found = sorted(Manifests().detect(Text.named(data, path), Nothing()), key=lambda match: match.span)
    return [(match, data[match.span.start : match.span.end]) for match in found]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(VALUES, min_size=1, max_size=4),
    st.sampled_from([None, "'", '"', "|", ">"]),
    st.sampled_from([30, 80, 10_000]),
    st.booleans(),
)
def test_string_data_of_every_style(values: list[str], style: str | None, width: int, unicode: bool) -> None:
    data = {f"password-{number}": value for number, value in enumerate(values)}
    document = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "stringData": data}
    text = yaml.safe_dump(document, default_style=style, width=width, allow_unicode=unicode, sort_keys=False)
    found = places(text.encode(), "a.yaml")
    assert [match.secret.reveal().decode() for match, _ in found] == [value.strip() for value in data.values()]
    for match, raw in found:
        meant = match.secret.reveal()
        # What stands there, read back as a scalar of its style, is the value.
        assert meant[:3] == raw[:3] and meant[-3:] == raw[-3:]
        assert text.encode().count(b"\n", 0, match.span.start) == text.encode()[: match.span.start].count(b"\n")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(min_size=16, max_size=200), min_size=1, max_size=4), st.sampled_from([0, 40, 76]))
def test_base64_folded_at_any_width(values: list[bytes], width: int) -> None:
    lines = ["apiVersion: v1", "kind: Secret", "metadata: {name: db}", "data:"]
    for number, value in enumerate(values):
        coded = base64.b64encode(value).decode()
        parts = [coded[at : at + width] for at in range(0, len(coded), width)] if width else [coded]
        lines += [f"  key-{number}: |", *(f"    {part}" for part in parts)]
    for match, raw in places(("\n".join(lines) + "\n").encode(), "a.yaml"):
        assert base64.b64decode(b"".join(raw.split())) in values
        assert match.detail["key"].startswith("key-")


@settings(max_examples=100, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=4), st.sampled_from([None, 2]), st.booleans())
def test_json(values: list[str], indent: int | None, ascii_only: bool) -> None:
    data = {f"password-{number}": value for number, value in enumerate(values)}
    text = json.dumps(
        {"kind": "Secret", "apiVersion": "v1", "stringData": data}, indent=indent, ensure_ascii=ascii_only
    )
    found = places(text.encode(), "a.json")
    assert [json.loads(b'"' + raw + b'"') for _, raw in found] == list(data.values())


@pytest.mark.parametrize("prefix", ["", "    ", "# ", "//  ", "> ", "+"])
def test_islands_with_every_prefix(prefix: str, matches: Callable[[bytes, str], list[Match]]) -> None:
    lines = ["apiVersion: v1", "kind: Secret", "metadata:", "  name: db", "stringData:", f"  password: {PASSWORD}"]
    data = ("before\n\n" + "".join(f"{prefix}{line}\n" for line in lines) + "\nafter\n").encode()
    (match,) = matches(data, "notes.md")
    assert data[match.span.start : match.span.end] == PASSWORD.encode()


@pytest.mark.parametrize("before", ["", 'it\\"s ', "\\u0041 \\t", "''"])
def test_beside_template_actions(before: str, matches: Callable[[bytes, str], list[Match]]) -> None:
    lines = ["apiVersion: v1", "kind: Secret", "metadata: {name: db}", "stringData:"]
    lines += [f'  a: "{before}amqp://app:{PASSWORD}@{{{{ .Values.host }}}}/x"', "  # end"]
    data = ("\n".join(lines) + "\n").encode()
    (match,) = matches(data, "templates/secret.yaml")
    assert data[match.span.start : match.span.end] == PASSWORD.encode()


def test_yaml_in_yaml_in_a_heredoc(matches: Callable[[bytes, str], list[Match]]) -> None:
    inner = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n"
    inner += f"  password: {PASSWORD}\n"
    middle = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  secret.yaml: |\n" + indented(inner, 4)
    data = ("#!/bin/sh\nkubectl apply -f - <<EOF\n" + middle + "EOF\n").encode()
    (match,) = matches(data, "setup.sh")
    assert data[match.span.start : match.span.end] == PASSWORD.encode()
    assert match.detail["kind"] == "Secret"


def indented(text: str, depth: int) -> str:
    return "".join(" " * depth + line for line in text.splitlines(keepends=True))


def test_values_of_a_manifest_that_is_no_utf8(matches: Callable[[bytes, str], list[Match]]) -> None:
    head = b"kind: Secret\nmetadata: {name: \xffa}\nstringData:\n"
    for line, value in (
        (b'  password: {{ .Values.\xff\xffx | default "hunter\xff2pass" }}\n', b"hunter\xff2pass"),
        (b"  url: \xff\xffpostgres://u:%s@h/db\n" % b"p\xff\xfffoo99", b"p\xff\xfffoo99"),
    ):
        data = head + line
        (match,) = matches(data, "templates/secret.yaml")
        assert data[match.span.start : match.span.end] == value


def test_a_literal_that_jsonnet_encodes_is_the_value_and_what_it_reads_elsewhere_is_none(
    matches: Callable[[bytes, str], list[Match]],
) -> None:
    document = f"""{{
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {{ name: 'db' }},
  data: {{
    password: std.base64('{PASSWORD}'),
    'api-key': std.base64("{PASSWORD}x"),
    user: std.base64('admin'),
    key: std.base64(importstr 'tls.key'),
    other: std.base64(std.extVar('pw')),
  }},
}}
"""
    found = matches(document.encode(), "db.jsonnet")
    assert [(match.detail["key"], match.secret.reveal().decode()) for match in found] == [
        ("password", PASSWORD),
        ("api-key", f"{PASSWORD}x"),
    ]


def test_a_plain_value_with_brackets_is_no_call(matches: Callable[[bytes, str], list[Match]]) -> None:
    head = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: "
    calls = ("std.base64(pw)", "btoa(pw)", "toBase64(readFile('x'))", "Buffer.from(pw).toString('base64')", "getPassword()")
    for call in calls:
        assert not matches(f"{head}{call}\n".encode(), "secret.yaml"), call
    plain = fill("<<Kq7 %A12>>", "brackets") + "(1)"
    (match,) = matches(f"{head}{plain}\n".encode(), "secret.yaml")
    assert match.secret.reveal().decode() == plain
