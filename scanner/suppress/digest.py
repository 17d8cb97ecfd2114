"""The salted digest that stands for a secret in a baseline.

A random token gets one HMAC: nobody can guess it. Everything that might be in a dictionary gets scrypt,
whose cost is written beside the salt. There is no cheap first stage for weak secrets: whatever it spared
us, it would spare whoever tries a dictionary, in the same measure.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from dataclasses import dataclass
from functools import lru_cache

from scanner.model.errors import ConfigError
from scanner.model.match import Match
from scanner.model.secret import Secret
from scanner.suppress.strength import is_strong

DEFAULT_COST = 12
# A baseline comes with the repository: what it makes us compute is bounded (2 to the 16: 64 MiB, 0.2 s).
COSTS = range(10, 17)
_BLOCK = 8
_SALT = re.compile(r"[0-9a-f]{32}\Z")
FAST, SLOW = "f", "s"


def family_of(match: Match) -> str:
    """What a digest is made for, beside the secret: ``generic`` or the first word of the rule's name.

    The rule alone would be too fine: a password that moves from a Python file to a YAML file is found by
    another rule there, and a vendor's rule is split in two in a later release. It stays the same secret.
    """
    return "generic" if match.specific == 1 else match.rule.partition("-")[0]


@dataclass(frozen=True, slots=True, order=True)
class Salt:
    """16 random bytes of one baseline, and scrypt's cost as a power of two (128 × 8 × 2**cost bytes)."""

    value: bytes
    cost: int = DEFAULT_COST

    @classmethod
    def fresh(cls, cost: int = DEFAULT_COST) -> Salt:
        """A new random salt."""
        return cls(os.urandom(16), cost)

    @property
    def id(self) -> str:
        """What entries call the salt: eight hex digits that follow from it and its cost."""
        return _id(self.value, self.cost)

    def digest(self, family: str, secret: Secret) -> Digest:
        """The digest of ``secret`` as rules of ``family`` find it: the slow one if it could be guessed."""
        return self.fast(family, secret) if is_strong(secret.essence()) else self.slow(family, secret)

    def fast(self, family: str, secret: Secret) -> Digest:
        """One HMAC: for what nobody could guess."""
        made = hmac.digest(self.value, _message(family, secret), "sha256")
        return Digest(self.id, FAST, made.hex()[:32])

    def slow(self, family: str, secret: Secret) -> Digest:
        """One scrypt: some 10 ms at the default cost."""
        return Digest(self.id, SLOW, self._slow(_message(family, secret)))

    def _slow(self, message: bytes) -> str:
        size = 128 * _BLOCK * 2**self.cost
        made = hashlib.scrypt(message, salt=self.value, n=2**self.cost, r=_BLOCK, p=1, maxmem=2 * size, dklen=16)
        return made.hex()

    def render(self) -> str:
        """``HEX COST ID``, as in a baseline's header."""
        return f"{self.value.hex()} {self.cost} {self.id}"

    @classmethod
    def parse(cls, text: str) -> Salt:
        """The salt of a header. ConfigError when it was changed by hand: its entries would match nothing."""
        value, _, rest = text.strip().partition(" ")
        cost, _, check = rest.partition(" ")
        if not _SALT.match(value) or not cost.isdecimal():
            raise ConfigError("the salt is damaged: take the line back from version control")
        if int(cost) not in COSTS:
            raise ConfigError(f"the salt's cost must be {COSTS.start} to {COSTS.stop - 1}, not {cost}")
        salt = cls(bytes.fromhex(value), int(cost))
        if check.strip() != salt.id:
            raise ConfigError(
                "the salt was changed by hand, so no entry could match: take the line back from version control"
            )
        return salt


def _message(family: str, secret: Secret) -> bytes:
    return family.encode() + b"\0" + secret.essence()


@lru_cache(maxsize=64)
def _id(value: bytes, cost: int) -> str:
    return hmac.new(value, b"unsealed salt %d" % cost, hashlib.sha256).hexdigest()[:8]


@dataclass(frozen=True, slots=True, order=True)
class Digest:
    """A secret under one salt. ``kind`` is ``f`` (HMAC) or ``s`` (scrypt), ``value`` 32 hex digits."""

    salt: str
    kind: str
    value: str

    def render(self) -> str:
        """``SALT-ID.KIND.VALUE``."""
        return f"{self.salt}.{self.kind}.{self.value}"

    @classmethod
    def parse(cls, text: str) -> Digest:
        """The digest of an entry; ValueError when the text is none."""
        found = _DIGEST.match(text)
        if not found:
            raise ValueError(text)
        return cls(*found.groups())


_DIGEST = re.compile(r"([0-9a-f]{8})\.([fs])\.([0-9a-f]{32})\Z")
