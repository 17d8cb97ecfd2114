"""Passwords in files that a Secret holds, in each way to write settings."""

from __future__ import annotations

import pytest

from scanner.kubernetes.settings import passwords

WORD = b"correct" + b"horse"


@pytest.mark.parametrize(
    "before",
    [
        b"db.password = ", b"export DB_PASSWORD='", b'- password: "', b'{"user": "bob", "password": "',
        b"<user>bob</user><password>",
    ],
)  # fmt: skip
def test_a_password_is_found_at_its_place(before: bytes) -> None:
    after = {b"'": b"'", b'"': b'"', b">": b"</password>"}.get(before[-1:], b"")
    end = b"}" if before.startswith(b"{") else b""
    ((name, span),) = passwords(before + WORD + after + end + b"\n")
    assert "password" in name.lower()
    assert (span.start, span.end) == (len(before), len(before) + len(WORD))


@pytest.mark.parametrize("line", [b"password=${DB}", b"user=bob", b"password = os.getenv('X')", b"password: {{ .x }}"])
def test_what_is_none_is_silent(line: bytes) -> None:
    assert list(passwords(line + b"\n")) == []
