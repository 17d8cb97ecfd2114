"""Finding and reading every file that may silence something, in a folder or wherever ``read`` looks."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.model.errors import ConfigError
from scanner.suppress import baseline_file
from scanner.suppress.baseline import BaselineSource
from scanner.suppress.inline import InlineMarks
from scanner.suppress.memo import Memo
from scanner.suppress.suppressor import Suppressor
from scanner.suppress.verdict import Source

Read = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What was found. ``notes`` are lines for the summary: each file that may silence, and what of it cannot."""

    suppressor: Suppressor
    notes: tuple[str, ...] = ()


def reader(folder: str) -> Read:
    """Reads files below ``folder``; None for one that is not there. ConfigError when one cannot be read."""

    def read(name: str) -> bytes | None:
        try:
            with open(os.path.join(folder, name), "rb") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise ConfigError(f"{name}: {error.strerror}") from None

    return read


def load(
    read: Read, *, baselines: Sequence[str] = (), repo_config: bool = True, today: str = "", own: str = ""
) -> Loaded:
    """Everything that silences findings in one scan.

    ``read`` reads the scanned repository's own files by their path in it; with ``repo_config`` False none
    of them is, and comments in the scanned text are text. ``baselines`` are files named by the user, of any
    tool, and are honoured either way. ``today`` is an ISO date. ``own`` replaces the name of our own
    baseline in the repository.
    """
    made = _Made(read)
    for path in baselines:
        content = reader("")(path)
        if content is None:
            raise ConfigError(f"{path}: no such baseline")
        made.add(path, content)
    if repo_config:
        for name in (own or baseline_file.FILE_NAME, *_NAMES):
            content = None if name in made.names else read(name)
            if content is not None:
                made.add(name, content)
                made.notes.append(f"{name} in the repository silences findings")
    marks = (InlineMarks(),) if repo_config else ()
    return Loaded(suppressor=Suppressor((*made.sources, *marks), today), notes=tuple(made.notes))


_NAMES = (".secrets.baseline",)


@dataclass(slots=True)
class _Made:
    read: Read
    memo: Memo = field(default_factory=Memo)
    names: set[str] = field(default_factory=set)
    sources: list[Source] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, content: bytes) -> None:
        """Read one file by what is in it, so that a baseline may be called anything."""
        self.names.add(name)
        if baseline_file.looks_like_baseline(content) or not content.lstrip().startswith((b"{", b"[")):
            self.sources.append(BaselineSource.read(content, name, self.memo))
            return
        self._json(name, _document(name, content))

    def _json(self, name: str, document: Any) -> None:
        from scanner.suppress import detect_secrets_file

        if detect_secrets_file.looks_like_detect_secrets(document):
            source, left = detect_secrets_file.parse_detect_secrets(document, name, self.read)
            self.sources.append(source)
            self.notes += [f"{name}: not carried over: {what}" for what in left]
            return
        raise ConfigError(f"{name}: not a baseline that is known here")


def _document(name: str, content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise ConfigError(f"{name}: damaged: it is no JSON") from None
