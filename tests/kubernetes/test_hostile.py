"""Any size and any nonsense: bounded time, no exception, and nothing lost that rules for text would have found."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.kubernetes import DETECTORS, safe_regions
from scanner.model.text import Text
from scanner.ruleset.examples import fill
from tests.kubernetes.conftest import Found, Nothing

PASSWORD = fill("<<Kq7- %A12>>", "hostile")
SECRET = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\nstringData:\n  password: {PASSWORD}\n"
NONSENSE = {
    "brackets": "kind: Secret\nstringData: " + "[" * 50_000,
    "braces": "kind: Secret\nstringData: " + "{a: " * 50_000,
    "dashes": "kind: Secret\nstringData:\n" + "- " * 50_000 + "x\n",
    "json brackets": '{"kind":"Secret","data":' + '{"a":' * 50_000,
    "indentation": "kind: Secret\n" + "".join(" " * depth + "a:\n" for depth in range(2_000)),
    "keys": "kind: Secret\nstringData:\n" + "".join(f"  key{number}: ''\n" for number in range(20_000)),
    "bomb": "a: &a0 [x]\n" + "".join(f"b{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40)),
    "merge bomb": "a: &a0 {k: v}\n"
    + "".join(f"b{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}], k{n}: v}}\n" for n in range(1, 30))
    + "kind: Secret\nstringData: {<<: *a29}\n",
    "circle": "kind: Secret\nstringData: &a {again: *a}\n",
    "unclosed template": "kind: Secret\nstringData:\n" + "  a: {{ .x\n" * 5_000,
    "templates": "kind: Secret\nstringData:\n" + "  {{ if .x }}a{{ end }}: {{ .y }}\n" * 5_000,
    "one long line": "kind: Secret\nstringData:\n  a: " + "x" * 2_000_000,
    "base64 of nothing": "kind: Secret\ndata:\n  a: " + "A" * 2_000_000,
    "comments on Windows": "# a\r\n" * 5_000 + "(\nkind: Secret\n",
    "blank lines on Windows": "\r\n" * 5_000 + "(\nkind: Secret\n",
    "separators": "---\n" * 50_000 + SECRET,
    "marks": "kind: Secret\n\n  x\n" * 5_000,
    "braces and marks": '{"kind": "Secret"} }}} {{{ ' * 5_000,
    "closing braces": "}" * 100_000 + ' {"kind": "Secret"}',
    "quotes": "kind: Secret\nstringData:\n  a: '" + "''" * 50_000,
    "escapes": 'kind: Secret\nstringData:\n  a: "' + "\\x41" * 50_000 + '"',
    "nul and friends": "kind: Secret\nstringData:\n  a: \x00\x01\x1b\x7f\ufeff\u2028\n",
    "commands": "--from-literal=a='" * 5_000 + "vault write a b=" * 5_000 + "--set a=" * 5_000,
    "hcl": 'resource "kubernetes_secret" "a" {\n data = {\n' * 500,
    "sops": "sops_mac=x\n" + "A=b\n" * 20_000,
}


@pytest.mark.parametrize("name", NONSENSE)
@pytest.mark.parametrize("path", ["a.yaml", "a.md", "a.json", "a.tf"])
def test_nonsense_ends_soon(name: str, path: str) -> None:
    text = Text.named(NONSENSE[name].encode(), path)
    start = time.process_time()
    for detector in DETECTORS:
        list(detector.detect(text, Nothing()))
    safe_regions(text)
    # Processor time, ten times what the slowest takes on an idle machine: this catches what grows with the square.
    assert time.process_time() - start < 20


@pytest.mark.parametrize("name", [name for name in NONSENSE if not name.startswith(("one long", "base64"))])
def test_a_broken_document_does_not_hide_the_next(name: str, found: Callable[[bytes, str], list[Found]]) -> None:
    data = f"{NONSENSE[name][:20_000]}\n---\n{SECRET}".encode()
    assert (data[: data.rfind(b"password")].count(b"\n") + 1, "kubernetes-secret-value", "password", "high") in found(
        data, "a.yaml"
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet="kindSecrtaDpswo:-{}[]\"'|>&*!%#\n\t \\=~<>$,0é\u2028\x00", max_size=300))
def test_no_text_raises(body: str) -> None:
    for path in ("a.yaml", "a.md", "a.tf"):
        text = Text.named(f"apiVersion: v1\nkind: Secret\nstringData:\n  {body}\n".encode(), path)
        for detector in DETECTORS:
            list(detector.detect(text, Nothing()))
        safe_regions(text)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_raise(body: bytes) -> None:
    text = Text.named(b"apiVersion: v1\nkind: Secret\ndata:\n  a: " + body, "a.yaml")
    for detector in DETECTORS:
        for match in detector.detect(text, Nothing()):
            assert 0 <= match.span.start <= match.span.end <= len(text.data)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab:-{}[]\"'|>&*#\n\t %", max_size=60), st.text(alphabet="ab:-{}[]\"'|>&*#\n\t %", max_size=60))
def test_a_token_is_found_in_any_mess(found: Callable[[bytes, str], list[Found]], before: str, after: str) -> None:
    """What rules for text find on its own line stays found, whatever the document around it is."""
    token = fill("<<ghp_ %A30 %crc62>>", "mess")
    data = f"apiVersion: v1\nkind: Secret\ndata:\n{before}\n{token}\n{after}\n".encode()
    assert "github-personal-access-token" in [rule for _, rule, _, _ in found(data, "a.yaml")]
