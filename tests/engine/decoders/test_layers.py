"""Each codec with its span, what is left alone, and that the gates lose nothing."""

from __future__ import annotations

import base64
import gzip
import random
import time
from itertools import product
from urllib.parse import quote

import hyperscan
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.engine.decoders import Layer, gate_codecs, gates, layers
from scanner.model.span import Span

DOCUMENT = b"[db]\nuser = app\npassword = blue-river-7\nhost = db.example.org\n"
BASE64 = base64.b64encode(DOCUMENT)


def only(data: bytes) -> Layer:
    (layer,) = layers(data)
    return layer


def folded(width: int, indent: bytes) -> bytes:
    return b"\n".join(indent + BASE64[at : at + width] for at in range(0, len(BASE64), width))


@pytest.mark.parametrize(
    ("data", "codec"),
    [
        (b"x: " + BASE64 + b"\n", "base64"),
        (b"x: " + BASE64.rstrip(b"=") + b" y", "base64"),
        (b'"' + base64.urlsafe_b64encode(DOCUMENT) + b'"', "base64"),
        (b"x: |\n" + folded(40, b"    ") + b"\nnext: 1", "base64"),
        (b"x: >-\n" + folded(61, b"\t") + b"\n", "base64"),
        (b'x = "' + folded(64, b"").replace(b"\n", b"\\n") + b'"', "base64"),
        (b"x = " + DOCUMENT.hex().encode() + b";", "hex"),
        (b"x = " + DOCUMENT.hex().upper().encode() + b";", "hex"),
        (b"x=" + base64.b64encode(DOCUMENT.decode().encode("utf-16-le")), "base64"),
        (base64.b64encode(gzip.compress(DOCUMENT * 4)), "base64 > gzip"),
    ],
)
def test_an_encoded_document_comes_out_whole(data: bytes, codec: str) -> None:
    layer = next(layers(data))
    assert layer.codec == codec
    assert layer.data.startswith(DOCUMENT)
    assert layer.outer.start >= 0
    assert layer.outer.end <= len(data)


def test_the_span_covers_the_encoded_form_padding_included() -> None:
    data = b"key: " + BASE64 + b" # note"
    assert data[slice(*only(data).outer)] == BASE64


def test_a_run_glued_to_other_characters_is_found_at_its_own_offset() -> None:
    layer = only(b"data/" + BASE64)
    assert b"password = blue-river-7" in layer.data


def test_percent_escapes_come_out_for_the_whole_stretch() -> None:
    body = quote('{"user": "joe", "password": "a@b"}', safe="").encode()
    layer = only(b"GET /x?body=" + body + b"&y=1 HTTP/1.1")
    assert layer.codec == "percent"
    assert layer.data == b'/x?body={"user": "joe", "password": "a@b"}&y=1'


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        (r'x = "{\"user\": \"joe\", \"password\": \"pq\"}"', b'{"user": "joe", "password": "pq"}'),
        (r'y: "kind: Secret\nstringData:\n  token: pq"', b"kind: Secret\nstringData:\n  token: pq"),
        (r'z = "key\u003dvalue"', b"key=value"),
        (r"w = '\x61\x62\x63'", b"abc"),
    ],
)
def test_escapes_come_out_for_the_string_that_holds_them(text: str, inner: bytes) -> None:
    layer = only(text.encode())
    assert (layer.codec, layer.data) == ("escapes", inner)


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ('t = "abcdefgh" + "ijklmnop" + "qrst"', b't = "abcdefghijklmnopqrst"'),
        ('t = "abcdefgh" +\n    "ijklmnopqrst"', b't = "abcdefghijklmnopqrst"'),
        ('t = ("abcdefgh"\n     "ijklmnopqrst")', b't = ("abcdefghijklmnopqrst"'),
        ("$t = 'abcdefgh' . 'ijklmnopqrst';", b"$t = 'abcdefghijklmnopqrst'"),
        ("t = 'abcdefgh' 'ijklmnopqrst'", b"t = 'abcdefghijklmnopqrst'"),
        ("export T=abcdefgh\\\nijklmnopqrst\n", b"export T=abcdefghijklmnopqrst\n"),
    ],
)
def test_pieces_are_joined_with_the_name_before_them(text: str, joined: bytes) -> None:
    layer = only(text.encode())
    assert (layer.codec, layer.data) == ("joined", joined)


