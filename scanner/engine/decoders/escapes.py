r"""Escapes of C, JSON and their kin: ``\n \" \u003d \x41``, in strings that hold whole documents."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from scanner.engine.decoders.layer import Layer
from scanner.model.span import Span

if TYPE_CHECKING:
    import re

# A string holds a document when it names things inside: JSON, YAML, environment, INI, a key in armour. Or it
# hides characters that could be written as they are.
GATES = (
    r'\\"[\w.$-]{1,64}\\{1,3}"\s?:',
    r"\\[nr][ \t-]{0,24}(?:export )?[\w.-]{1,64}\s?[:=]",
    r"\\[nr]-----(?:BEGIN|END) ",
    r"\\u00[2-7][0-9a-fA-F]",
    r"(?:\\x[2-7][0-9a-fA-F]){3}",
)
_SIMPLE = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b'"': b'"', b"'": b"'", b"\\": b"\\", b"/": b"/", b"`": b"`"}
_LONGEST = 1 << 20


def layers(data: bytes) -> Iterator[Layer]:
    """Strings that hold a document, and stretches with characters in hiding."""
    if b"\\" not in data:
        return
    done = 0
    for found in _gate().finditer(data):
        if found.start() < done:
            continue
        start, end = _string(data, found.start(), done)
        done = end + 1
        yield Layer(_one().sub(_plain, data[start:end]), Span(start, end), "escapes")


def _string(data: bytes, at: int, done: int) -> tuple[int, int]:
    """The string around byte ``at``: from a quote (or the line's beginning) to the same quote, not escaped."""
    floor = max(data.rfind(b"\n", done, at) + 1, done, at - _LONGEST)
    begin = floor
    while True:
        opened = _opening().search(data, begin, at)
        if opened is None:
            return floor, _line_end(data, at)
        closed = _closing(opened.group(1)).search(data, opened.end(), opened.end() + _LONGEST)
        stop = closed.start() if closed else _line_end(data, at)
        if stop >= at:
            return opened.end(), stop
        begin = stop + 1


def _line_end(data: bytes, at: int) -> int:
    end = data.find(b"\n", at, at + _LONGEST)
    return end if end >= 0 else min(len(data), at + _LONGEST)


@cache
def _gate() -> re.Pattern[bytes]:
    import re

    # Every branch begins with a backslash, and re looks for that alone much faster than for a choice.
    return re.compile(rb"\\(?:" + b"|".join(_after_backslash(gate) for gate in GATES) + b")")


def _after_backslash(gate: str) -> bytes:
    if gate.startswith("(?:"):
        return rb"x[2-7][0-9a-fA-F](?:\\x[2-7][0-9a-fA-F]){2}"
    return gate.removeprefix(r"\\").encode()


@cache
def _opening() -> re.Pattern[bytes]:
    import re

    return re.compile(rb"(?<!\\)([\"'`])")


@cache
def _closing(quote: bytes) -> re.Pattern[bytes]:
    import re

    return re.compile(rb"(?<!\\)(?:\\\\)*" + quote + rb"|\n")


@cache
def _one() -> re.Pattern[bytes]:
    import re

    return re.compile(rb"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([nrt\"'\\/`]))")


def _plain(found: re.Match[bytes]) -> bytes:
    unicode, byte, simple = found.groups()
    if simple:
        return _SIMPLE[simple]
    code = int(unicode or byte, 16)
    return chr(code).encode("utf-8", "replace") if unicode else bytes((code,))
