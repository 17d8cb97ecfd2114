"""What is known of one finding when a baseline is brought up to date, however it came to be known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from scanner.suppress.record import Recorded


class Recognised(Protocol):
    """A finding that can be looked up in a baseline."""

    @property
    def recorded(self) -> Recorded:
        """Its digests."""
        ...

    @property
    def paths(self) -> tuple[str, ...]:
        """Where it was seen, each path once."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """One secret that one rule found, at ``paths``. ``counts`` is True when nothing silences it today."""

    rule: str
    paths: tuple[str, ...]
    recorded: Recorded
    counts: bool

    @property
    def expired(self) -> bool:
        """True for a finding that counts again because what silenced it has run out."""
        return self.counts and bool(self.recorded.source)


def distinct(found: Iterable[Seen]) -> list[Seen]:
    """One a rule and secret, with the places of all; one that nothing speaks of before one that is silenced."""
    joined: dict[object, Seen] = {}
    for one in found:
        key = (one.rule, one.recorded.digests)
        known = joined.get(key)
        if known is None:
            joined[key] = one
            continue
        first, second = (known, one) if one.recorded.source else (one, known)
        joined[key] = replace(first, paths=tuple(dict.fromkeys(first.paths + second.paths)))
    return list(joined.values())
