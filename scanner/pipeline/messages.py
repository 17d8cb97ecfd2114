"""What people wrote into commits and tags, scanned as prose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from scanner.model.filekind import FileKind
from scanner.model.text import Text
from scanner.pipeline.context import Context
from scanner.pipeline.ledger import Ledger
from scanner.pipeline.text import Dropped, TextScanner


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
        each = self._scanner.engine.prefilter_each([message.text for message in messages])
        for message, hits in zip(messages, each, strict=True):
            if not hits:
                continue
            text = Text(message.text, "", FileKind.PROSE)
            matches = self._scanner.examine(text, hits, dropped=Dropped.BESIDE)
            if matches:
                self.ledger.write(text, matches, name=message.name)
