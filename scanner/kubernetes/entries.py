"""Named values of a manifest, and the scan of all of them as if they stood in one file of settings.

The rules for text know a token by its form and by the name before it. So the entries of one object are written as
``NAME=value`` lines, longer ones as files of their own, scanned once, and the matches handed back by entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from scanner.kubernetes import names
from scanner.manifest.documents import Document
from scanner.manifest.layer import Layer, of_scalar
from scanner.manifest.node import Scalar
from scanner.model.filekind import FileKind, kind_of
from scanner.model.levels import Confidence
from scanner.model.match import Inspect, Match
from scanner.model.span import Span
from scanner.model.text import Text

_UNNAMED = re.compile(r"[^\w.-]+")
_LONGEST_LINE = 4096
_VENDOR = 3
_ENCODED = re.compile(
    r"""(?:[\w$]{1,40}\.){0,4}(?i:base64\w{0,10}|b64\w{0,10}|btoa|(?<=base64\.)encode)\(\s*
        (?P<quote>['"])(?P<text>(?:(?!(?P=quote))[^\\\n])++)(?P=quote)\s*\),?""",
    re.VERBOSE,
)
# A value that a reader of such files would take for more than one word.
_SPACED = re.compile(rb"[\s#]")


@dataclass(frozen=True, slots=True)
class Entry:
    """``value`` is what the scalar means, decoded where ``encoded`` says so; ``name`` is what it is given to.

    ``exact`` is False when parts of the value have no place of their own (it was compressed), ``cut`` is True when
    there is more of it than a limit allows.
    """

    name: str
    scalar: Scalar
    document: Document = field(repr=False)
    value: bytes = field(repr=False)
    encoded: bool = False
    exact: bool = True
    cut: bool = False

    @property
    def span(self) -> Span:
        """The scalar's bytes in the outermost text."""
        return self.document.place(self.scalar.span)

    @property
    def text(self) -> str:
        """The value as characters."""
        return self.value.decode("utf-8", "replace")

    def place(self, span: Span) -> Span:
        """The bytes of the outermost text that part ``span`` of ``value`` stands at.

        For base64 that is the nearest run of its characters.
        """
        if not self.exact:
            return self.span
        raw = self.document.data[self.scalar.span.start : self.scalar.span.end]
        if self.encoded:
            start, end = span.start // 3 * 4, -(-span.end // 3) * 4
            layer = _letters(raw, self.scalar.span.start)
            return self.document.place(layer.outer(Span(start, min(end, len(layer.data)))))
        layer = of_scalar(raw, self.scalar.span.start, style=self.scalar.style, value=self.value)
        return self.document.place(layer.outer(span))


@dataclass(frozen=True, slots=True)
class Inner:
    """A match in an entry's value; ``span`` counts in the value.

    A dropped one is here only when it is all of the value: a vendor's rule knows the value, and knows it for an
    example or for expired.
    """

    match: Match
    span: Span

    @property
    def known(self) -> bool:
        """True when a rule recognises what the value opens, and does not only see that it is assigned to a name."""
        return not self.match.reason and recognised(self.match)


def recognised(match: Match) -> bool:
    """True for a credential of a known form; rules for assignments are neither specific nor sure."""
    return match.specific > 1 or match.confidence >= Confidence.HIGH


def inspected(entries: Sequence[Entry], inspect: Inspect) -> list[list[Inner]]:
    """What the whole scanner finds in each entry's value, best first."""
    found: list[list[Inner]] = [[] for _ in entries]
    lines: list[tuple[int, int, int]] = []  # entry, start and end of its value in the joined text
    parts: list[bytes] = []
    at = 0
    if any(entry.cut for entry in entries):
        inspect.left_out()
    for number, entry in enumerate(entries):
        value = entry.value
        if _file_like(value):
            for match in inspect(_file(entry)):
                _add(found[number], match, 0, len(value))
            continue
        head = _UNNAMED.sub("_", names.plain(entry.name)).encode() + b"="
        quote = b'"' if _SPACED.search(value) and b'"' not in value else b""
        start = at + len(head) + len(quote)
        lines.append((number, start, start + len(value)))
        parts.append(head + quote + value + quote + b"\n")
        at += len(parts[-1])
    if parts:
        for match in inspect(Text(b"".join(parts), "", FileKind.CONFIG)):
            for number, start, end in lines:
                if start <= match.span.start < end:
                    _add(found[number], match, start, end)
    for matches in found:
        matches.sort(key=lambda inner: _rank(inner.match))
    return found


def _rank(match: Match) -> tuple[bool, bool, int, int, int]:
    return match.reason != "", not recognised(match), -match.specific, -match.severity, -match.confidence


def _add(found: list[Inner], match: Match, start: int, end: int) -> None:
    known = not match.reason or (match.specific >= _VENDOR and len(match.secret) >= end - start)
    if known and match.specific > 0:
        found.append(Inner(match, Span(match.span.start - start, min(match.span.end, end) - start)))


def _file_like(value: bytes) -> bool:
    return b"\n" in value.strip() or len(value) > _LONGEST_LINE or value.lstrip()[:1] in (b"{", b"[", b"<")


def _file(entry: Entry) -> Text:
    """The entry's value as a file; its name is the entry's, with an ending where it has none that says something."""
    name = names.plain(entry.name).rsplit("/", 1)[-1]
    if kind_of(name) is FileKind.OTHER:
        name += ".json" if entry.value.lstrip()[:1] in (b"{", b"[") else ".yaml"
    return Text.named(entry.value, name)


def _letters(raw: bytes, start: int) -> Layer:
    """``raw`` without blanks, for counting base64 letters."""
    starts, places, parts, size = [], [], [], 0
    for word in re.finditer(rb"\S+", raw):
        starts.append(size)
        places.append(start + word.start())
        parts.append(word.group())
        size += len(word.group())
    return Layer(b"".join(parts), tuple(starts) or (0,), tuple(places) or (start,))


def written(scalar: Scalar) -> Scalar | None:
    """The literal that a program gives to an encoder of base64 where a manifest has its value; None for all else.

    So jsonnet writes a Secret: ``password: std.base64('...')``.
    """
    call = None if scalar.style or scalar.template else _ENCODED.fullmatch(scalar.value)
    if call is None:
        return None
    start = scalar.span.start + len(scalar.value[: call.start("text")].encode("utf-8", "surrogateescape"))
    value = call.group("text")
    return Scalar(value, Span(start, start + len(value.encode("utf-8", "surrogateescape"))), "'")


def of_mapping(pairs: Iterable[tuple[Scalar, object]], document: Document) -> list[Entry]:
    """Plain entries for the scalar values among ``pairs``; empty ones are left out."""
    made = []
    for key, node in pairs:
        if isinstance(node, Scalar) and node.value.strip():
            made.append(Entry(key.value, node, document, node.value.encode("utf-8", "replace")))
    return made