def test_a_string_with_blanks_beside_another_is_none_of_its_pieces() -> None:
    # A web server's log: such a layer for every line took half of the scan, and exceeded what layers may have.
    data = b'"GET / HTTP/1.1" 200 17 "https://example.org/start" "Mozilla/5.0 (X11; Linux x86_64) Gecko"\n'
    assert list(layers(data)) == []


@pytest.mark.parametrize(
    "text",
    ["pass\u200bword = 'x'", "p\u0430ssword = 'x'", "password\u00a0= 'x'"],
    ids=["zero-width", "cyrillic", "hard-blank"],
)
def test_look_alikes_are_read_as_they_look(text: str) -> None:
    assert only(text.encode()).data == b"password = 'x'"


@pytest.mark.parametrize(
    "data",
    [
        b"integrity sha512-" + base64.b64encode(bytes(range(100, 164))),
        b"src: url(data:image/png;base64," + base64.b64encode(random.Random(1).randbytes(4000)) + b")",
        b"commit " + random.Random(2).randbytes(20).hex().encode(),
        b"AVeryLongCamelCaseIdentifierForSomething and another_long_snake_case_identifier",
        b"/usr/share/doc/package/examples/configuration/file.txt",
        b'printf("%d\\n", 100%7); print("50%")',
        b'["one", "two",\n "three"]',
        "Схема и пароль на русском".encode(),
    ],
)
def test_hashes_pictures_names_and_prose_are_left_alone(data: bytes) -> None:
    assert list(layers(data)) == []


def test_a_bomb_is_cut_off() -> None:
    bomb = base64.b64encode(gzip.compress(b"password = x\n" * 4_000_000))
    assert sum(len(layer.data) for layer in layers(bomb)) <= 8 * 1024 * 1024


def test_a_picture_costs_little() -> None:
    picture = base64.b64encode(random.Random(3).randbytes(3_000_000))
    started = time.perf_counter()
    assert list(layers(b'{"image/png": "' + picture + b'"}')) == []
    assert time.perf_counter() - started < 2


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_survived_and_spans_lie_inside(data: bytes) -> None:
    for layer in layers(data):
        assert 0 <= layer.outer.start < layer.outer.end <= len(data)


@given(
    st.sampled_from(["password = ", "api_token: ", "export SECRET=", "user:joe token "]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=60),
    st.sampled_from(["base64", "url", "hex", "twice"]),
    st.integers(0, 5),
)
@settings(max_examples=150, deadline=None)
def test_the_gates_lose_no_document_that_names_a_secret(name: str, value: str, codec: str, shift: int) -> None:
    inner = b"x" * shift + f"\n{name}{value}\n".encode()
    encoded = {
        "base64": lambda: base64.b64encode(inner),
        "url": lambda: base64.urlsafe_b64encode(inner).rstrip(b"="),
        "hex": lambda: inner.hex().encode(),
        "twice": lambda: base64.b64encode(base64.b64encode(inner)),
    }[codec]()
    data = b"some text before\n" * 20 + b"blob: " + encoded + b"\nsome text after\n"
    assert list(layers(data, hits(data))) == list(layers(data))


SEAM_PARTS = (" ", "\t", "+", ".", "&", "\n", "\r\n", "\\\n", "\\\r\n")


def test_the_gates_lose_no_seam() -> None:
    """Of up to four signs between two pieces, every order: what is joined without asking the gates they let through."""
    joined = 0
    for length in range(5):
        for parts in product(SEAM_PARTS, repeat=length):
            for left, right in (('"', '"'), ("'", "'"), ('"', 'b"'), ("'", 'f"')):
                data = f"token = {left}k7Qm2xVb9{left}{''.join(parts)}{right}Zt4Lw8Rn1{right[-1]}\n".encode()
                expected = [layer for layer in layers(data) if layer.codec == "joined"]
                found = [layer for layer in layers(data, hits(data)) if layer.codec == "joined"]
                assert found == expected, data
                joined += bool(expected)
    assert joined > 200


@pytest.fixture(scope="module", autouse=True)
def _database() -> None:
    expressions = [gate.encode() for gate in gates()]
    DATABASE.compile(
        expressions=expressions,
        ids=list(range(len(expressions))),
        elements=len(expressions),
        flags=[0] * len(expressions),
    )


DATABASE = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)


def hits(data: bytes) -> dict[int, list[Span]]:
    """For each codec, where its gates matched."""
    found: dict[int, list[Span]] = {}
    codecs = gate_codecs()

    def note(gate: int, _start: int, end: int, _flags: int, _context: object) -> None:
        found.setdefault(codecs[gate], []).append(Span(end - 1, end))

    DATABASE.scan(data, match_event_handler=note)
    return found
