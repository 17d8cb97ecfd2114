"""The baseline as a file: reading it strictly, writing it whole and sorted.

A baseline that cannot be understood is an error, never an empty baseline: what it was meant to silence
would all come back, and a rewrite would lose every decision in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from scanner.model.errors import ConfigError
from scanner.suppress.digest import Salt
from scanner.suppress.entry import Entry, Key, parse_entry
from scanner.suppress.join import joined
from scanner.suppress.names import BASELINE_FILE

FILE_NAME = BASELINE_FILE
FORMAT = 1
_MAGIC = "unsealed-baseline"
_SALT = "salt = "
_WELCOME = "# Findings somebody knows of. Written by `unsealed baseline`, explained in docs/baseline.md of unsealed."
_CONFLICT = (b"\n<<<<<<<", b"\n=======", b"\n>>>>>>>", b"\n|||||||")


@dataclass(frozen=True, slots=True)
class Baseline:
    """All of one file. ``entries`` are keyed by what they are about; ``notes`` are comment lines of users."""

    salts: tuple[Salt, ...]
    entries: Mapping[Key, Entry] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()

    @property
    def salt(self) -> Salt:
        """The salt new entries get."""
        return self.salts[0]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __len__(self) -> int:
        return len(self.entries)

    def render(self) -> bytes:
        """The file's content: equal baselines give equal bytes."""
        used = {entry.key.digest.salt for entry in self}
        kept = [salt for salt in self.salts if salt.id in used] or [min(self.salts)]
        lines = [f"{_MAGIC} {FORMAT}", _WELCOME, *sorted(set(self.notes) - {_WELCOME})]
        lines += [_SALT + salt.render() for salt in sorted(kept)]
        lines += sorted(entry.render() for entry in self)
        return "\n".join(lines).encode("utf-8", "surrogateescape") + b"\n"


def baseline_of(salts: Iterable[Salt], entries: Iterable[Entry], notes: Iterable[str] = ()) -> Baseline:
    """A baseline of these entries, in order; of two about the same thing the last counts."""
    by_key = {entry.key: entry for entry in entries}
    ordered = {key: by_key[key] for key in sorted(by_key)}
    return Baseline(tuple(sorted(set(salts))), MappingProxyType(ordered), tuple(notes))


def looks_like_baseline(data: bytes) -> bool:
    """True when the first line names our format, whatever its version."""
    return data.removeprefix(b"\xef\xbb\xbf").startswith(_MAGIC.encode() + b" ")


def parse_baseline(data: bytes, name: str) -> Baseline:
    """The baseline in ``data``. ConfigError names the file, the line and what to do."""
    text = checked_text(data, name)
    salts: list[Salt] = []
    entries: list[Entry] = []
    notes: list[str] = []
    for number, line in enumerate(text.split("\n")[1:-1], 2):
        try:
            _take(line, salts, entries, notes)
        except (ValueError, ConfigError) as error:
            raise ConfigError(f"{name}:{number}: {error}") from None
    known = {salt.id for salt in salts}
    for entry in entries:
        if entry.key.digest.salt not in known:
            raise ConfigError(f"{name}: the salt of {entry.shown} is missing: take its line back from version control")
    if not salts:
        raise ConfigError(f"{name}: the salt is missing: take its line back from version control")
    return baseline_of(salts, joined(entries).values(), notes)


def checked_text(data: bytes, name: str) -> str:
    """``data`` as text once it is sure to be a whole baseline of a version we know."""
    if not data.strip():
        raise ConfigError(f"{name}: the file is empty, which is no baseline: `unsealed baseline create` writes one")
    if data.startswith(b"<<<<<<<") or any(mark in data for mark in _CONFLICT):
        raise ConfigError(
            f"{name}: an unfinished merge is in it: `unsealed baseline merge-driver --resolve` settles it,"
            " and `unsealed baseline merge-driver --install` keeps it from happening"
        )
    if not looks_like_baseline(data):
        raise ConfigError(f"{name}: not a baseline of unsealed; `unsealed baseline import` reads those of other tools")
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    version = text.split("\n", 1)[0].removeprefix(_MAGIC).strip()
    if version != str(FORMAT):
        raise ConfigError(f"{name}: a newer unsealed wrote format {version[:20]!r}, this one knows {FORMAT} only")
    if not text.endswith("\n"):
        raise ConfigError(f"{name}: the last line is cut off: take the file back from version control")
    return text


def _take(line: str, salts: list[Salt], entries: list[Entry], notes: list[str]) -> None:
    if line.startswith("#"):
        if line != _WELCOME:
            notes.append(line)
    elif line.startswith(_SALT):
        salts.append(Salt.parse(line.removeprefix(_SALT)))
    elif line.strip(" \t"):
        entries.append(parse_entry(line))


def read_baseline(path: Path, name: str = "") -> Baseline:
    """The baseline at ``path``; ConfigError when it is not there or cannot be understood."""
    return parse_baseline(read_bytes(path, name), name or str(path))


def read_bytes(path: Path, name: str = "") -> bytes:
    """The content of ``path``; ConfigError in one line when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{name or path}: {error.strerror}") from None
