"""Finding out, during an ordinary scan, what a baseline would have to hold.

Digests can only be made where the raw secret is, in whichever process that is. So the scan runs with one
source more, whose claims silence nothing and carry the digests home.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from scanner.suppress.case import Case
from scanner.suppress.digest import Digest, Salt
from scanner.suppress.memo import Memo
from scanner.suppress.verdict import NEW, RECORD, Claim, Place


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is written down of one finding: its digest under each salt.

    ``source`` and ``told`` say by what the finding is silenced already; both are empty when it is not. ``lasting``
    says that it stays so whatever is committed, on every later day.
    """

    digests: tuple[Digest, ...]
    source: str = ""
    told: str = ""
    lasting: bool = False

    @classmethod
    def parse(cls, text: str) -> Recorded:
        """What the status reason of a finding says in a scan that records."""
        entry, source, lasting, told = text.split("\n", 3)
        return cls(tuple(map(Digest.parse, entry.split(","))), source, told, bool(lasting))


@dataclass(frozen=True, slots=True)
class RecordSource:
    """The source that only records, under each of ``salts``."""

    salts: tuple[Salt, ...]
    memo: Memo = field(default_factory=Memo, repr=False, compare=False)
    name: str = RECORD

    def claims(self, case: Case) -> Iterable[Claim]:
        """One claim that carries the digests."""
        digests = [self.memo.digest(salt, case) for salt in self.salts]
        entry = ",".join(digest.render() for digest in digests)
        yield Claim(source=RECORD, entry=entry, status=NEW)

    def at(self, rule: str, place: Place) -> Claim | None:
        """Nothing is recorded of a place alone."""
        return None
