"""From a file's bytes to scannable text: byte-order marks, UTF-16 and UTF-32, binary or not."""

from __future__ import annotations

from scanner.model.filekind import FileKind, kind_of
from scanner.model.text import Text

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", ""),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_FIRST = frozenset(mark[:1] for mark, _ in _MARKS)
_PROBE = 4096
# Formats that hold people's text as it was typed, between bytes of their own: databases, property lists.
_TEXT_INSIDE = (b"SQLite format 3\0", b"bplist00")
_CONTROL = bytes({*range(32)} - {*b"\t\n\r\f\x1b"}) + b"\x7f"
_FOREIGN = bytes(range(128, 256))


def to_text(data: bytes, path: str, kind: FileKind | None = None) -> Text:
    """A text in an ASCII-compatible encoding. Without a mark, UTF-16 is told by where its zero bytes are.

    Other data with zero bytes, unless they are few, keeps its bytes and gets the kind BINARY: vendor formats are
    still looked for in it. Lines are the same as in the original; columns count characters.
    """
    if kind is None:
        kind = kind_of(path)
    for mark, codec in _MARKS if data[:1] in _FIRST else ():
        if data.startswith(mark):
            body = data[len(mark) :]
            if codec and len(body) > 3:
                return Text(_recoded(body, codec), path, kind)
            return Text(body, path, kind)
    if data.find(b"\0", 0, _PROBE) < 0:
        return Text(data, path, kind)
    probe = data[:_PROBE]
    codec = _guess_utf16(probe)
    if codec:
        return Text(_recoded(data, codec), path, kind)
    if data.startswith(_TEXT_INSIDE):
        return Text(data, path, FileKind.DATA)
    if _mostly_text(probe):
        # Lines ended by zero bytes, as programs write them for each other; a stray one changes nothing.
        return Text(data if b"\n" in probe else data.replace(b"\0", b"\n"), path, kind)
    return Text(data, path, FileKind.BINARY)


def _recoded(body: bytes, codec: str) -> bytes:
    return body.decode(codec, "replace").encode("utf-8", "replace")


def _mostly_text(probe: bytes) -> bool:
    """True when zero bytes stand among text rather than text among zero bytes."""
    size = len(probe)
    controls = size - len(probe.translate(None, _CONTROL))
    return controls * 16 <= size and (size - len(probe.translate(None, _FOREIGN))) * 3 <= size


def _guess_utf16(probe: bytes) -> str:
    """The byte order of mostly-ASCII UTF-16, or an empty string."""
    if len(probe) < 8:
        return ""
    half = len(probe) // 2
    even, odd = probe[0::2].count(0), probe[1::2].count(0)
    if odd > half * 0.7 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.7 and odd < half * 0.1:
        return "utf-16-be"
    return ""
