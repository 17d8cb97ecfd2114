"""A secret does not slip out by accident, and its fingerprint depends on nothing but rule, value and key."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scanner.model.secret import Secret


@given(st.binary(min_size=5, max_size=100))
def test_no_view_holds_the_value(value: bytes) -> None:
    text = value.decode("utf-8", "replace")
    # A value may be a piece of what stands around every one.
    assume(text not in repr(Secret(b"x" * len(value))))
    secret = Secret(value)
    for view in (repr(secret), str(secret), f"{secret}", secret.redacted(), secret.fingerprint("rule")):
        assert text not in view


def test_it_is_not_pickled_even_inside_something() -> None:
    with pytest.raises(TypeError, match="not serialised"):
        pickle.dumps([Secret(b"value")])


def test_redaction_shows_a_prefix_of_long_values_alone() -> None:
    assert Secret(b"x" * 15).redacted() == "***(15 chars)"
    assert Secret(b"acme_" + b"y" * 35).redacted() == "acme***(40 chars)"
    assert Secret(b"ab\x1b[31m" + b"y" * 35).redacted() == "ab?[***(42 chars)"


def test_a_key_is_the_same_however_it_is_laid_out() -> None:
    body = [
        "-----BEGIN RSA PRIVATE" + " KEY-----",
        "MIIBOgIBAAJBAM49l33e/sD9",
        "Ro2Hspm4+DG3pwTK74TlhA1Z",
        "-----END RSA PRIVATE" + " KEY-----",
    ]
    laid_out = (
        "\n".join(body), "\r\n".join(body), "\n      ".join(body), " ".join(body), "\\n".join(body), "\\r\\n".join(body),
        "\n# ".join(body), "  \n".join(body), '\\n"\n    "'.join(body), "\\n' +\n  '".join(body),
    )  # fmt: skip
    assert len({Secret(text.encode()).fingerprint("private-key") for text in laid_out}) == 1
    body[2] = body[2].replace("+", "-")
    assert Secret("\n".join(body).encode()).essence() != Secret(laid_out[0].encode()).essence()


@pytest.mark.parametrize(
    ("one", "other"),
    [(r"a\"b", 'a"b'), (r"a\\b", "a\\b"), (r"a\/b", "a/b"), (r"a\u0026b\u003cc", "a&b<c"), (r"a\$b", "a$b")],
)
def test_escapes_of_strings_are_no_part_of_a_value(one: str, other: str) -> None:
    assert Secret(one.encode()).fingerprint("r") == Secret(other.encode()).fingerprint("r")


@given(st.binary(min_size=1), st.text(max_size=5), st.binary(max_size=40))
def test_fingerprint(value: bytes, rule: str, key: bytes) -> None:
    mark = Secret(value).fingerprint(rule, key)
    assert len(mark) == 32
    assert mark == Secret(value).fingerprint(rule, key)
    assert mark != Secret(value + b"x").fingerprint(rule, key)
    assert mark != Secret(value).fingerprint(rule + "x", key)
    assert mark != Secret(value).fingerprint(rule, key + b"x")
