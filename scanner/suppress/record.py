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
    """What is written down of one finding. ``sha1`` is there only when another tool's file is to be made."""

    rule: str
    digest: Digest
    sha1: str = ""

    def render(self) -> str:
        """As one line, for a claim."""
        return json.dumps([self.rule, self.digest.render(), self.sha1])

    @classmethod
    def parse(cls, text: str) -> Recorded:
        """What ``render`` gave."""
        rule, digest, sha1 = json.loads(text)
        return cls(rule, Digest.parse(digest), sha1)


@dataclass(frozen=True, slots=True)
class RecordSource:
    """The source that only records. With ``sha1`` it adds what detect-secrets knows a value by."""

    salt: Salt
    sha1: bool = False
    memo: Memo = field(default_factory=Memo, repr=False, compare=False)
    name: str = RECORD

    def claims(self, case: Case) -> Iterable[Claim]:
        """One claim that carries the digest."""
        digest = self.memo.digest(self.salt, case)
        assert digest is not None
        raw = case.match.secret.reveal()
        sha1 = hashlib.sha1(raw, usedforsecurity=False).hexdigest() if self.sha1 else ""
        yield Claim(source=RECORD, entry=Recorded(case.match.rule, digest, sha1).render(), status=NEW)

    def at(self, rule: str, place: Place) -> Claim | None:
        """Nothing is recorded of a place alone."""
        return None
