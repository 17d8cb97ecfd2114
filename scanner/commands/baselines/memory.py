"""What the last ``update`` saw, kept in the repository's own git folder, so that the next need not look again.

For each file of the index what was found in it, and of the history where it ended and what is in it. Of a secret there
is what the baseline itself has of it, its digest, and the claims of what silences it: no value, no fingerprint, no
line of text. What the memory says can keep an entry from being written, never silence a finding.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from scanner.model.errors import ConfigError
from scanner.suppress.digest import Digest
from scanner.suppress.store import write_whole
from scanner.suppress.verdict import FILE, PLACE, SECRET, Claim

FILE_NAME = "unsealed-survey"
_FORMAT = 2
# More than this is not worth reading again.
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Held:
    """A finding in one file: ``claims`` are those of all that may silence it but for the baseline itself.

    ``inside`` is the way to it within an archive (``!/name``).
    """

    rule: str
    inside: str
    line: int
    digests: tuple[Digest, ...]
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """A finding in the history. ``source`` is what silenced it, ``lasting`` whether it does for ever."""

    rule: str
    paths: tuple[str, ...]
    digests: tuple[Digest, ...]
    source: str = ""
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """All findings of the history up to ``tips``. ``moment`` is HEAD and the day on which that was so.

    ``slight`` has the digests of what was found there and is no leak where it stands, so that no baseline has it.
    """

    tips: tuple[str, ...]
    moment: tuple[str, str]
    found: tuple[Past, ...]
    slight: frozenset[Digest] = frozenset()


@dataclass(frozen=True, slots=True)
class Memory:
    """``files`` has the findings of each file, by ``file_key``; ``history`` is None when that was not looked at."""

    files: Mapping[str, tuple[Held, ...]] = field(default_factory=dict)
    history: History | None = None

    @classmethod
    def read(cls, path: str, stamp: str) -> Memory:
        """What is in the file at ``path``; nothing, when it is not there, damaged, or of another ``stamp``."""
        try:
            if os.path.getsize(path) > _LARGEST:
                return cls()
            plain = json.loads(Path(path).read_bytes())
            if plain["format"] != _FORMAT or plain["stamp"] != stamp:
                return cls()
            files = {str(key): tuple(map(_held, found)) for key, found in plain["files"].items()}
            return cls(files, _history(plain["history"]) if plain["history"] else None)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return cls()

    def write(self, path: str, stamp: str) -> None:
        """Keep it for the next time; where that cannot be, nothing is kept."""
        plain: dict[str, Any] = {"format": _FORMAT, "stamp": stamp}
        plain["files"] = {key: [_plain_held(one) for one in found] for key, found in self.files.items()}
        plain["history"] = _plain_history(self.history) if self.history else None
        data = json.dumps(plain, separators=(",", ":")).encode("ascii")
        with contextlib.suppress(ConfigError):
            write_whole(Path(path), data, private=True)


def file_key(path: str, blobs: Iterable[str]) -> str:
    """The name of a file: its path, its own blob and the blobs of all that decides how it is read."""
    text = "\0".join((path, *blobs))
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _plain_held(one: Held) -> list[object]:
    return [one.rule, one.inside, one.line, [digest.render() for digest in one.digests], *map(asdict, one.claims)]


def _held(plain: Any) -> Held:
    rule, inside, line, digests, *claims = plain
    return Held(str(rule), str(inside), int(line), tuple(map(Digest.parse, digests)), tuple(map(_claim, claims)))


def _claim(plain: dict[str, Any]) -> Claim:
    made = Claim(**{**plain, "commits": tuple(map(str, plain["commits"]))})
    others = {name: value for name, value in asdict(made).items() if name != "commits"}
    if not all(isinstance(value, str) for value in others.values()) or made.reach not in (SECRET, FILE, PLACE):
        raise ValueError("this is no claim")
    return made


def _plain_history(history: History) -> list[object]:
    found = [
        [one.rule, one.paths, [digest.render() for digest in one.digests], one.source, one.lasting]
        for one in history.found
    ]
    return [history.tips, history.moment, found, sorted(digest.render() for digest in history.slight)]


def _history(plain: Any) -> History:
    tips, (head, day), found, slight = plain
    return History(
        tuple(map(str, tips)),
        (str(head), str(day)),
        found=tuple(map(_past, found)),
        slight=frozenset(map(Digest.parse, slight)),
    )


def _past(plain: Any) -> Past:
    rule, paths, digests, source, lasting = plain
    return Past(str(rule), tuple(map(str, paths)), tuple(map(Digest.parse, digests)), str(source), bool(lasting))
