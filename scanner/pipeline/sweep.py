"""The worker's half of a history sweep: batches of rebuilt versions in, redacted sightings out.

Each version of a file is scanned where it differs from the version it was made from. What lies inside one
unbroken copy was in the base and was found there; it is carried along from version to version without another
look. What is carried are the secret's lines, in this process's memory; what is handed out is redacted.
"""

from __future__ import annotations

import hashlib
import sys
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter

from scanner.engine.encoding import to_text
from scanner.engine.prefilter import Hit
from scanner.history.linespans import line_spans
from scanner.history.walk import Batch, Version
from scanner.model.filekind import FileKind
from scanner.model.result import Skipped
from scanner.model.span import Span
from scanner.model.text import Text
from scanner.pipeline import extent
from scanner.pipeline.barren import Asked, Barren
from scanner.pipeline.calm import Calm
from scanner.pipeline.classes import NameClass, NameClasses
from scanner.pipeline.context import Context
from scanner.pipeline.empty import Empty
from scanner.pipeline.extent import Extents
from scanner.pipeline.holdings import Held, Holdings
from scanner.pipeline.ledger import Ledger
from scanner.pipeline.neighbours import Neighbours
from scanner.pipeline.sections import Section, Sections
from scanner.pipeline.text import Dropped, TextScanner
from scanner.pipeline.unpack import closed, texts_in
from scanner.sources.magic import kind_of_archive

# Lines either side of what is fresh that are scanned with it. Most rules look no further.
LINES = 3
# How a text begins that is not scanned as the bytes it is stored as; zero bytes soon after are another sign.
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_PROBE = 4096

# So many pieces of text are remembered: equal ones lie close together.
_REMEMBERED = 10_000

NAMELESS = (0,)
Numbers = tuple[int, ...]


@dataclass(slots=True)
class _View:
    """One version under one class of names. ``fresh`` is None where all of it is; ``spans`` are read as structure,
    or are known to hold nothing: then they are not among the ``sections``.

    One that is ``calm`` need not be. Of ``schemas`` only what is fresh is looked at: they have no values.
    """

    version: Version
    number: int
    text: Text
    fresh: list[int] | None
    hits: list[Hit]
    spans: list[Span] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    schemas: list[Span] = field(default_factory=list)
    awake: frozenset[int] = frozenset()
    calm: bool = False

    @property
    def structural(self) -> bool:
        """True when whole documents have to be read."""
        return extent.is_structural(self.version.mark) and not self.calm


