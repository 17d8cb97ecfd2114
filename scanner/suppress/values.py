"""Ignores by value: secrets another tool's file holds in the clear or by an unsalted digest.

Raw values are turned into keyed digests as they are read, so that no object of ours holds them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from scanner.suppress.case import Case
from scanner.suppress.verdict import ALLOWED, Claim, Place

# ggshield hashes a value together with the kind it was matched as.
_GG_KINDS = ("", ",apikey", ",password", ",client_secret", ",token", ",secret", ",connection_uri", ",private_key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Known values of one file: ``raw`` by a digest under ``key``, ``sha256`` as the file has them.

    Both map to what the entry is called. ``lower`` compares without regard to case.
    """

    name: str
    raw: Mapping[bytes, str] = field(default_factory=dict, repr=False)
    sha256: Mapping[str, str] = field(default_factory=dict, repr=False)
    key: bytes = field(default_factory=lambda: os.urandom(32), repr=False)
    status: str = ALLOWED

    @classmethod
    def of(
        cls,
        name: str,
        raw: Iterable[tuple[bytes, str]],
        sha256: Mapping[str, str] | None = None,
        *,
        status: str = ALLOWED,
    ) -> Values:
        """The source for raw values with their names, and for digests."""
        key = os.urandom(32)
        return cls(
            name=name,
            raw={_keyed(key, value): entry for value, entry in raw if value},
            sha256=sha256 or {},
            key=key,
            status=status,
        )

    def names(self) -> list[str]:
        """Every entry, as verdicts name it."""
        return [*self.raw.values(), *self.sha256.values()]

    def claims(self, case: Case) -> Iterable[Claim]:
        """A claim when any reading of the place is a known value."""
        for form in case.forms:
            entry = self.raw.get(_keyed(self.key, form)) if self.raw else None
            if entry is None and self.sha256:
                entry = next((found for digest in _digests(form) if (found := self.sha256.get(digest))), None)
            if entry is not None:
                yield Claim(source=self.name, entry=entry, status=self.status)
                return

    def at(self, rule: str, place: Place) -> Claim | None:
        """Values have no place."""
        return None


def _keyed(key: bytes, value: bytes) -> bytes:
    return hashlib.blake2b(value, key=key, digest_size=16).digest()


def _digests(form: bytes) -> Iterable[str]:
    for kind in _GG_KINDS:
        yield hashlib.sha256(form + kind.encode()).hexdigest()
