"""What was judged no secret and stands on the line of one: it is shown with the line, so it is hidden there too.

Where dropped matches do not come along, because judging them to the end is most of what a scan would cost, the lines
that are to be shown are looked at once more, by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scanner.model.span import Span
from scanner.model.text import Text
from scanner.pipeline.text import Dropped

if TYPE_CHECKING:
    from scanner.model.match import Match
    from scanner.pipeline.text import TextScanner

# Bytes either side of a secret in its line: more than a report shows, and enough for a name before its value.
_AROUND = 512
# The same line comes with every version of a file.
_MOST_KNOWN = 4096
_LONGEST_KNOWN = 4096


class Neighbours:
    """The dropped matches on the lines of others. Holds raw lines: for one process, and never handed out."""

    def __init__(self, scanner: TextScanner) -> None:
        self._scanner = scanner
        self._known: dict[Text, tuple[Match, ...]] = {}

    def among(self, text: Text, matches: Sequence[Match]) -> list[Match]:
        """``matches`` of ``text`` and the dropped ones beside them, in no order."""
        found = list(matches)
        for part in dict.fromkeys(_part(text.data, match.span) for match in matches if not match.reason):
            dropped = self._dropped(Text(text.data[part.start : part.end], text.path, text.kind))
            found += (match.moved(part.start) for match in dropped)
        return found

    def _dropped(self, line: Text) -> tuple[Match, ...]:
        known = self._known.get(line)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            overruns = self._scanner.overruns
            matches = self._scanner.scan(line, dropped=Dropped.ALWAYS)
            self._scanner.overruns = overruns
            known = tuple(match for match in matches if match.reason)
            if len(line.data) <= _LONGEST_KNOWN:
                self._known[line] = known
        return known


def _part(data: bytes, span: Span) -> Span:
    """The part of a secret's first line that may be shown."""
    start = max(data.rfind(b"\n", 0, span.start) + 1, span.start - _AROUND)
    last = min(len(data), span.end + _AROUND)
    end = data.find(b"\n", span.start, last)
    return Span(start, end if end >= 0 else last)
