"""Files that generators make parts of Secrets, looked up in trees as git stores them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from scanner.history.trees import entries_of
from scanner.model.match import Match
from scanner.model.text import Text
from scanner.pipeline.generated import GENERATORS, composed
from scanner.pipeline.text import TextScanner

if TYPE_CHECKING:
    from scanner.kubernetes.referred import Referred

NAMES = frozenset(name.encode() for name in GENERATORS)
# Trees remembered while their files are looked up: neighbours share most of what is below them.
_REMEMBERED = 4096

# The bytes of the tree or blob with a binary name; None for what is not here or something else.
Load = Callable[[str, bytes], bytes | None]


class Part(NamedTuple):
    """A blob as part of a Secret, by its path from the tree that it was found under."""

    blob: bytes
    path: str
    role: Referred


class Trees:
    """Looks up what generators name in trees that ``load`` reads."""

    def __init__(self, load: Load, name_size: int) -> None:
        self._load = load
        self._name_size = name_size
        self._known: dict[bytes, dict[bytes, bytes]] = {}

    def parts(self, tree: bytes) -> Iterator[Part]:
        """The files of Secrets that generators in ``tree`` itself (and in no folder of it) name."""
        if not NAMES.isdisjoint(self._entries(tree)):
            for path, role in composed(lambda path: self._read(tree, path)):
                blob = self._find(tree, path)
                if blob is not None:
                    yield Part(blob, path, role)

    def _entries(self, tree: bytes) -> dict[bytes, bytes]:
        known = self._known.get(tree)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            data = self._load("tree", tree) or b""
            known = self._known[tree] = dict(entries_of(data, self._name_size))
        return known

    def _find(self, tree: bytes, path: str) -> bytes | None:
        for label in path.encode("utf-8", "surrogateescape").split(b"/"):
            found = self._entries(tree).get(label)
            if found is None:
                return None
            tree = found
        return tree

    def _read(self, tree: bytes, path: str) -> bytes | None:
        blob = self._find(tree, path)
        return self._load("blob", blob) if blob is not None else None


def scanned_as(part: Part, text: Text, scanner: TextScanner) -> list[Match]:
    """The matches of ``text`` as a part of a Secret; none where that makes no difference."""
    matches = scanner.scan(text, part.role)
    plain = {(match.rule, match.span) for match in scanner.scan(text)}
    return matches if {(match.rule, match.span) for match in matches} != plain else []
