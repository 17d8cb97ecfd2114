"""Base64, base64url and hex: long runs of their characters, folded over lines or not.

Readable text in base64 has a form of its own: of every four characters, the first is one of 26, the second one
of 28, the third one of 32 and tied to the fourth. Fifteen bytes of text in a row show it beyond doubt, and hashes,
keys and pictures practically never do. So runs are told by that form, at any offset, before anything is decoded.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from scanner.engine.decoders.layer import Layer
from scanner.engine.decoders.texts import from_utf16, is_packed, is_text, unpacked
from scanner.model.span import Span

if TYPE_CHECKING:
    import re

# Three readable bytes as four characters (a line break or a tab counts as readable).
_GROUP = (
    r"[C-DI-Za-f][AC-HQS-Xgi-nwy-z0-3]"
    r"(?:[AEIMQUYcgkosw048][JKNg-z0-9+/_\-]|[BFJNRVZdhlptx159][A-Za-z0-9+/_\-])"
)
_TEXT = f"(?:{_GROUP}){{5}}"
# The same for UTF-16 with the low byte first, as PowerShell encodes commands.
_WIDE = r"(?:[A-Za-z0-9+/_\-][AQgw][AB][A-Za-z0-9+/_\-]A[A-H][AEIMQUYcgkosw048]A){3}"
_PACKED = "H4sI[A-Za-z0-9+/_\\-]{20}"
_HEX = "(?:[2-7][0-9a-fA-F]|0[9aAdD]){16}"

SHORTEST = 20
_RUN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
# One byte a character: a run is then a row of equal bytes, which find() looks for ten times faster than re.
_MASK = bytes(byte in _RUN for byte in range(256))
_BACK = 512
_NEEDLE = b"\1" * SHORTEST
_HEXADECIMAL = b"0123456789abcdefABCDEF"
_DIGITS = b"0123456789"
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
# How far into a run its form is looked for.
_PROBE = 256


def layers(data: bytes, spans: Sequence[Span] | None, limit: int) -> Iterator[Layer]:
    """Runs that decode to text."""
    done = 0
    for start in _starts(data) if spans is None else _starts_at(data, spans):
        if start < done:
            continue
        run = Span(start, _end(data, start))
        done = run.end
        layer = _decoded(data, run, limit)
        if layer is not None:
            done = layer.outer.end
            yield layer


def _starts(data: bytes) -> Iterator[int]:
    """Where every long run begins."""
    if len(data) < SHORTEST:
        return
    mask = data.translate(_MASK)
    at = mask.find(_NEEDLE)
    while at >= 0:
        yield at
        end = mask.find(b"\0", at)
        if end < 0:
            return
        at = mask.find(_NEEDLE, end)


def _starts_at(data: bytes, spans: Sequence[Span]) -> Iterator[int]:
    """Where the runs that hold the places given begin."""
    done = 0
    for span in spans:
        if span.end <= done:
            continue
        at = max(span.start, span.end - 1)
        while True:
            before = data[max(0, at - _BACK) : at]
            held = len(before) - len(before.rstrip(_RUN))
            at -= held
            if held < _BACK:
                break
        done = _end(data, at)
        if done - at >= SHORTEST:
            yield at


def _end(data: bytes, at: int) -> int:
    found = _run().match(data, at)
    return found.end() if found else at


def _decoded(data: bytes, run: Span, limit: int) -> Layer | None:
    """What the run stands for, with the lines it goes on over; None for noise."""
    if data[run.start : run.start + 2] in (b"0x", b"0X"):
        run = Span(run.start + 2, run.end)
    head = data[run.start : min(run.end, run.start + _PROBE)]
    if not head.translate(None, _HEXADECIMAL):
        return _hexadecimal(data, run, limit)
    # Text in base64 has letters of both cases and nearly always digits; long names mostly have not.
    if head.isupper() or head.islower():
        return None
    found = _form().search(head)
    if found is None:
        return None
    start = run.start + (found.start() if found.group().startswith(b"H4sI") else found.start() % 4)
    pieces, end = _folded(data, Span(start, run.end), limit * 4 // 3)
    letters = b"".join(pieces)
    cut = len(letters) > limit * 4 // 3
    text = _bytes_of(letters[: limit * 4 // 3])
    span = Span(start, end)
    if is_packed(text):
        inner, less = unpacked(text, limit)
        return Layer(inner, span, "base64 > gzip", cut or less) if inner else None
    wide = from_utf16(text)
    if wide:
        return Layer(wide, span, "base64", cut)
    return Layer(text, span, "base64", cut) if is_text(text) else None


def _hexadecimal(data: bytes, run: Span, limit: int) -> Layer | None:
    # In a part of a long text it may begin with half a byte.
    start = next((at for at in (run.start, run.start + 1) if _hex_form().match(data, at, run.end)), -1)
    if start < 0:
        return None
    run = Span(start, run.end)
    run = Span(run.start, run.end - (run.end - run.start) % 2)
    try:
        text = binascii.unhexlify(data[run.start : run.end][: 2 * limit])
    except binascii.Error:
        return None
    return Layer(text, run, "hex", run.end - run.start > 2 * limit) if is_text(text) else None


def _bytes_of(run: bytes) -> bytes:
    """``run`` decoded as base64 in either alphabet, with padding or without."""
    run = run.translate(_URL_SAFE)
    rest = len(run) % 4
    if rest == 1:
        run, rest = run[:-1], 0
    return binascii.a2b_base64(run + b"=" * (-rest % 4))


def _folded(data: bytes, run: Span, limit: int) -> tuple[list[bytes], int]:
    """The pieces of a run that goes on over whole lines, and where it ends, padding included; of one with more than
    ``limit`` characters so many that they are more."""
    pieces = [data[run.start : run.end]]
    end = run.end
    size = len(pieces[0])
    while size <= limit:
        after = _next_line(data, end)
        if after < 0:
            break
        stop = _end(data, after)
        rest = data[stop : stop + 4].lstrip(b"=")
        if stop == after or (rest and rest[:1] not in b" \t\r\n\"'\\"):
            break
        pieces.append(data[after:stop])
        size += stop - after
        end = stop
    while data[end : end + 1] == b"=":
        end += 1
    return pieces, end


def _next_line(data: bytes, end: int) -> int:
    """Where the text of the next line begins, if nothing but blanks (or an escaped break) stands between; else -1."""
    found = _break().match(data, end)
    return found.end() if found else -1


@cache
def _run() -> re.Pattern[bytes]:
    import re

    return re.compile(rb"[A-Za-z0-9+/_-]*+")


@cache
def _form() -> re.Pattern[bytes]:
    import re

    return re.compile(f"{_TEXT}|{_PACKED}|{_WIDE}".encode())


@cache
def _hex_form() -> re.Pattern[bytes]:
    import re

    return re.compile(_HEX.encode())


@cache
def _break() -> re.Pattern[bytes]:
    import re

    return re.compile(rb"[ \t]*(?:\\?\r?\n|\\r\\n|\\n)[ \t]*")
