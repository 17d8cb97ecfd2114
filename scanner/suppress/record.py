"""Finding out, during an ordinary scan, what a baseline would have to hold.

Digests can only be made where the raw secret is, in whichever process that is. So the scan runs with one
source more, whose claims silence nothing and carry the digests home.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from scanner.suppress.case import Case
from scanner.suppress.digest import Digest, Salt
from scanner.suppress.memo import Memo
from scanner.suppress.verdict import NEW, RECORD, Claim, Place


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is written down of one finding: its digest under each salt, and its SHA-1 only when it was asked for.

    ``source`` and ``told`` say by what the finding is silenced already; both are empty when it is not.
    """

    digests: tuple[Digest, ...]
    sha1: str = ""
    source: str = ""
    told: str = ""

    @classmethod
    def parse(cls, text: str) -> Recorded:
        """What the status reason of a finding says in a scan that records."""
        entry, source, told = text.split("\n", 2)
        digests, sha1 = json.loads(entry)
        return cls(tuple(map(Digest.parse, digests)), sha1, source, told)


@dataclass(frozen=True, slots=True)
class RecordSource:
    """The source that only records. With ``sha1`` it adds what detect-secrets knows a value by."""

    salts: tuple[Salt, ...]
    sha1: bool = False
    memo: Memo = field(default_factory=Memo, repr=False, compare=False)
    name: str = RECORD

    def claims(self, case: Case) -> Iterable[Claim]:
        """One claim that carries the digests."""
        digests = [self.memo.digest(salt, case) for salt in self.salts]
        raw = case.match.secret.reveal()
        sha1 = hashlib.sha1(raw, usedforsecurity=False).hexdigest() if self.sha1 else ""
        entry = json.dumps([[digest.render() for digest in digests if digest], sha1])
        yield Claim(source=RECORD, entry=entry, status=NEW)

    def at(self, rule: str, place: Place) -> Claim | None:
        """Nothing is recorded of a place alone."""
        return None
