"""Our baseline while scanning: a digest for what was found, and one search in the file for it.

The file is kept as its bytes. The first finding pays for one pass that sees whether every line has the right
shape; nothing is parsed before a line is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from scanner.model.errors import ConfigError
from scanner.suppress.baseline_file import checked_text
from scanner.suppress.case import Case
from scanner.suppress.digest import FAST, SLOW, Digest, Salt, family_of
from scanner.suppress.entry import SHAPE, Entry, parse_entry
from scanner.suppress.globs import glob_expression
from scanner.suppress.join import joined
from scanner.suppress.memo import Memo
from scanner.suppress.verdict import BASELINE, PLACE, SECRET, Claim, Place

_ENTRY = re.compile(b"^" + SHAPE.encode() + rb"(?=\n)", re.MULTILINE)
_ODD = re.compile(rb"^(?!#|salt = |[ \t]*$)[^\n]+", re.MULTILINE)


class _Index(NamedTuple):
    """Starts of lines by digest, and the kinds of digest under each salt: no other is worth computing."""

    starts: dict[str, list[int]]
    kinds: dict[str, str]


@dataclass(frozen=True, slots=True)
class BaselineSource:
    """One baseline file of ours. ``lines`` are its lines, each led and closed by a line break."""

    name: str
    salts: tuple[Salt, ...]
    lines: bytes = field(repr=False)
    memo: Memo = field(default_factory=Memo, repr=False, compare=False)

    @classmethod
    def read(cls, data: bytes, name: str, memo: Memo | None = None) -> BaselineSource:
        """The source for a file's content. ConfigError when it is no whole baseline."""
        text = checked_text(data, name)
        lines = "\n" + text.split("\n", 1)[1]
        try:
            salts = tuple(Salt.parse(line) for line in _values(lines, "\nsalt = "))
        except ConfigError as error:
            raise ConfigError(f"{name}: {error}") from None
        if not salts:
            raise ConfigError(f"{name}: the salt is missing: take its line back from version control")
        return cls(name, salts, lines.encode("utf-8", "surrogateescape"), memo or Memo())

    def claims(self, case: Case) -> Iterable[Claim]:
        """A claim for every entry about this secret."""
        index = self._known()
        digests = (self._digest(salt, case, index) for salt in self.salts)
        return self._about(digest for digest in digests if digest is not None)

    def claims_of(self, digests: Sequence[Digest]) -> Iterable[Claim]:
        """The same for a secret of which only the digests are at hand."""
        return self._about(digest for salt in self.salts for digest in digests if digest.salt == salt.id)

    def _about(self, digests: Iterable[Digest]) -> Iterable[Claim]:
        starts = self._known().starts
        for digest in digests:
            about = (self._parsed(self._line(start)) for start in starts.get(digest.render(), ()))
            for entry in joined(about).values():
                yield _claim(self.name, entry)

    def _known(self) -> _Index:
        return self.memo.once((self.name, hash(self.lines)), self._index)

    def _digest(self, salt: Salt, case: Case, index: _Index) -> Digest | None:
        """The digest under which an entry may be; None when no entry can be about the secret.

        The cheap one is looked up first: one that is in the file says that the secret is strong, which takes longer
        to tell than to compute it.
        """
        kinds = index.kinds.get(salt.id, "")
        if FAST in kinds:
            digest = salt.fast(family_of(case.match), case.match.secret)
            if digest.render() in index.starts:
                self.memo.know(salt, case, digest)
                return digest
        return self.memo.digest(salt, case) if SLOW in kinds and not case.strong else None

    def at(self, rule: str, place: Place) -> Claim | None:
        """Entries are about secrets, never about places alone."""
        return None

    def entries(self) -> Iterator[Entry]:
        """Every entry, parsed. ConfigError at the first that cannot be read."""
        lines = self.lines.decode("utf-8", "surrogateescape").split("\n")
        about = (self._parsed(line) for line in lines if line.strip(" \t") and not line.startswith(("#", "salt = ")))
        yield from joined(about).values()

    def expired(self, today: str) -> list[Entry]:
        """Entries whose last day was before ``today``; a file without dates is not parsed for them."""
        return (
            [entry for entry in self.entries() if entry.expires and entry.expires < today]
            if b" expires=" in self.lines
            else []
        )

    def _parsed(self, line: str) -> Entry:
        try:
            return parse_entry(line)
        except ValueError as error:
            raise ConfigError(f"{self.name}: {' '.join(line.split()[:2])[:80]}: {error}") from None

    def _line(self, start: int) -> str:
        return self.lines[start : self.lines.index(b"\n", start)].decode("utf-8", "surrogateescape")

    def _index(self) -> _Index:
        """Where each digest's lines start. Every line must have the shape of an entry: one that has not may be
        what is left of the one asked for."""
        starts: dict[str, list[int]] = {}
        kinds: dict[str, str] = {}
        end = 0
        for found in _ENTRY.finditer(self.lines, 1):
            if found.start() != end + 1:
                self._passed(end + 1, found.start())
            end = found.end()
            digest, salt, kind = (part.decode() for part in found.group(2, 3, 4))
            starts.setdefault(digest, []).append(found.start())
            if kind not in kinds.setdefault(salt, ""):
                kinds[salt] += kind
        self._passed(end + 1, len(self.lines))
        for salt in kinds.keys() - {salt.id for salt in self.salts}:
            raise ConfigError(f"{self.name}: the salt {salt} is missing: take its line back from version control")
        return _Index(starts, kinds)

    def _passed(self, start: int, end: int) -> None:
        """ConfigError unless what stands between two entries is comments, salts and empty lines."""
        odd = _ODD.search(self.lines, start, end)
        if odd:
            number = self.lines.count(b"\n", 0, odd.start()) + 1
            raise ConfigError(f"{self.name}:{number}: this line is no entry: take it back from version control")


def _values(lines: str, start: str) -> Iterable[str]:
    at = lines.find(start)
    while at >= 0:
        end = lines.find("\n", at + 1)
        yield lines[at + len(start) : end]
        at = lines.find(start, end)


def _claim(name: str, entry: Entry) -> Claim:
    path = entry.key.path
    return Claim(
        source=name,
        entry=entry.name,
        status=BASELINE,
        reason=entry.reason or ("" if entry.decision == "open" else entry.decision),
        owner=entry.owner,
        expires=entry.expires,
        where=glob_expression(path) if path else "",
        reach=PLACE if path else SECRET,
    )
