"""Files that generators make Secrets of, anywhere in a history: a second look once everything was scanned.

A sweep scans objects, and an object does not know which folder it lies in. Trees do: wherever one holds a
kustomization that makes Secrets, the files that this names are found below it and scanned once more as what they are.
A history without such a kustomization is told by the names that the sweep has read, and costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

from scanner.engine.encoding import to_text
from scanner.history.errors import NoObject
from scanner.history.names import LARGEST_TREE
from scanner.model.result import Skipped
from scanner.pipeline.context import OVERTIME, Context
from scanner.pipeline.generated import may_compose
from scanner.pipeline.ledger import Ledger
from scanner.pipeline.parts import NAMES, Trees, scanned_as
from scanner.pipeline.portions import Workshop, Yield
from scanner.pipeline.text import TextScanner


class _Place(NamedTuple):
    """A blob under names of one class."""

    blob: bytes
    name_class: int


def second_look(shop: Workshop, made: Sequence[Yield], scanner: TextScanner, context: Context) -> Yield:
    """What is found in such files beyond ``made``, from which the same files as nothing special are taken out."""
    found = Yield()
    generators = {name for name in shop.trees().called(NAMES) if _composes(shop, name)}
    if not generators:
        return found
    trees = Trees(partial(_loaded, shop), shop.store.name_size)
    ledger = Ledger(scanner.engine.rules, context, stays=True)
    done: set[_Place] = set()
    again: set[_Place] = set()
    for tree in shop.trees().holders(generators):
        if context.late():
            found.skipped.append(Skipped("some files that generators name", OVERTIME))
            break
        for part in trees.parts(tree):
            place = _Place(part.blob, shop.classes.of_path(part.path))
            if place in done:
                continue
            done.add(place)
            data = _loaded(shop, "blob", part.blob)
            text = to_text(data or b"", part.path)
            matches = scanned_as(part, text, scanner)
            if matches:
                ledger.write(text, matches, name=part.blob, name_class=place.name_class)
                again.add(place)
    _take_out(made, again)
    found.blobs = ledger.drain()
    return found


def _take_out(made: Iterable[Yield], again: set[_Place]) -> None:
    """Forget what was found in blobs that have been scanned again: all of it has been found again."""
    if not again:
        return
    for one in made:
        for sighted in one.blobs:
            if not sighted.inside:
                for blob in [blob for blob in sighted.blobs if _Place(blob.name, sighted.name_class) in again]:
                    del sighted.blobs[blob]
        one.blobs = [sighted for sighted in one.blobs if sighted.blobs]


def _composes(shop: Workshop, name: bytes) -> bool:
    data = _loaded(shop, "blob", name)
    return data is not None and may_compose(data)


def _loaded(shop: Workshop, kind: str, name: bytes) -> bytes | None:
    """What cannot be read is passed over: whoever reads all objects has said so."""
    try:
        found, data = shop.store.read(name, limit=LARGEST_TREE if kind == "tree" else shop.limit)
    except NoObject:
        return None
    return data if found == kind else None
