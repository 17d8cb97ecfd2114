"""From what a sweep sighted to findings: one a secret, at the commit and path that first brought it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

from scanner.engine.encoding import to_text
from scanner.engine.pathfilter import wants
from scanner.history.errors import NoObject
from scanner.history.placing import NO_COMMIT, PathSpan, places
from scanner.history.store import ObjectStore
from scanner.model.finding import Finding, Occurrence, Origin
from scanner.model.levels import Severity
from scanner.model.plural import plural
from scanner.model.result import Skipped
from scanner.model.text import Text
from scanner.pipeline.context import Context
from scanner.pipeline.findings import order
from scanner.pipeline.ledger import Blob, Sighted
from scanner.pipeline.places import example_at, severity_at
from scanner.pipeline.portions import Workshop, Yield
from scanner.pipeline.scope import Scope, Tips
from scanner.pipeline.text import TextScanner
from scanner.pipeline.unpack import outermost, texts_in

if TYPE_CHECKING:
    from scanner.suppress import Sighting

_LARGEST_COMMIT = 64 * 1024 * 1024
_PERSON = re.compile(rb"^(?:author|tagger) (.*?) ?<([^<>\n]*)>", re.MULTILINE)
_WHEN = re.compile(rb"^(?:committer|tagger) .*> (-?\d{1,12}) ([+-])(\d\d)(\d\d)$", re.MULTILINE)


class Attributed(NamedTuple):
    """Findings, the number of commits in scope, and what has to be said."""

    findings: tuple[Finding, ...]
    commits: int
    skipped: tuple[Skipped, ...]


class _Seen(NamedTuple):
    """A sighting at one place. ``commit`` is an object name, empty where none is known; ``rank`` orders them."""

    sighted: Sighted
    object: bytes
    path: str
    line: int
    commit: bytes
    rank: int
    in_head: bool
    tips: int

    @property
    def place(self) -> tuple[bytes, str, int]:
        """The line that it is on."""
        return self.object, self.path, self.line

    def overlaps(self, other: _Seen) -> bool:
        """True when both speak of the same characters of a line."""
        return self.sighted.overlaps(other.sighted) and self.sighted.finding.status == other.sighted.finding.status

    def weight(self, undecided: frozenset[str]) -> tuple[tuple[bool, int, int, int], bool, str]:
        """How much it says; no two rules say equally much."""
        rule = self.sighted.finding.rule
        return self.sighted.weight, rule in undecided, rule


_LAST = 1 << 62


def attributed(
    shop: Workshop, made: Sequence[Yield], tips: Tips, scanner: TextScanner, context: Context, scope: Scope
) -> Attributed:
    """The findings of a sweep, in the history that ``tips`` lead to."""
    attribution = _Attribution(shop, tips, scanner, context, scope)
    findings = attribution.findings(
        [sighted for one in made for sighted in one.blobs], [sighted for one in made for sighted in one.messages]
    )
    return Attributed(findings, sum(tips.view.counted), tuple(attribution.skipped))


class _Attribution:
    """One run's knowledge of its history."""

    def __init__(self, shop: Workshop, tips: Tips, scanner: TextScanner, context: Context, scope: Scope) -> None:
        self._store = shop.store
        self._trees = shop.trees()
        self._classes = shop.classes
        self._undecided = shop.scanner.engine.undecided
        self._tips = tips
        self._scanner = scanner
        self._context = context
        self._scope = scope
        self._origins = {b"": Origin()}
        # What commits that are left out hold is not new, wherever it stands now.
        self._before: set[str] = set()
        # HEAD may have it where nothing was asked about, beside the branches and paths that count.
        self._in_head: set[str] = set()
        self.skipped: list[Skipped] = []

    def findings(self, blobs: Sequence[Sighted], messages: Iterable[Sighted]) -> tuple[Finding, ...]:
        """One finding a secret, in the order of reports."""
        seen = [*self._settled(list(self._in_files(blobs))), *self._in_messages(messages)]
        groups: dict[tuple[str, str], list[_Seen]] = {}
        for one in seen:
            if one.sighted.finding.fingerprint in self._before:
                continue
            groups.setdefault((one.sighted.finding.fingerprint, one.sighted.finding.status), []).append(one)
        return tuple(sorted((self._finding(group) for group in groups.values()), key=order))

    def _in_files(self, sightings: Sequence[Sighted]) -> Iterator[_Seen]:
        if not sightings:
            return
        index = self._trees
        blobs = {blob.name for sighted in sightings for blob in sighted.blobs}
        spans, before, cut = places(index, self._tips.view, blobs)
        if cut:
            why = "trees hold each other so often that not all were followed: findings may be missing"
            self.skipped.append(Skipped("some paths", why))
        if index.odd:
            self.skipped.append(Skipped(plural(index.odd, "tree"), "cannot be read: places may be missing"))
        for sighted in sightings:
            if not before.isdisjoint(blob.name for blob in sighted.blobs):
                self._before.add(sighted.finding.fingerprint)
            for blob in sighted.blobs:
                bits = self._tips.objects.get(blob.name, 0)
                found = spans.get(blob.name, ())
                for span in found:
                    if self._classes.of_path(span.path) == sighted.name_class:
                        yield from self._seen(sighted, blob, span)
                if bits:  # a tag can name a file without a commit
                    yield from self._seen(sighted, blob, PathSpan(self._tips.shown(bits)[0], NO_COMMIT, bits))
                elif not found:
                    yield from self._seen(sighted, blob, PathSpan("", NO_COMMIT, 0))

    def _settled(self, seen: Sequence[_Seen]) -> Sequence[_Seen]:
        """``seen`` with one sighting a place where a rule counts because of the folder that was not known before."""
        undecided = self._undecided
        places = {one.place for one in seen if one.sighted.finding.rule in undecided}
        if not places:
            return seen
        there: dict[tuple[bytes, str, int], list[_Seen]] = {}
        for one in seen:
            if one.place in places:
                there.setdefault(one.place, []).append(one)

        def outdone(one: _Seen) -> bool:
            weight = one.weight(undecided)
            return any(other.overlaps(one) and other.weight(undecided) > weight for other in there.get(one.place, ()))

        return [one for one in seen if not outdone(one)]

    def _seen(self, sighted: Sighted, blob: Blob, span: PathSpan) -> Iterator[_Seen]:
        """The sighting at one place, unless it does not count there."""
        path, first = span.path, span.first
        here = bool(span.tips & self._tips.head)
        asked = first != NO_COMMIT or bool(span.tips & ~self._tips.head) or self._scope.unreachable
        if not (asked or here) or (path and self._context.excluded(path)):
            return
        if not self._fits(sighted, path + sighted.inside):
            return
        if here:
            self._in_head.add(sighted.finding.fingerprint)
        if not asked or not self._scope.has(path):
            return
        graph, view = self._tips.graph, self._tips.view
        note = self._tips.note_of(first) if first != NO_COMMIT else ""
        if note:
            path = f"{note}:{path}"
        yield _Seen(
            sighted=sighted,
            object=blob.name,
            path=(path or f"(unreachable object {blob.name.hex()})") + sighted.inside,
            line=blob.line,
            commit=graph.names[first] if first != NO_COMMIT else b"",
            rank=view.ranks[first] if first != NO_COMMIT else _LAST,
            in_head=here,
            tips=span.tips,
        )

    def _in_messages(self, sightings: Iterable[Sighted]) -> Iterator[_Seen]:
        graph, view = self._tips.graph, self._tips.view
        if self._scope.paths:
            return
        for sighted in sightings:
            for blob in sighted.blobs:
                number = graph.number.get(blob.name, NO_COMMIT)
                if number != NO_COMMIT and view.left_out[number]:
                    self._before.add(sighted.finding.fingerprint)
                if number != NO_COMMIT and view.counted[number]:
                    below = bool(self._tips.below_head[number])
                    yield _Seen(sighted, blob.name, "", blob.line, blob.name, view.ranks[number], below, 0)
                elif number == NO_COMMIT and (self._scope.unreachable or blob.name in self._tips.tags):
                    tips = self._tips.tags.get(blob.name, 0)
                    yield _Seen(sighted, blob.name, "", blob.line, blob.name, _LAST, False, tips)

    def _fits(self, sighted: Sighted, path: str) -> bool:
        """True when the rule is one for files of this name, and what it finds there is grave enough."""
        finding = sighted.finding
        rule = self._scanner.engine.rules.rule_named(finding.rule)
        severity = severity_at(self._context.inside(path), finding.severity, sighted.specific, rule)
        if finding.status != "dropped" and severity < self._context.options.severity:
            return False
        return rule is None or wants(rule.path, path)

    def _finding(self, group: list[_Seen]) -> Finding:
        group.sort(key=lambda one: (one.rank, one.path, one.line))
        first = group[0]
        base = first.sighted.finding
        origin = self._origin(first.commit)
        # A file is one place however long it holds the secret; each message is one.
        places: dict[tuple[str, bytes], _Seen] = {}
        for one in group:
            places.setdefault((one.path, b"" if one.path else one.object), one)
        length = base.position.end_line - base.position.line
        tips = 0
        for one in group:
            tips |= one.tips
        rule = self._scanner.engine.rules.rule_named(base.rule)
        severity = max(severity_at(one.path, one.sighted.finding.severity, one.sighted.specific, rule) for one in group)
        example = example_at(first.path, rule) if severity is Severity.INFO else ""
        finding = replace(
            base,
            severity=severity,
            detail={**base.detail, "example": example} if example else base.detail,
            path=first.path,
            position=base.position._replace(line=first.line, end_line=first.line + length),
            origin=origin,
            in_head=base.fingerprint in self._in_head or any(one.in_head for one in group),
            refs=self._tips.shown(tips),
            occurrences=tuple(
                Occurrence(one.commit.hex(), one.path, one.line, "", self._origin(one.commit).date)
                for one in places.values()
            ),
            secret=(self._secret(first) or base.secret) if self._context.options.show_secrets else None,
        )
        return self._judged(finding, group)

    def _judged(self, finding: Finding, group: Iterable[_Seen]) -> Finding:
        """``finding`` with what silences it at all its places, or at all that are in HEAD."""
        from scanner.suppress import Place, Sighting

        if finding.status == "dropped":
            return finding
        sightings: dict[object, Sighting] = {}
        for one in group:
            place = Place(path=one.path, line=one.line, commit=one.commit.hex(), in_head=one.in_head)
            sightings.setdefault((one.path, one.in_head, one.sighted.claims), Sighting(one.sighted.claims, place))
        verdict = self._context.suppressor.judge(finding.rule, list(sightings.values()))
        self._context.tally.add(verdict)
        if verdict is None:
            return finding
        return replace(finding, status=verdict.status, status_reason=verdict.told)

    def _origin(self, name: bytes) -> Origin:
        """The commit (or tag) called ``name``: who made it, and when."""
        known = self._origins.get(name)
        if known is None:
            known = self._origins[name] = _origin(self._store, name)
        return known

    def _secret(self, seen: _Seen) -> str | None:
        """The raw value, read again from the object: it did not travel between processes."""
        try:
            kind, data = self._store.read(seen.object, limit=self._context.options.max_size)
        except NoObject:
            return None
        if kind != "blob":
            texts: Iterable[Text] = (to_text(data[data.find(b"\n\n") + 2 :], seen.path),)
        else:
            texts = texts_in(data, outermost(seen.path), self._context.options.archives, [])
        for text in texts:
            for match in self._scanner.scan(text):
                if match.secret.fingerprint(match.rule, self._context.options.key) == seen.sighted.finding.fingerprint:
                    return match.secret.reveal().decode("utf-8", "replace")
        return None


def _origin(store: ObjectStore, name: bytes) -> Origin:
    try:
        _, data = store.read(name, limit=_LARGEST_COMMIT)
    except NoObject:
        return Origin(name.hex())
    head = data[: max(0, data.find(b"\n\n")) + 1]
    person = _PERSON.search(head)
    author = b"%s <%s>" % person.groups() if person is not None else b""
    return Origin(name.hex(), author.decode("utf-8", "replace"), _date(head))


def _date(head: bytes) -> str:
    """When it was committed, as ISO 8601 with offset; empty where the header holds no date that can be."""
    found = _WHEN.search(head)
    if found is None:
        return ""
    seconds, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == b"-" else 1)
    try:
        return datetime.fromtimestamp(int(seconds), timezone(offset)).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
