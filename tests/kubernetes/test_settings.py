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


def test_the_last_of_many_and_long_ones() -> None:
    many = b"".join(b"COLOR_%d=blue\n" % number for number in range(2500))
    name, phrase = b"A_" * 50 + b"PASSWORD", b"correct horse " * 40
    value = many + b"db_password=" + WORD + b"\n" + name + b"=" + phrase + b"\n"
    assert [value[span.start : span.end] for _, span in passwords(value)] == [WORD, phrase.rstrip()]


@pytest.mark.parametrize("after", [b"  # as in the manual", b" ,", b";", b" \t", b"\r"])
def test_what_follows_a_bare_value_is_no_part_of_it(after: bytes) -> None:
    value = b"user=bob\npassword = " + WORD + after + b"\n"
    assert [value[span.start : span.end] for _, span in passwords(value)] == [WORD]
