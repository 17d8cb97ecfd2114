"""What only looks like a secret: ciphertext, references, certificates, schemas."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.kubernetes import ciphertext
from scanner.kubernetes.interest import interesting, schemas, telling
from scanner.manifest.split import split
from scanner.model.match import Match
from scanner.model.span import Span
from scanner.model.text import Text

# Certificates and digests in documents that hold nothing else of interest and are not read as structure.
_PUBLIC = re.compile(
    rb"""(?:caBundle|certificate-authority-data|client-certificate-data|tls\.crt|ca\.crt)\\?["']?[ \t]*:[ \t]*\\?["']?
        (LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS[A-Za-z0-9+/=]*)
    |checksum/[\w./-]{1,100}["']?[ \t]*:[ \t]*["']?([0-9a-f]{32,128})\b""",
    re.VERBOSE,
)
_PUBLIC_LITERALS = (b"checksum/", b"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS")
# Bytes that a key with its blanks takes before a value.
_LONGEST_KEY = 200


def regions(text: Text) -> tuple[Span, ...]:
    """Spans of ``text`` in which a weakly anchored match means nothing, in the order of the text."""
    found = {*schemas(text.data), *(Span(*place) for place in ciphertext.spans(text.data))}
    if telling(text.data):
        found.update(_judged(text))
    found.update(_public(text.data))
    return tuple(sorted(found))


def _public(data: bytes) -> Iterator[Span]:
    """Certificates and digests: on lines with what tells them, which is far faster to look for."""
    for literal in _PUBLIC_LITERALS:
        at = data.find(literal)
        while at >= 0:
            start = max(data.rfind(b"\n", 0, at) + 1, at - _LONGEST_KEY)
            end = data.find(b"\n", at)
            end = len(data) if end < 0 else end
            for place in _PUBLIC.finditer(data, start, end):
                yield Span(*place.span(place.lastindex or 0))
            at = data.find(literal, end)


def _judged(text: Text) -> list[Span]:
    """What the handlers of the kinds claim."""
    from scanner.kubernetes.outline import holds, is_loose

    if not holds(text, telling):
        return []
    from scanner.kubernetes.dispatch import examine
    from scanner.kubernetes.findings import Findings
    from scanner.kubernetes.reading import read

    out = Findings(_Nothing())
    # Documents that hold nothing may still be told about: ``password: name-of-a-key`` of an ExternalSecret. What has
    # been read to be searched is not read again.
    parts = [text.data[span.start : span.end] for span in split(text.data)]
    same = not is_loose(text) and all(interesting(part) for part in parts if telling(part))
    examine(read(text, interesting if same else telling), out)
    return out.regions


class _Nothing:
    """Finds nothing in what it is given. What is left out is said where the text is scanned."""

    def __call__(self, text: Text) -> list[Match]:
        return []

    def left_out(self) -> None:
        pass
