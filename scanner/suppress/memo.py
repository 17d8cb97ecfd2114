"""Digests computed once: in this process for every secret, on disk for those that cost something."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

from scanner.suppress.case import Case
from scanner.suppress.digest import FAST, SLOW, Digest, Salt
from scanner.suppress.strength import is_strong


class Memo:
    """Remembers digests by a key that only this process knows; nothing raw is kept."""

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._known: dict[bytes, Digest] = {}
        self._done: set[str] = set()

    def digest(self, salt: Salt, case: Case, *, kinds: str = FAST + SLOW) -> Digest | None:
        """The digest of a match; None when its kind is not among ``kinds``."""
        secret = case.match.secret
        if (FAST if is_strong(secret.reveal()) else SLOW) not in kinds:
            return None
        message = b"\0".join((salt.value, case.match.rule.encode(), secret.reveal()))
        tag = hashlib.blake2b(message, key=self._key, digest_size=16).digest()
        known = self._known.get(tag)
        if known is None:
            known = self._known[tag] = salt.digest(case.match.rule, secret)
        return known

    def once(self, name: str, work: Callable[[], None]) -> None:
        """Do ``work`` the first time that it is asked for under ``name``."""
        if name not in self._done:
            work()
            self._done.add(name)

    def __reduce__(self) -> tuple[type[Memo], tuple[()]]:
        return Memo, ()