class Sweeper:
    """Scans the batches of one process; ``ledger`` has what was found, ``texts`` and ``bytes`` what was scanned,
    ``skipped`` what archives held and was not.
    """

    def __init__(self, scanner: TextScanner, context: Context, classes: NameClasses, *, name_size: int) -> None:
        self.ledger = Ledger(scanner.engine.rules, context)
        self.texts = 0
        self.bytes = 0
        self.skipped: list[Skipped] = []
        self._archives = context.options.archives
        self._scanner = scanner
        self._classes = classes
        self._barren = Barren(scanner.engine, show_dropped=context.options.show_dropped)
        self._extents = Extents(scanner.engine, lines=LINES)
        self._calm = Calm(scanner)
        self._neighbours = Neighbours(scanner)
        # Files in archives, and parts of long texts: branches bring the same ones again and again.
        self._empty = Empty()
        self._sections = Sections(scanner, self._empty)
        self._hash = hashlib.sha1 if name_size == 20 else hashlib.sha256
        # The hits in pieces of fresh text by key. Versions made from one base often bring the same lines again. With a
        # fixed seed, keys could be foreseen, and a secret hidden behind the key of something harmless.
        self.known: dict[int, list[Hit]] | None = {} if sys.flags.hash_randomization else None

    def take(self, batch: Batch, names: Sequence[Numbers]) -> None:
        """Scan one batch of blobs, and let it go. ``names`` are the classes of their names by position."""
        views = self._views(batch, names)
        wider = [view for view in views if view.version.mark and view.fresh]
        self._widen([view for view in wider if not view.structural])
        for view in wider:
            if view.calm and view.hits:
                # What rules find is judged by what the document is.
                view.calm = not self._scanner.examine(view.text, view.hits, dropped=Dropped.NEVER)
                view.hits = []
        self._widen([view for view in wider if view.structural])
        of_version: dict[int, list[_View]] = {}
        for view in views:
            of_version.setdefault(id(view.version), []).append(view)
        for version in batch.versions:
            # What the base holds is known only now: it may be of this batch.
            here = of_version.get(id(version)) or self._inheriting(version, names)
            if not here:
                continue
            holdings = Holdings(self._scanner.engine.rules)
            inherited: tuple[Held, ...] = (version.base and version.base.held) or ()  # type: ignore[assignment]
            for view in here:
                if view.hits or view.spans or self._classes[view.number].whole:
                    self._scan(view, holdings)
                if inherited and view.fresh is not None:
                    name = partial(self._name, version)
                    holdings.inherit(inherited, view.text, name, name_class=view.number, anew=view.spans)
            version.held = holdings.held()
        self.texts += len(batch.versions)
        batch.let_go()

    def whole(self, data: bytes, numbers: Numbers = NAMELESS) -> None:
        """Scan one blob that comes by itself."""
        version = Version(-1, data, None, None)
        self.texts += 1
        self.bytes += len(data)
        if self._is_unpacked(version):
            self._unpack(version, numbers or NAMELESS)
            return
        for number in numbers or NAMELESS:
            view = _View(version, number, self._text(data, number), None, [])
            self._look(view)
            if view.hits or self._classes[number].whole:
                self._scan(view, Holdings(self._scanner.engine.rules))

    def _is_unpacked(self, version: Version) -> bool:
        """True for an archive; where none is to be opened that is told, and it is read as what else it is."""
        kind = kind_of_archive(version.data)
        if kind and not self._archives.depth:
            self.skipped.append(closed(f"object {self._name(version).hex()[:12]}", kind))
            return False
        return bool(kind)

    def _unpack(self, version: Version, numbers: Numbers) -> None:
        """Scan what an archive holds. Each version of one is read anew: what is packed has no lines to inherit, but
        most of its files lay in the one before as they are."""
        name = self._name(version)
        missed: list[Skipped] = []
        for text in texts_in(version.data, "", self._archives, missed):
            if (text.path, text.data) in self._empty:
                continue
            given_up = self._scanner.given_up
            matches = self._scanner.scan(text, dropped=Dropped.NEVER)
            if not matches and self._scanner.given_up == given_up:
                self._empty.update([(text.path, text.data)])
            for number in numbers if matches else ():
                among = self._neighbours.among(text, matches)
                self.ledger.write(text, matches, name=name, among=among, name_class=number, inside=text.path)
        self.skipped += [one._replace(what=f"object {name.hex()[:12]}{one.what}") for one in missed]

    def _text(self, data: bytes, number: int) -> Text:
        named = self._classes[number]
        return to_text(data, named.path, named.kind)

    def _look(self, view: _View) -> None:
        """All of a text's hits that matter."""
        view.hits = self._relevant(self._classes[view.number], self._scanner.engine.prefilter(view.text.data))

    def _relevant(self, named: NameClass, hits: Sequence[Hit]) -> list[Hit]:
        entries = named.entries
        return [hit for hit in hits if entries[hit[0]]]

    def _views(self, batch: Batch, names: Sequence[Numbers]) -> list[_View]:
        """The versions worth a look: with hits of their own, or made from one that looks for something further off."""
        found: list[_View] = []
        for at, hits in enumerate(self._located(batch)):
            version = batch.versions[at]
            base, data = version.base, version.data
            numbers = names[version.position] or NAMELESS
            self.bytes += len(data)
            if self._is_unpacked(version):
                self._unpack(version, numbers)
                continue
            mark = base.mark if base is not None else 0
            odd = data.startswith(_MARKS) or data.find(b"\0", 0, _PROBE) >= 0
            renamed = base is not None and numbers is not names[base.position] and numbers != names[base.position]
            for number in numbers:
                named = self._classes[number]
                inherits = mark or odd or renamed or named.whole
                if not hits and not inherits:
                    continue
                view = _View(version, number, Text(data, named.path, named.kind), version.ranges(), [])
                if odd:
                    view.text = self._text(data, number)
                if renamed or named.whole or view.text.data is not data:
                    view.fresh = None
                    self._look(view)
                elif hits:
                    view.hits = self._relevant(named, hits)
                if not view.hits and not inherits:
                    continue
                for entry, _ in view.hits:
                    mark = extent.joined(mark, self._extents[entry])
                found.append(view)
            version.mark = mark
            if hits or (base is not None and base.wakes):
                self._calm.note(version, hits, self._kind(numbers))
        for view in found:
            view.calm = bool(view.fresh) and self._calm.holds_nothing_new(view.version)
            if view.fresh is None and view.text.data is view.version.data and self._falls_apart(view):
                # The same documents and entries were in versions from which this one was not made, or only by chance:
                # from a page that quotes them.
                view.fresh = [0, len(view.text.data)]
        self._sort_out(found)
        return found

    def _kind(self, numbers: Numbers) -> FileKind:
        """What these names say of a text that has all of them."""
        kinds = {self._classes[number].kind for number in numbers}
        return kinds.pop() if len(kinds) == 1 else FileKind.OTHER

    def _falls_apart(self, view: _View) -> bool:
        """True where all of a text is to be read as structure, and more than one part of it by itself."""
        whole = self._classes[view.number].whole
        return view.structural and not whole and extent.falls_apart(view.text)

    def _sort_out(self, views: Sequence[_View]) -> None:
        """Take those hits from ``views`` that lead to nothing, and those that ``_widen`` finds again."""
        asked: list[Asked] = []
        for view in views:
            hits = view.hits
            if view.fresh and view.version.mark:
                hits = [] if view.structural else [hit for hit in hits if not self._extents[hit.entry]]
            asked.append(Asked(view.text, view.number, hits))
        for view, hits in zip(views, self._barren.fertile(asked), strict=True):
            view.hits = hits

    def _inheriting(self, version: Version, names: Sequence[Numbers]) -> list[_View]:
        """What a version that needs no look of its own is under each of its names, where its base holds something."""
        if version.base is None or not version.base.held:
            return []
        numbers = names[version.position] or NAMELESS
        classes = [(number, self._classes[number]) for number in numbers]
        return [
            _View(version, number, Text(version.data, named.path, named.kind), version.ranges(), [])
            for number, named in classes
        ]

    def _located(self, batch: Batch) -> list[list[Hit]]:
        """The hits in the fresh text, by version, at their place there."""
        found: list[list[Hit]] = [_NONE] * len(batch.versions)
        starts = batch.starts
        hits: dict[int, list[Hit]] = {}
        for entry, end in self._scanner.engine.prefilter(batch.text):
            piece = bisect_right(starts, end - 1) - 1
            hits.setdefault(piece, []).append(Hit(entry, end - starts[piece]))
        for piece, some in hits.items():
            _add(found, batch.owners[piece], batch.origins[piece], some)
        if self.known is None:
            return found
        # In most pieces there is nothing.
        self.known.update(dict.fromkeys(batch.keys, _NONE))
        for piece, some in hits.items():
            self.known[batch.keys[piece]] = some
        repeats = batch.repeats
        for at in range(0, len(repeats), 3):
            if some := self.known[repeats[at + 2]]:
                _add(found, repeats[at], repeats[at + 1], some)
        if len(self.known) > _REMEMBERED:
            self.known.clear()
        return found

    def _widen(self, views: Sequence[_View]) -> None:
        """Where rules look further than the fresh lines, find what they would see: all in one more pass."""
        pieces: list[bytes] = []
        places: list[tuple[_View, int]] = []
        for view in views:
            data, mark = view.text.data, view.version.mark
            assert view.fresh is not None
            flat = line_spans(data, view.fresh, *extent.view(mark))
            wide = list(map(Span, flat[::2], flat[1::2]))
            if view.structural:
                view.spans, view.schemas = extent.documents(view.text, view.fresh)
                view.hits = []
                view.sections = self._fruitful(view)
                wide = [
                    *(section.span for section in view.sections if section.found is None),
                    *(part for one in view.schemas for part in extent.to_look_at(one, wide)),
                ]
            for start, end in wide:
                pieces.append(data[start:end])
                places.append((view, start))
        more: dict[int, list[Hit]] = {}
        for (view, origin), hits in zip(places, self._scanner.engine.prefilter_each(pieces), strict=True):
            for entry, end in hits:
                # A rule that looks at its own lines alone has seen what it needs: those in ``hits``.
                wanted = view.structural or (self._extents[entry] and not self._wakes(entry))
                if wanted and self._classes[view.number].entries[entry]:
                    more.setdefault(id(view), []).append(Hit(entry, end + origin))
        asked = [Asked(view.text, view.number, more.get(id(view), ())) for view in views]
        for view, hits in zip(views, self._barren.fertile(asked), strict=True):
            view.hits += hits

    def _wakes(self, entry: int) -> bool:
        """True when what hit wakes a detector."""
        return self._scanner.engine.first_trigger <= entry < self._scanner.engine.first_gate

    def _scan(self, view: _View, holdings: Holdings) -> None:
        """Note what stands in the parts of a version that are to be read, and remember what they hold."""
        text = view.text
        # Hits of pieces that came before, and of a second look, are behind those of new pieces; rules and decoders
        # take them in the order of the text.
        view.hits.sort(key=_end)
        if not view.schemas and view.spans in ([], [Span(0, len(text.data))]):
            matches = self._scanner.examine(text, view.hits, dropped=Dropped.NEVER)
        else:
            matches = [*self._sections.matches(text, view.sections, view.hits, view.awake)]
            matches += self._sections.in_schemas(text, view.schemas, view.hits)
        if not matches:
            return
        name = self._name(view.version)
        among = self._neighbours.among(text, matches)
        noted = self.ledger.write(text, matches, name=name, among=among, name_class=view.number)
        holdings.note(text, noted)

    def _fruitful(self, view: _View) -> list[Section]:
        """Those of the spans to be read as structure that are not known to hold nothing."""
        if not view.spans or (view.spans == [Span(0, len(view.text.data))] and not view.schemas):
            return [Section(span, None) for span in view.spans]
        view.awake = frozenset(self._calm.awake(view.version))
        return self._sections.fruitful(view.text, view.number, view.spans, view.awake)

    def _name(self, version: Version) -> bytes:
        return self._hash(b"blob %d\0" % len(version.data) + version.data).digest()


_NONE: list[Hit] = []
_end = attrgetter("end")


def _add(found: list[list[Hit]], owner: int, origin: int, hits: Sequence[Hit]) -> None:
    """Add to those of version ``owner`` the ``hits`` of a piece that begins at byte ``origin`` of it."""
    if not found[owner]:
        found[owner] = []
    found[owner] += [Hit(entry, end + origin) for entry, end in hits]
