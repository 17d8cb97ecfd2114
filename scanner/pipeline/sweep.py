"""The worker's half of a history sweep: batches of rebuilt versions in, redacted sightings out.

Each version of a file is scanned where it differs from the version it was made from. What lies inside one
unbroken copy was in the base and was found there; it is carried along from version to version without another
look. What is carried are the secret's lines, in this process's memory; what is handed out is redacted.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from scanner.engine.encoding import to_text
from scanner.engine.prefilter import Hit
from scanner.engine.windows import lines_around
from scanner.history.delta import Batch, Version, line_spans
from scanner.model.match import Match
from scanner.model.span import Span
from scanner.model.text import Text
from scanner.pipeline import extent
from scanner.pipeline.context import Context
from scanner.pipeline.extent import Extents
from scanner.pipeline.kinds import KindScanner
from scanner.pipeline.ledger import Blob, Ledger, Sighted
from scanner.pipeline.text import TextScanner

# How a text begins that is not scanned as the bytes it is stored as; zero bytes soon after are another sign.
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_PROBE = 4096


class _Held(NamedTuple):
    """A sighting that versions can inherit: the lines around it, and on which of them (from 0) it begins."""

    lines: bytes
    line: int
    structural: bool
    sighted: Sighted


_Holds = dict[tuple[int, int], _Held]


@dataclass(slots=True)
class _View:
    """One version as it is scanned. ``fresh`` is None where all of it is; ``spans`` are the parts read as structure."""

    version: Version
    text: Text
    fresh: list[int] | None
    hits: list[Hit]
    spans: list[tuple[int, int]] = field(default_factory=list)


class Sweeper:
    """Scans the batches of one process; ``ledger`` has what was found, ``texts`` and ``bytes`` count what was read."""

    def __init__(self, scanner: TextScanner, context: Context, *, name_size: int) -> None:
        self.ledger = Ledger(scanner.engine.rules, context)
        self._scanner = scanner
        self._show_dropped = context.options.show_dropped
        self._kinds = KindScanner(scanner)
        self._extents = Extents(scanner.engine)
        self._hash = hashlib.sha1 if name_size == 20 else hashlib.sha256
        self.texts = 0
        self.bytes = 0

    def take(self, batch: Batch) -> None:
        """Scan one batch of blobs, and let it go."""
        views = self._views(batch)
        self._widen([view for view in views if view.version.mark and view.fresh])
        for view in views:
            held = self._scan(view) if view.hits else {}
            self._carry(view, held)
            view.version.held = tuple(held.values())
        self.texts += len(batch.versions)
        batch.let_go()

    def whole(self, data: bytes) -> None:
        """Scan one blob that comes by itself."""
        text = to_text(data, "")
        view = _View(Version(-1, data, None, None), text, None, list(self._scanner.engine.prefilter(text.data)))
        if view.hits:
            self._scan(view)
        self.texts += 1
        self.bytes += len(data)

    def _views(self, batch: Batch) -> list[_View]:
        """The versions worth a look: with hits of their own, or made from one that holds or looks for something."""
        hits = self._located(batch)
        found = []
        for at, version in enumerate(batch.versions):
            base, data, own = version.base, version.data, hits.get(at)
            self.bytes += len(data)
            mark = base.mark if base is not None else 0
            odd = data.startswith(_MARKS) or data.find(b"\0", 0, _PROBE) >= 0
            if own is None and not mark and not odd and (base is None or not base.held):
                continue
            view = _View(version, Text(data), version.fresh, own or [])
            if odd:
                view.text = to_text(data, "")
                if view.text.data is not data:
                    view.fresh = None
                    view.hits = list(self._scanner.engine.prefilter(view.text.data))
            for entry, _ in view.hits:
                mark = extent.joined(mark, self._extents[entry])
            version.mark = mark
            found.append(view)
        return found

    def _located(self, batch: Batch) -> dict[int, list[Hit]]:
        """The hits in the fresh text, by version, at their place there."""
        found: dict[int, list[Hit]] = {}
        starts, owners, origins = batch.starts, batch.owners, batch.origins
        for entry, end in self._scanner.engine.prefilter(batch.text):
            piece = bisect_right(starts, end - 1) - 1
            found.setdefault(owners[piece], []).append(Hit(entry, end - starts[piece] + origins[piece]))
        return found

    def _widen(self, views: Sequence[_View]) -> None:
        """Where rules look further than the fresh lines, find what they would see: all in one more pass."""
        pieces: list[bytes] = []
        starts: list[int] = []
        places: list[tuple[_View, int]] = []
        filled = 0
        for view in views:
            data, mark = view.text.data, view.version.mark
            assert view.fresh is not None
            if extent.is_structural(mark):
                view.spans = wide = extent.documents(data, view.fresh)
            else:
                flat = line_spans(data, view.fresh, *extent.view(mark))
                wide = list(zip(flat[::2], flat[1::2], strict=True))
            view.hits = []
            for start, end in wide:
                pieces.append(data[start:end])
                starts.append(filled)
                places.append((view, start))
                filled += end - start + 1
        for entry, end in self._scanner.engine.prefilter(b"\n".join(pieces)):
            piece = bisect_right(starts, end - 1) - 1
            view, origin = places[piece]
            view.hits.append(Hit(entry, end - starts[piece] + origin))

    def _scan(self, view: _View) -> _Holds:
        """What stands in the parts of a version that are to be read."""
        held: _Holds = {}
        text = view.text
        for start, end in view.spans or [(0, len(text.data))]:
            if start == 0 and end == len(text.data):
                self._read(view, text, Span(start, end), view.hits, held)
                continue
            inside = [Hit(hit.entry, hit.end - start) for hit in view.hits if start < hit.end <= end]
            if inside:
                self._read(view, Text(text.data[start:end], "", text.kind), Span(start, end), inside, held)
        return held

    def _read(self, view: _View, text: Text, span: Span, hits: Sequence[Hit], held: _Holds) -> None:
        """Scan one part (``span`` of the version), and remember what it holds."""
        matches = [(match, kinds) for match, kinds in self._kinds.examine(text, hits) if self._shown(match)]
        if matches:
            above = view.text.data.count(b"\n", 0, span.start)
            for match, sighted, line in self.ledger.write(text, matches, name=self._name(view.version), above=above):
                held[id(sighted), line] = self._hold(text.data, match, sighted)

    def _shown(self, match: Match) -> bool:
        return not match.reason or self._show_dropped

    def _hold(self, data: bytes, match: Match, sighted: Sighted) -> _Held:
        """``match`` with every line its rule looked at: while they stand, so does the match."""
        rule = self._scanner.engine.rules.rule_named(match.rule)
        around = lines_around(data, match.span, max(1, rule.near if rule is not None else 1))
        line = data.count(b"\n", around.start, match.span.start)
        structural = rule is None or bool(rule.detector)
        return _Held(data[around.start : around.end], line, structural, sighted)

    def _carry(self, view: _View, held: _Holds) -> None:
        """Take over what the base held and this version still has in lines that were not read again."""
        base = view.version.base
        if base is None or view.fresh is None or not base.held:
            return
        data = view.text.data
        name = b""
        inherited: tuple[_Held, ...] = base.held  # type: ignore[assignment]
        for one in inherited:
            at = data.find(one.lines)
            if at < 0 or (one.structural and any(start <= at < end for start, end in view.spans)):
                continue
            line = data.count(b"\n", 0, at) + one.line + 1
            if (id(one.sighted), line) not in held:
                name = name or self._name(view.version)
                held[id(one.sighted), line] = one
                one.sighted.blobs[Blob(name, line)] = None

    def _name(self, version: Version) -> bytes:
        return self._hash(b"blob %d\0" % len(version.data) + version.data).digest()
