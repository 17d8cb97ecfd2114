"""What is reported: redacted, placed, and free of the raw secret unless it was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.model.levels import Confidence, Severity
from scanner.model.match import NOTHING
from scanner.model.span import Position


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place that holds the secret; ``commit`` is empty outside history.

    ``repository`` is set where several were scanned, ``date`` (ISO 8601 with offset) where the commit's is known.
    """

    commit: str
    path: str
    line: int
    repository: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """The commit that first brought a secret, as git tells it; ``date`` is ISO 8601 with offset."""

    commit: str = ""
    author: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One secret at its first place, with every other place it was seen.

    ``repository`` names the one of the first place where several were scanned (``https://host/owner/name``, or a
    path). ``fingerprint`` depends on rule and secret alone. ``excerpt`` is the line with the secret replaced by
    its redacted view. ``secret`` is None unless raw values were asked for. ``status`` is ``new``,
    ``baseline`` or ``allowed``; ``status_reason`` says by what.
    """

    fingerprint: str
    rule: str
    title: str
    severity: Severity
    confidence: Confidence
    path: str
    position: Position
    redacted: str
    excerpt: str = ""
    secret: str | None = None
    origin: Origin = field(default_factory=Origin)
    in_head: bool | None = None
    refs: tuple[str, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    detail: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    status: str = "new"
    status_reason: str = ""
    guide: str = ""
    repository: str = ""
