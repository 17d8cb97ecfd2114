"""A large history shared out: its delta families in equal shares, for workers that know nothing of each other.

A share is numbers alone. Whoever works on one opens the repository itself, and says which packs it saw: only with the
same packs are families the same, and only then may what was seen in them be put together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from scanner.git.layout import layout
from scanner.git.run import Git
from scanner.history import headers
from scanner.history.store import ObjectStore
from scanner.pipeline.context import Context
from scanner.pipeline.portions import Portion, Workshop, Yield
from scanner.pipeline.text import TextScanner


class Shared(NamedTuple):
    """What one share, or all of them, gave: redacted, so that it may cross the network. ``packs`` are checksums."""

    packs: tuple[bytes, ...]
    made: tuple[Yield, ...]


def packs_of(store: ObjectStore) -> tuple[bytes, ...]:
    """The checksums of a store's packs, in the order in which portions number them."""
    return tuple(bytes(pack.data[-store.name_size :]) for pack in store.packs)


def is_shared(portion: Portion) -> bool:
    """True for what shares consist of: files in packs. All the rest is done by whoever puts the shares together."""
    return portion.pack >= 0 and portion.kind == headers.BLOB


class Sharer:
    """One repository, opened to work on any share of it; ``shop`` is what it was opened into, with all names learnt."""

    def __init__(self, git: Git, scanner: TextScanner, context: Context) -> None:
        place = layout(git)
        store = ObjectStore.open(place.objects, name_size=place.name_size, alternates=place.alternates)
        self.packs = packs_of(store)
        self.shop = Workshop(store, scanner, context)
        # In one portion a pack, as the one who puts shares together reads them: classes get the same numbers.
        self.shop.learn([self.shop.read_names(portion) for portion in self.shop.name_portions(1)])
        self._portions = [portion for portion in self.shop.portions() if is_shared(portion)]

    def share(self, number: int, of: int) -> Shared:
        """Share ``number`` of ``of``: every ``of``-th portion, so that large and small ones are spread evenly."""
        return Shared(self.packs, tuple(self.shop.work(portion) for portion in self._portions[number::of]))


def together(shares: Sequence[Shared]) -> Shared | None:
    """All shares as one; None when they are of different packs, and the repository has to be scanned whole."""
    packs = {share.packs for share in shares}
    return Shared(packs.pop(), tuple(made for share in shares for made in share.made)) if len(packs) == 1 else None
