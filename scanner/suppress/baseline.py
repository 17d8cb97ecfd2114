"""Our baseline while scanning: a digest for what was found, and one search in the file for it.

The file is kept as its bytes. A hook that finds nothing pays for reading it and for one pass that sees
whether every line has the right shape; nothing is parsed before a line is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from scanner.model.errors import ConfigError
from scanner.suppress.baseline_file import checked_text
from scanner.suppress.case import Case
from scanner.suppress.digest import FAST, SLOW, Digest, Salt
from scanner.suppress.entry import Entry, parse_entry
from scanner.suppress.globs import glob_expression
from scanner.suppress.memo import Memo
from scanner.suppress.verdict import BASELINE, PLACE, SECRET, Claim, Place

_ODD = re.compile(rb"^(?!#|salt = |[\w.:/@-]+ [0-9a-f]{8}\.[fs]\.[0-9a-f]{32}(?: |$)|$)", re.MULTILINE)


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
        self.memo.once(self.name, self._check)
        for salt in self.salts:
            digest = self.memo.digest(salt, case, kinds=self._kinds(salt.id))
            if digest is not None:
                for entry in self._entries(digest):
                    yield _claim(self.name, entry)

    def at(self, rule: str, place: Place) -> Claim | None:
        """Entries are about secrets, never about places alone."""
        return None

    def entries(self) -> Iterator[Entry]:
        """Every entry, parsed. ConfigError at the first that cannot be read."""
        for line in self.lines.decode("utf-8", "surrogateescape").split("\n"):
            if line and not line.startswith(("#", "salt = ")):
                yield self._parsed(line)

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

    def _check(self) -> None:
        """Every line has the shape of an entry: one that has not may be what is left of the one asked for."""
        odd = _ODD.search(self.lines, 1)
        if odd:
            number = self.lines.count(b"\n", 0, odd.start()) + 1
            raise ConfigError(f"{self.name}:{number}: this line is no entry: take it back from version control")

    def _kinds(self, salt: str) -> str:
        """The kinds of digest that entries under a salt have: no other is worth computing."""
        return "".join(kind for kind in (FAST, SLOW) if f" {salt}.{kind}.".encode() in self.lines)

    def _entries(self, digest: Digest) -> Iterable[Entry]:
        """Entries with this digest. The rule in front of it is the one that found the secret first."""
        wanted = f" {digest.render()}".encode()
        at = self.lines.find(wanted)
        while at >= 0:
            start, end = self.lines.rindex(b"\n", 0, at) + 1, self.lines.index(b"\n", at)
            line = self.lines[start:end]
            if line.split(b" ", 2)[1] == wanted[1:]:
                yield self._parsed(line.decode("utf-8", "surrogateescape"))
            at = self.lines.find(wanted, end)


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
