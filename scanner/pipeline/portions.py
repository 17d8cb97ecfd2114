"""A repository's objects cut into portions of work, and what one portion gives: the unit that processes share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from scanner.history import headers
from scanner.history.commits import CommitText, message_of, parse_commit, tagged
from scanner.history.errors import NoObject
from scanner.history.loose import read_loose
from scanner.history.names import EntryTable, PackNames, by_position, loose_names, note, read_names
from scanner.history.pack import Pack
from scanner.history.store import ObjectStore
from scanner.history.trees import TreeIndex
from scanner.history.walk import SKIP, Batch
from scanner.model.result import Skipped
from scanner.pipeline.classes import ClassKey, NameClass, NameClasses
from scanner.pipeline.context import OVERTIME, Context
from scanner.pipeline.ledger import Sighted
from scanner.pipeline.messages import Message, MessageScanner
from scanner.pipeline.sweep import LINES, Sweeper
from scanner.pipeline.text import TextScanner

# Bytes of a pack that one portion covers: some seconds' worth would share out badly, less is not worth sending.
_PORTION = 2 * 1024 * 1024
_LOOSE_AT_ONCE = 500
# Bytes of fresh text in one pass of the prefilter, and bytes of rebuilt versions that wait for it.
_TEXT = 4 * 1024 * 1024
_WAITING = 8 * 1024 * 1024


class Portion(NamedTuple):
    """Families of one type in one pack by the positions of their roots; or, with ``pack`` -1, loose objects."""

    pack: int
    kind: int
    roots: tuple[int, ...] = ()
    loose: tuple[tuple[Path, bytes], ...] = ()
    weight: int = 0

    @property
    def nameless(self) -> bool:
        """True for commits and tags: what files are called is nothing to them."""
        return self.pack >= 0 and self.kind != headers.BLOB


@dataclass(slots=True)
class Yield:
    """What a portion gave. It crosses processes, so it is redacted.

    ``kind`` is the portion's. ``commits`` and ``tags`` are what attribution needs of them. ``odd`` are positions of
    objects in pack number ``pack`` that have to be read in another way, ``reasons`` why.
    """

    blobs: list[Sighted] = field(default_factory=list)
    messages: list[Sighted] = field(default_factory=list)
    commits: list[tuple[bytes, CommitText]] = field(default_factory=list)
    tags: list[tuple[bytes, bytes, str]] = field(default_factory=list)
    odd: list[int] = field(default_factory=list)
    pack: int = -1
    kind: int = 0
    reasons: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    texts: int = 0
    bytes: int = 0


class Selection(NamedTuple):
    """Which blobs are wanted: by pack the bytes that a walk takes (empty: all), and those in no pack (None: all)."""

    by_pack: tuple[bytes, ...] = ()
    loose: frozenset[bytes] | None = None


class NamePortion(NamedTuple):
    """Portion ``number`` of the trees: families of one pack; with ``pack`` -1, all loose ones."""

    number: int
    pack: int
    roots: tuple[int, ...] = ()


class Named(NamedTuple):
    """The names that portion ``number`` of the trees gave, and the classes that its numbers stand for."""

    number: int
    pack: int
    names: PackNames
    classes: list[tuple[ClassKey, NameClass]]


class Workshop:
    """The store with everything a process needs to work on portions of it."""

    def __init__(
        self,
        store: ObjectStore,
        scanner: TextScanner,
        context: Context,
        *,
        selection: Selection | None = None,
        whole: bool = False,
    ) -> None:
        self.store = store
        self.limit = context.options.max_size
        # In which folder a blob lies is learnt only when all was scanned.
        self.scanner = scanner.without_folders()
        self.classes = NameClasses(self.scanner, _off(scanner, context))
        self._context = context
        self._whole = whole
        self._selection = selection or Selection()
        self._sweeper = Sweeper(self.scanner, context, self.classes, name_size=store.name_size)
        self._messages = MessageScanner(scanner, context)
        self._scanners = (self.scanner, scanner)
        self._hash = hashlib.sha1 if store.name_size == 20 else hashlib.sha256
        self._names: list[list[tuple[int, ...]]] = [[] for _ in store.packs]
        self._strangers: dict[bytes, list[int]] = {}
        self._tables: list[list[EntryTable]] = [[] for _ in store.packs]
        self._unread = 0
        self._trees: TreeIndex | None = None

    def name_portions(self, count: int) -> list[NamePortion]:
        """All trees, in about ``count`` portions a pack."""
        found: list[NamePortion] = []
        for pack in range(len(self.store.packs)):
            families = self.store.packs[pack].families(headers.TREE)
            share = sum(families.weights) // count + 1
            roots: list[int] = []
            weight = 0
            for root, own in zip(families.roots, families.weights, strict=True):
                roots.append(root)
                weight += own
                if weight >= share:
                    found.append(NamePortion(len(found), pack, tuple(roots)))
                    roots, weight = [], 0
            found.append(NamePortion(len(found), pack, tuple(roots)))
        return [*found, NamePortion(len(found), -1)]

    def read_names(self, portion: NamePortion) -> Named:
        """What files are called in one portion of the trees."""
        if portion.pack < 0:
            names = loose_names(self.store, self.classes.number)
        else:
            pack = self.store.packs[portion.pack]
            families = pack.families(headers.TREE)
            names = read_names(pack, families, portion.roots, self.classes.number)
            pack.let_go()
        return Named(portion.number, portion.pack, names, self.classes.items())

    def learn(self, named: Sequence[Named]) -> None:
        """Know the names of all files; to be done before any is scanned."""
        by_pack: list[list[PackNames]] = [[] for _ in self.store.packs]
        for one in named:
            names = one.names.renumbered(self.classes.adopt(one.classes))
            self._unread += names.odd
            if one.pack >= 0:
                by_pack[one.pack].append(names)
                self._tables[one.pack].append(names.entries)
            for child, numbers in names.strangers.items():
                note(self._strangers, child, numbers)
        self._names = [by_position(pack, names) for pack, names in zip(self.store.packs, by_pack, strict=True)]
        for number, pack in enumerate(self.store.packs):
            self._introduce(number, pack)

    def trees(self) -> TreeIndex:
        """Where objects stand, from what was learnt."""
        if self._trees is None:
            self._trees = TreeIndex(self.store, self._tables, self._unread)
        return self._trees

    def _introduce(self, number: int, pack: Pack) -> None:
        """Give objects in ``pack`` the names that trees elsewhere know them by."""
        known = self._names[number]
        for child, numbers in self._strangers.items():
            at = pack.position(child)
            if at >= 0:
                known[at] = tuple(sorted({*known[at], *numbers}))

    def portions(self) -> list[Portion]:
        """All work: commits and tags first, because there is more to do with them while the rest is scanned; then the
        largest portions, so that none is left alone at the end."""
        found: list[Portion] = []
        for number in range(len(self.store.packs)):
            for kind in (headers.BLOB, headers.COMMIT, headers.TAG):
                found += self._of_pack(number, kind)
        found.sort(key=lambda portion: (portion.kind == headers.BLOB, -portion.weight))
        loose = list(self.store.loose())
        for at in range(0, len(loose), _LOOSE_AT_ONCE):
            found.append(Portion(-1, 0, loose=tuple(loose[at : at + _LOOSE_AT_ONCE])))
        return found

    def begin(self, portion: NamePortion | Portion) -> Named | Yield:
        """What is to be done before the names are learnt: read some of them, or scan what has none."""
        return self.read_names(portion) if isinstance(portion, NamePortion) else self.work(portion)

    def work(self, portion: Portion) -> Yield:
        """Scan one portion."""
        made = Yield(pack=portion.pack, kind=portion.kind)
        if self._context.late():
            made.skipped.append(Skipped("some of the objects", OVERTIME))
        elif portion.pack < 0:
            self._loose(portion.loose, made)
        elif portion.kind == headers.BLOB:
            self._blobs(portion, made)
        else:
            self._others(portion, made)
        if portion.pack >= 0:
            self.store.packs[portion.pack].let_go()
        return self.collect(made)

    def collect(self, made: Yield) -> Yield:
        """Put into ``made`` what was found and counted since the last time."""
        made.blobs = self._sweeper.ledger.drain()
        made.messages = self._messages.ledger.drain()
        made.texts += self._sweeper.texts
        made.bytes += self._sweeper.bytes
        self._sweeper.texts = self._sweeper.bytes = 0
        made.skipped += self._sweeper.skipped
        made.skipped += dict.fromkeys(one for scanner in self._scanners for one in scanner.skipped())
        self._sweeper.skipped.clear()
        return made

    def object(self, kind: str, name: bytes, data: bytes, made: Yield) -> None:
        """Scan one object that came by itself."""
        if kind == "blob":
            if self._selection.loose is None or name in self._selection.loose:
                self._sweeper.whole(data, self._numbers(name))
        elif kind == "commit":
            self._commits([(name, data)], made)
        elif kind == "tag":
            self._tags([(name, data)], made)

    def _of_pack(self, number: int, kind: int) -> Iterator[Portion]:
        families = self.store.packs[number].families(kind)
        wanted = self._wanted(number, kind)
        roots: list[int] = []
        weight = 0
        for root, own in zip(families.roots, families.weights, strict=True):
            if wanted and wanted[root] == SKIP:
                continue
            roots.append(root)
            weight += own
            if weight >= _PORTION:
                yield Portion(number, kind, tuple(roots), weight=weight)
                roots, weight = [], 0
        if roots:
            yield Portion(number, kind, tuple(roots), weight=weight)

    def _wanted(self, number: int, kind: int) -> bytes:
        """Commits and tags are always read: the places of what is found depend on them."""
        return self._selection.by_pack[number] if kind == headers.BLOB and self._selection.by_pack else b""

    def _batches(self, portion: Portion, made: Yield) -> Iterator[Batch]:
        pack = self.store.packs[portion.pack]
        wanted = self._wanted(portion.pack, portion.kind)
        walk = pack.walk(pack.families(portion.kind), limit=self.limit, wanted=wanted)
        for root in portion.roots:
            walk.add(root)
        # Only blobs are scanned where they are fresh.
        lines = LINES if portion.kind == headers.BLOB and not self._whole else -1
        while walk.more():
            yield walk.batch(_TEXT, _WAITING, lines, self._sweeper.known)
        made.odd += walk.odd
        made.reasons += walk.reasons

    def _blobs(self, portion: Portion, made: Yield) -> None:
        for batch in self._batches(portion, made):
            if self._whole:
                for version in batch.versions:
                    self._sweeper.whole(version.data, self._names[portion.pack][version.position])
                batch.let_go()
            else:
                self._sweeper.take(batch, self._names[portion.pack])

    def _others(self, portion: Portion, made: Yield) -> None:
        kind = "commit" if portion.kind == headers.COMMIT else "tag"
        take = self._commits if portion.kind == headers.COMMIT else self._tags
        for batch in self._batches(portion, made):
            take([(self._name(kind, version.data), version.data) for version in batch.versions], made)
            batch.let_go()

    def _commits(self, objects: Sequence[tuple[bytes, bytes]], made: Yield) -> None:
        messages = []
        for name, data in objects:
            commit = parse_commit(data)
            if commit is None:
                made.skipped.append(Skipped(name.hex(), "a commit that is malformed"))
                continue
            made.commits.append((name, commit))
            messages.append(Message(name, message_of(data, commit)))
        self._take(messages, made)

    def _tags(self, objects: Iterable[tuple[bytes, bytes]], made: Yield) -> None:
        messages = []
        for name, data in objects:
            target = tagged(data)
            if target is not None:
                made.tags.append((name, *target))
            messages.append(Message(name, data[data.find(b"\n\n") + 2 :]))
        self._take(messages, made)

    def _take(self, messages: Sequence[Message], made: Yield) -> None:
        self._messages.take(messages)
        made.texts += len(messages)
        made.bytes += sum(len(message.text) for message in messages)

    def _loose(self, names: Sequence[tuple[Path, bytes]], made: Yield) -> None:
        for folder, name in names:
            try:
                kind, data = read_loose(folder, name, limit=self.limit)
            except NoObject as error:
                made.skipped.append(Skipped(name.hex(), str(error)))
                continue
            self.object(kind, name, data, made)

    def _numbers(self, name: bytes) -> tuple[int, ...]:
        """The classes of the names of the blob called ``name``."""
        numbers = set(self._strangers.get(name, ()))
        for pack, names in zip(self.store.packs, self._names, strict=True):
            at = pack.position(name)
            if at >= 0 and names:
                numbers.update(names[at])
        return tuple(sorted(numbers))

    def _name(self, kind: str, data: bytes) -> bytes:
        return self._hash(b"%s %d\0" % (kind.encode(), len(data)) + data).digest()


def _off(scanner: TextScanner, context: Context) -> frozenset[str]:
    """Rules whose matches do not count in this run."""
    options = context.options
    return options.off if options.pack == "strict" else options.off | scanner.engine.rules.ids_in_pack("strict")
