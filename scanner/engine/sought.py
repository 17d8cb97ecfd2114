"""Whether a word stands near: asked for every match, answered by reading each part of a text once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.model.span import Span

if TYPE_CHECKING:
    from regex import Pattern


class Sought:
    """The first place of a pattern at or after some offset, remembered from one question to the next.

    In a line of megabytes the lines around a match are kilobytes either side, and hundreds of matches share them.
    One pattern and one text for each object.
    """

    __slots__ = ("_found", "_from", "_read")

    def __init__(self) -> None:
        # Nothing begins between ``_from`` and ``_read``, unless ``_found`` says where the first one is.
        self._from = self._read = 0
        self._found: Span | None = None

    def within(self, pattern: Pattern[bytes], data: bytes, around: Span, *, longest: int) -> bool:
        """True when ``pattern``, which takes at most ``longest`` bytes, matches inside ``around``."""
        known = self._found
        if around.start < self._from or self._read <= around.start or (known and known.start < around.start):
            self._from = self._read = around.start
            known = self._found = None
        if known is None and self._read < around.end:
            found = pattern.search(data, max(around.start, self._read - longest), around.end)
            known = self._found = Span(*found.span()) if found else None
            self._read = around.end
        if known is None:
            return False
        return known.end <= around.end or pattern.search(data, known.start, around.end) is not None
