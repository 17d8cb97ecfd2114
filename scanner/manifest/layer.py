"""A text inside a text: the block scalar of a manifest, the heredoc of a script, the string of a JSON dump.

What is found in the inner text is reported at its place in the outer one.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from scanner.model.span import Span

_WORD = re.compile(rb"\S+")
# Blanks before a line's end from the first of them: none is in front of it, but one that is escaped.
_ESCAPE = re.compile(
    rb"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(\r?\n[ \t]*)|(.))"
    rb"|(?:(?:(?<![ \t])|(?<=\\[ \t]))[ \t]++)?\r?\n[ \t]*",
    re.DOTALL,
)
_SIMPLE = {
    b"n": b"\n", b"t": b"\t", b"r": b"\r", b"0": b"\0", b"a": b"\a", b"b": b"\b", b"e": b"\x1b", b"f": b"\f",
    b"v": b"\v", b"N": b"\xc2\x85", b"_": b"\xc2\xa0", b"L": b"\xe2\x80\xa8", b"P": b"\xe2\x80\xa9",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layer:
    """Inner bytes and where they come from.

    Inner offset ``starts[i] + n`` stands at outer offset ``places[i] + n`` until the next start, nothing beyond
    ``limit``.
    """

    data: bytes
    starts: tuple[int, ...]
    places: tuple[int, ...]
    limit: int = sys.maxsize

    def outer(self, span: Span) -> Span:
        """The outer bytes from the first to the last of ``span``."""
        start = self._place(span.start)
        end = self._place(max(span.start, span.end - 1)) + (span.end > span.start)
        return Span(start, max(start, min(end, self.limit)))

    def _place(self, offset: int) -> int:
        at = max(0, bisect_right(self.starts, offset) - 1)
        return min(self.limit, self.places[at] + offset - self.starts[at])


def of_scalar(raw: bytes, start: int, *, style: str, value: bytes) -> Layer:
    """The layer of a scalar whose content ``raw`` stands at outer offset ``start``; ``value`` is what it means.

    The two are the same, escapes and all, where a template fills in the rest.
    """
    if raw == value:
        return Layer(value, (0,), (start,))
    if style == '"' and b"\\" in raw:
        return unescaped(raw, start)
    if style == "'" and b"''" in raw:
        return _doubled(raw, start)
    return _aligned(raw, start, value)


def of_lines(data: bytes, lines: list[Span]) -> Layer:
    """The layer made of parts of ``data``, one a line, joined with line breaks."""
    starts, places, parts, at = [], [], [], 0
    for line in lines:
        starts.append(at)
        places.append(line.start)
        parts.append(data[line.start : line.end])
        at += line.end - line.start + 1
    return Layer(b"\n".join(parts) + b"\n", tuple(starts) or (0,), tuple(places) or (0,))


def _aligned(raw: bytes, start: int, value: bytes) -> Layer:
    """Every word of ``value`` is in ``raw``, in this order: only blanks, line breaks and indentation differ."""
    starts, places, at = [0], [start], 0
    extra: list[tuple[int, int]]
    for word in _WORD.finditer(value):
        found, size, extra = raw.find(word.group(), at), len(word.group()), []
        if found < 0:
            found, size, extra = _narrow(raw, word.group(), at)
        if found < 0:
            break
        if starts[-1] == word.start():
            places[-1] = start + found
        elif start + found - word.start() != places[-1] - starts[-1]:
            starts.append(word.start())
            places.append(start + found)
        starts += [word.start() + inner for inner, _ in extra]
        places += [start + found + outer for _, outer in extra]
        at = found + size
    return Layer(value, tuple(starts), tuple(places), start + len(raw))


def _narrow(raw: bytes, word: bytes, at: int) -> tuple[int, int, list[tuple[int, int]]]:
    """Where ``word`` stands in ``raw`` with a byte for each character, as a text that is no UTF-8 is read.

    -1 if it does not; else the size there, and inner and outer offset after each character of several bytes.
    """
    text = word.decode("utf-8", "replace")
    try:
        narrow = text.encode("latin-1")
    except UnicodeEncodeError:
        return -1, 0, []
    ends = accumulate(len(char.encode()) for char in text)
    return raw.find(narrow, at), len(narrow), [(end, n) for n, end in enumerate(ends, 1) if not text[n - 1].isascii()]


def unescaped(raw: bytes, start: int) -> Layer:
    """The layer of a double-quoted scalar, or of a program's string: escapes resolved."""
    starts, places, parts = [0], [start], []
    size = at = 0
    for found in _ESCAPE.finditer(raw):
        meaning = _meaning(found)
        parts += [raw[at : found.start()], meaning]
        size += found.start() - at
        starts.append(size)
        places.append(start + found.start())
        size += len(meaning)
        at = found.end()
        starts.append(size)
        places.append(start + at)
    parts.append(raw[at:])
    return Layer(b"".join(parts), tuple(starts), tuple(places))


def _meaning(found: re.Match[bytes]) -> bytes:
    number = found.group(1) or found.group(2) or found.group(3)
    if number is not None:
        code = int(number, 16)
        return chr(code).encode("utf-8", "replace") if code < 0x110000 else b"?"
    if found.group(4) is not None:
        return b""
    sign: bytes | None = found.group(5)
    if sign is not None:
        return _SIMPLE.get(sign, sign)
    return b" " if found.group().count(b"\n") == 1 else b"\n"


def _doubled(raw: bytes, start: int) -> Layer:
    """A single-quoted scalar, in which a quote is written twice."""
    starts, places, parts, size = [], [], [], 0
    at = 0
    for part in raw.split(b"''"):
        starts.append(size)
        places.append(start + at)
        parts.append(part)
        size += len(part) + 1
        at += len(part) + 2
    return Layer(b"'".join(parts), tuple(starts), tuple(places))
