"""Strings cut into pieces: ``"abc" + "def"``, pieces side by side, a line that a backslash continues."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from scanner.engine.decoders.layer import Layer
from scanner.model.span import Span

if TYPE_CHECKING:
    import re

# The seams for a first pass: between two quotes a sign, a line break, or blanks. The string on the left is one piece
# throughout: prose put together from lines is everywhere, and its lines have blanks. Nor does the one on the right: on
# each line of a web server's log an address stands beside what the browser says of itself. Hyperscan is much faster
# where an expression has some fixed bytes, so each way to go on after a quote is one by itself, and a blank, which is
# what most often follows one, has what comes next with it.
_SEAM_STARTS = (
    *(" " + sign for sign in (" ", r"\t", r"\+", r"\.", "&", r"\\\r?\n", r"\r?\n")),
    *(r"\t", r"\+", r"\.", "&", r"\\\r?\n", r"\r\n", r"\n ", r"\n\t", r"\n\+", r"\n\.", r"\n&"),
)
_SEAMS_WHOLE = (r""" ["']""", r""" [bfru]["']""")
_BEFORE_SEAM = r"""["'][\w+/=.~:@-]{3,}"""
_AFTER_SEAM = r"""[\w+/=.~:@-]{3}[^\s"']*["']"""
GATES = (
    *(
        rf"""{_BEFORE_SEAM}{quote}{start}[ \t+&.]*(?:\\?\r?\n[ \t+&.]*)?[bfru]?["']{_AFTER_SEAM}"""
        for quote in "\"'"
        for start in _SEAM_STARTS
    ),
    *(f"{_BEFORE_SEAM}{quote}{seam}{_AFTER_SEAM}" for quote in "\"'" for seam in _SEAMS_WHOLE),
    *(
        rf"{_BEFORE_SEAM}{quote}\n{opening}{_AFTER_SEAM}"
        for quote in "\"'"
        for opening in ('"', "'", r"""[bfru]["']""")
    ),
    r"[A-Za-z0-9_]{4}\\\r?\n[A-Za-z0-9_]{4}",
)
# What a piece of a token is made of. Prose has blanks, and is left alone.
_PIECE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+/=.~:@-"
# The kinds of bytes: piece, quote, line break, plus (or what joins elsewhere), backslash, other.
_KINDS = bytes(
    next(
        (
            kind
            for kind, members in ((81, b"\"'"), (78, b"\n"), (80, b"+&."), (66, b"\\"), (120, _PIECE))
            if byte in members
        ),
        48,
    )
    for byte in range(256)
)
_SEAMS = (
    b"QPQ",
    b"QNQ",
    b"QQ",
    b"QPNQ",
    b"QNPQ",
    b"QBNQ",
    b"QPPQ",
    b"QPBNQ",
    b"QNxQ",
    b"QPxQ",
    b"QPNxQ",
    b"QNPxQ",
    b"xBNx",
)
_LONGEST_PIECE = 512
_SHORTEST_WHOLE = 16
# Bytes of the line shown before the string: the name it is given to.
_BEFORE = 200


def layers(data: bytes) -> Iterator[Layer]:
    """Lines in which a string is put together from pieces without blanks, with the pieces joined."""
    if not _has_seam(data):
        return
    pieces: list[bytes] = []
    start = end = -1
    for seam in _seam().finditer(data):
        left = _piece_before(data, seam.start(), end)
        if pieces and left == data[end : seam.start()]:
            pieces.append(left)
        else:
            yield from _whole(data, pieces, start, end)
            pieces, start = [left] if left else [], seam.start() - len(left)
        end = seam.end()
    yield from _whole(data, pieces, start, end)


def _has_seam(data: bytes) -> bool:
    """Quickly: whether two pieces meet anywhere. Each byte becomes the letter of its kind, blanks go."""
    kinds = data.translate(_KINDS, b" \t\r")
    for seam in _SEAMS:
        at = kinds.find(seam)
        while at >= 0:
            if kinds[at - 1 : at] in (b"x", b"P") and kinds[at + len(seam) : at + len(seam) + 1] in (b"x", b"P"):
                return True
            at = kinds.find(seam, at + 1)
    return False


def _piece_before(data: bytes, at: int, floor: int) -> bytes:
    chunk = data[max(0, at - _LONGEST_PIECE, floor) : at]
    return chunk[len(chunk.rstrip(_PIECE)) :]


def _whole(data: bytes, pieces: list[bytes], start: int, end: int) -> Iterator[Layer]:
    """The layer for pieces of which the last is still to be read at ``end``."""
    if not pieces:
        return
    chunk = data[end : end + _LONGEST_PIECE]
    last = chunk[: len(chunk) - len(chunk.lstrip(_PIECE))]
    text = b"".join(pieces) + last
    if not last or len(text) < _SHORTEST_WHOLE:
        return
    line = max(data.rfind(b"\n", 0, start) + 1, start - _BEFORE)
    stop = end + len(last)
    yield Layer(data[line:start] + text + data[stop : stop + 1], Span(start, stop), "joined")


@cache
def _seam() -> re.Pattern[bytes]:
    import re

    return re.compile(
        rb"[\"'][ \t]*+(?:(?:[+&]|\.{1,2})[ \t]*+(?:\\?\r?\n[ \t]*+)?"
        rb"|\\?\r?\n[ \t]*+(?:(?:[+&]|\.{1,2})[ \t]*+)?"
        rb"|(?<=[ \t])(?=[bfru]?[\"'][^\s\"']{1,512}[\"']))[bfru]?[\"']"
        rb"|\\\r?\n(?=[A-Za-z0-9_]{4})"
    )
