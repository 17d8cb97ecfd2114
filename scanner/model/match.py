"""One detection in one text, before it is known where that text came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from scanner.model.levels import Confidence, Severity
from scanner.model.secret import Secret
from scanner.model.span import Span
from scanner.model.text import Text

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Match:
    """A secret at a place.

    ``span`` covers the secret in the *outer* text's bytes; for a value found in a decoded layer it covers
    the encoded form. ``detail`` names things that are no secret (kind, namespace, name, key, account id).
    ``reason`` is empty, or says why plausibility drops the match: dropped matches travel along so that
    ``--show-dropped`` can list them.
    ``specific`` orders overlapping matches: the highest stays (provider format 3, structure 2, generic 1).
    ``lead`` counts the bytes before the secret that the rule's expression read as well: a name, most of the time.
    """

    rule: str
    span: Span
    secret: Secret
    severity: Severity
    confidence: Confidence
    detail: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    reason: str = ""
    specific: int = 3
    lead: int = 0

    def moved(self, by: int) -> Match:
        """The same so many bytes further on: in a text of which that in which it was found is a part."""
        return replace(self, span=Span(self.span.start + by, self.span.end + by))


class Inspect(Protocol):
    """Runs every detector over an inner text (a decoded value), one layer deeper than the caller."""

    def __call__(self, text: Text) -> list[Match]:
        """Matches with spans in ``text``'s bytes; empty when the depth limit is reached."""
        ...

    def left_out(self) -> None:
        """Note that a text holds more than a limit lets be read of it: the summary of the scan says so."""
        ...


class Detector(Protocol):
    """Recognises structure that an expression cannot: a manifest, a dotfile, a key file.

    ``triggers`` are literal byte strings (compared without case): the detector is asked only when one of
    them occurs in the text, so that ordinary files cost nothing. ``names`` are lower-case file names or
    ``.extension`` endings that trigger it as well.
    """

    @property
    def triggers(self) -> tuple[bytes, ...]: ...

    @property
    def names(self) -> tuple[str, ...]: ...

    def detect(self, text: Text, inspect: Inspect) -> Iterable[Match]:
        """Matches with spans in ``text``'s bytes. Malformed input yields nothing; it never raises."""
        ...


class Stir(IntEnum):
    """What is new in a text means for a detector: nothing, that this version is to be read, or that each one made
    from it is to be read as well."""

    CALM = 0
    ONCE = 1
    ALWAYS = 2


@runtime_checkable
class TellsByLines(Protocol):
    """A detector that can tell from what is new in a text whether that matters to it."""

    def stirs(self, lines: bytes, text: Text, base: bytes | None) -> Stir:
        """Calm only when it finds nothing in ``text`` and says of nothing there that it is no secret, beside what it
        did in ``base``, which was made ``text`` by having ``lines`` (those around them included). None: lines are all
        of it. The text has no path; its kind is ``OTHER`` where its names say different things.
        """
        ...
