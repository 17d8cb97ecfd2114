"""What people wrote into commits and tags, scanned as prose."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from scanner.engine.prefilter import Hit
from scanner.model.filekind import FileKind
from scanner.model.text import Text
from scanner.pipeline.context import Context
from scanner.pipeline.ledger import Ledger
from scanner.pipeline.text import TextScanner


class Message(NamedTuple):
    """The text of a commit or tag, and the binary name of the object it belongs to."""

    name: bytes
    text: bytes


class MessageScanner:
    """Scans messages, many at once. ``ledger`` has what was found: its objects are the commits and tags."""

    def __init__(self, scanner: TextScanner, context: Context) -> None:
        self.ledger = Ledger(scanner.engine.rules, context)
        self._scanner = scanner

    def take(self, messages: Sequence[Message]) -> None:
        """Scan ``messages``."""
        starts, filled = [], 0
        for message in messages:
            starts.append(filled)
            filled += len(message.text) + 1
        hits: dict[int, list[Hit]] = {}
        for entry, end in self._scanner.engine.prefilter(b"\n".join(message.text for message in messages)):
            at = bisect_right(starts, end - 1) - 1
            hits.setdefault(at, []).append(Hit(entry, end - starts[at]))
        for at, some in hits.items():
            text = Text(messages[at].text, "", FileKind.PROSE)
            matches = self._scanner.examine(text, some)
            if matches:
                self.ledger.write(text, matches, name=messages[at].name)
