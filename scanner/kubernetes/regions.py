"""What only looks like a secret: ciphertext, references, certificates, schemas."""

from __future__ import annotations

from scanner.kubernetes import ciphertext
from scanner.kubernetes.dispatch import examine
from scanner.kubernetes.findings import Findings
from scanner.kubernetes.reading import read
from scanner.model.match import Match
from scanner.model.span import Span
from scanner.model.text import Text


def regions(text: Text) -> tuple[Span, ...]:
    """Spans of ``text`` in which a weakly anchored match means nothing, in the order of the text."""
    out = Findings(_nothing)
    reading = read(text)
    examine(reading, out)
    found = {*out.regions, *reading.schemas, *(Span(*place) for place in ciphertext.spans(text.data))}
    return tuple(sorted(found))


def sealed(text: Text) -> tuple[Span, ...]:
    """Spans of ciphertext alone: nothing in them is a finding, whatever it looks like."""
    out = Findings(_nothing)
    examine(read(text), out)
    return tuple(sorted({*out.sealed, *(Span(*place) for place in ciphertext.spans(text.data))}))


def _nothing(text: Text) -> list[Match]:
    return []
