"""What is new in a history since some commits, scanned object by object.

For the few objects that a night brings this is faster than reading packs, and what was scanned in one repository
of a family of forks is not scanned in the next.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from scanner.engine.encoding import to_text
from scanner.git import lfs, listing
from scanner.git.layout import HEAD, is_partial
from scanner.git.listing import Brought, Listed
from scanner.git.objects import MissingObject, ObjectReader, TooLarge, file_at
from scanner.git.run import Git
from scanner.git.tips import commits_behind
from scanner.model.errors import GitError
from scanner.model.filekind import FileKind, kind_of
from scanner.model.finding import Finding, Occurrence, Origin
from scanner.model.result import ScanResult, ScanSummary, Skipped
from scanner.model.text import Text
from scanner.pipeline.classes import NameClasses
from scanner.pipeline.context import Context
from scanner.pipeline.findings import Placed, order, placed
from scanner.pipeline.generated import Generated
from scanner.pipeline.parts import Trees, scanned_as
from scanner.pipeline.text import Dropped, TextScanner
from scanner.pipeline.unpack import outermost, texts_in

if TYPE_CHECKING:
    from scanner.suppress import Sighting

# Of so many tips the trees are listed, to learn which files are the newest.
_MOST_TIPS = 16
_LEFT = "a partial clone left objects at its remote: git fetch --refetch --no-filter brings them"


# A blob and a path that it lies at; for a message its commit or tag, and no path.
_Pair = tuple[str, str]


class _Seen(NamedTuple):
    """An object as one kind of file: a text scanned for YAML is read otherwise than one for code."""

    name: bytes
    kind: FileKind


@dataclass(slots=True)
class Family:
    """What was scanned in one repository of a family, for the next.

    ``telling`` are objects in which something matched: what becomes of it depends on the path. ``named`` are files that
    rules or detectors ask for by their path, and ``held`` what counts in a file at its path.
    """

    seen: set[_Seen] = field(default_factory=set)
    telling: set[_Seen] = field(default_factory=set)
    named: set[_Pair] = field(default_factory=set)
    held: dict[_Pair, tuple[Placed, ...]] = field(default_factory=dict)
    texts: int = 0
    bytes: int = 0


def scan_listed(
    git: Git,
    scanner: TextScanner,
    context: Context,
    *,
    tips: Sequence[str],
    since: Sequence[str] = (),
    family: Family | None = None,
    newest: Sequence[str] = (HEAD,),
) -> ScanResult:
    """Every text that ``tips`` reach and ``since`` do not: files at all their paths, messages of commits and tags.

    What ``family`` has seen is not scanned again; its findings are placed in this history. What is said of a secret in
    the trees of ``newest`` goes for older versions too.
    """
    started = time.monotonic()
    shared = family is not None
    family = family if family is not None else Family()
    texts, size = family.texts, family.bytes
    skipped: list[Skipped] = []
    findings: tuple[Finding, ...] = ()
    commits = 0
    with ObjectReader(git, limit=context.options.max_size) as reader:
        look = _Look(git, reader, scanner, context, family, shared=shared)
        try:
            commits = look.through(tips, since)
            # Judged before the notes are asked for: only then is it known who silenced how much.
            findings = _joined(look.placed(tips, since), _Files(git), context, newest)
        except GitError as error:
            skipped.append(Skipped("history", str(error)))
    partial = (skipped or look.skipped) and is_partial(git)
    summary = ScanSummary(
        target=git.where,
        texts=family.texts - texts,
        bytes=family.bytes - size,
        commits=commits,
        seconds=time.monotonic() - started,
        skipped=(*skipped, *look.skipped, *scanner.skipped()),
        notes=(*context.notes, *([_LEFT] if partial else ())),
    )
    return ScanResult(findings, summary)


def adopt(family: Family, git: Git, scanner: TextScanner, tips: Sequence[str], result: ScanResult) -> None:
    """Count as seen what a sweep of the whole history scanned.

    Objects at paths where something was found are left out: the next member scans them, for what they hold is known
    of the first place alone.
    """
    places = {place for finding in result.findings for place in finding.occurrences}
    paths = {outermost(place.path) for place in places if place.path}
    messages = {place.commit for place in places if not place.path}
    classes = NameClasses(scanner)
    for one in listing.objects(git, tips):
        if one.kind != "tree" and one.path not in paths and one.name not in messages:
            family.seen.add(_key(one))
            if _asked_for(classes, one.path):
                family.named.add((one.name, one.path))


def _key(one: Listed) -> _Seen:
    return _Seen(bytes.fromhex(one.name), kind_of(one.path) if one.path else FileKind.OTHER)


def _asked_for(classes: NameClasses, path: str) -> bool:
    """True when a rule or a detector wants the file at ``path`` because it lies there."""
    return bool(path) and not classes.is_plain(path)


class _Look:
    """One look at what is new: which files were scanned at which paths, and what they hold there.

    An object is listed with one of its paths, which may be an excluded one, one of a test, or one that no rule asks
    for; so all the paths are gone through at which commits put it.
    """

    def __init__(
        self, git: Git, reader: ObjectReader, scanner: TextScanner, context: Context, family: Family, *, shared: bool
    ) -> None:
        self._git = git
        self._reader = reader
        self._scanner = scanner
        self._classes = NameClasses(scanner)
        self._context = context
        self._family = family
        self._shared = shared
        self._done: set[_Pair] = set()
        self._missing: dict[str, Skipped] = {}
        self._unread: set[str] = set()
        self._trees: list[tuple[bytes, str]] = []
        self._by_merges: dict[_Pair, Brought] = {}
        self.held: dict[_Pair, tuple[Placed, ...]] = {}
        self.skipped: list[Skipped] = []

    def through(self, tips: Sequence[str], since: Sequence[str]) -> int:
        """Look at everything that ``tips`` reach and ``since`` do not. The number of commits."""
        commits = 0
        new: list[str] = []
        waiting: list[Listed] = []
        for one in listing.objects(self._git, tips, since):
            if one.kind == "missing":
                self._missing[one.name] = Skipped(one.name[:12], "the object is missing")
            elif one.kind == "tree":
                self._trees.append((bytes.fromhex(one.name), one.path))
            elif one.kind == "blob":
                waiting += [] if self._settled(one) else [one]
            else:
                commits += one.kind == "commit"
                if one.kind == "commit" and _key(one) not in self._family.seen:
                    new.append(one.name)
                self._at(one)
        known: set[str] = set()
        try:
            for brought in listing.brought(self._git, new) if new else ():
                known.add(brought.blob)
                self._at(Listed(brought.blob, "blob", -1, brought.path))
                if (pair := (brought.blob, brought.path)) in self.held:
                    self._by_merges.setdefault(pair, brought)
        except GitError as error:
            self._untold(error)
        # The path of a list is not the file's own where a line cannot hold it, so it counts where there is no other.
        for one in waiting:
            if one.name not in known:
                self._at(one)
        # Those with a path were told by it.
        self.skipped += [told for name, told in self._missing.items() if name not in self._unread]
        self._second_look()
        return commits

    def _at(self, one: Listed) -> None:
        """Look at one object at one path."""
        pair = one.name, one.path
        if pair in self._done or (one.path and self._context.excluded(one.path)):
            return
        self._done.add(pair)
        family = self._family
        if pair in family.held:
            self.held[pair] = family.held[pair]
            return
        if self._settled(one):
            return
        try:
            limit = self._context.options.max_size
            data = lfs.content(self._git, self._reader.read(one.name).data, limit=limit)
        except (TooLarge, MissingObject) as error:
            self.skipped.append(Skipped(one.path or one.name[:12], str(error)))
            self._unread.add(one.name)
            return
        self._scan(one, data, _key(one))
        if self._shared and _asked_for(self._classes, one.path):
            family.named.add(pair)

    def _untold(self, error: GitError) -> None:
        """Say once what git could not tell: what was scanned all the same is reported."""
        told = Skipped("history", str(error))
        if told not in self.skipped:
            self.skipped.append(told)

    def _settled(self, one: Listed) -> bool:
        """True for what the family has seen and where nothing is, wherever it lies."""
        family, key = self._family, _key(one)
        if key not in family.seen or key in family.telling:
            return False
        return (one.name, one.path) in family.named or not _asked_for(self._classes, one.path)

    def _scan(self, one: Listed, data: bytes, key: _Seen) -> None:
        family, context = self._family, self._context
        family.seen.add(key)
        if one.kind != "blob":
            # The head of a commit or tag is git's own; its message is what people write.
            data = data[data.find(b"\n\n") + 2 :]
            texts: Iterable[Text] = (Text(data, "", FileKind.PROSE),)
        else:
            texts = texts_in(data, one.path, context.options.archives, self.skipped)
        family.texts += 1
        family.bytes += len(data)
        made: list[Placed] = []
        for text in texts:
            matches = self._scanner.scan(text, dropped=Dropped.BESIDE)
            if matches:
                family.telling.add(key)
                made += placed(text, matches, context=context, rules=self._scanner.engine.rules)
        if made:
            self.held[one.name, one.path] = family.held[one.name, one.path] = tuple(made)

    def _second_look(self) -> None:
        """Find what generators in new trees make parts of Secrets."""
        trees = Trees(self._loaded, len(self._trees[0][0]) if self._trees else 0)
        for tree, folder in self._trees:
            for part in trees.parts(tree):
                path = f"{folder}/{part.path}" if folder else part.path
                if self._context.excluded(path):
                    continue
                text = to_text(self._loaded("blob", part.blob) or b"", path)
                matches = scanned_as(part, text, self._scanner)
                if matches:
                    pair = part.blob.hex(), path
                    made = tuple(placed(text, matches, context=self._context, rules=self._scanner.engine.rules))
                    self.held[pair] = self._family.held[pair] = made
                    self._done.add(pair)

    def _loaded(self, kind: str, name: bytes) -> bytes | None:
        try:
            found = self._reader.read(name.hex())
        except (TooLarge, MissingObject):
            return None
        return found.data if found.kind == kind else None

    def placed(self, tips: Sequence[str], since: Sequence[str]) -> list[_There]:
        """Each finding at the commits and paths that brought it, oldest first."""
        blobs = frozenset(name for name, _ in self.held)
        try:
            places = listing.bringing(self._git, tips, since, blobs) if blobs else []
        except GitError as error:
            self._untold(error)
            # Messages are their own commits; of files it is not known which commit brought them.
            found = [Brought(name, "" if path else name, "", "", path) for name, path in sorted(self.held)]
            return [_There(one, place) for place in found for one in self.held[place.blob, place.path]]
        for one in places:
            self._at(Listed(one.blob, "blob", -1, one.path))
        found = [place for place in places if (place.blob, place.path) in self.held]
        left = self.held.keys() - {(place.blob, place.path) for place in found}
        found += [self._by_merges[pair] for pair in sorted(left & self._by_merges.keys())]
        left -= self._by_merges.keys()
        if since and any(path for _, path in left):
            # A new generator made an old file a part of a Secret.
            earlier = listing.bringing(self._git, tips, (), frozenset(name for name, path in left if path))
            found += [place for place in earlier if (place.blob, place.path) in left]
            left -= {(place.blob, place.path) for place in earlier}
        # Messages, which are their own commits, and files that a tag names.
        found += [Brought(name, name, "", "", path) for name, path in sorted(left)]
        return [_There(one, place) for place in found for one in self.held[place.blob, place.path]]


class _There(NamedTuple):
    """A finding in a file or message, and the commit and path that brought it."""

    made: Placed
    place: Brought

    def finding(self) -> Finding:
        """The finding as it is told of this place."""
        made, place = self.made.finding, self.place
        return replace(
            made,
            origin=Origin(place.commit, place.author, place.date),
            occurrences=(Occurrence(place.commit, made.path, made.position.line, "", place.date),),
            detail=dict(made.detail),
        )

    def within(self, files: Iterable[frozenset[_Pair]]) -> bool:
        """True when one of the trees with these ``files`` has it."""
        return any((self.place.blob, self.place.path) in some for some in files)


class _Files:
    """The files of revisions, listed when they are first asked for."""

    def __init__(self, git: Git) -> None:
        self.git = git
        self._known: dict[str, frozenset[_Pair]] = {}

    def files(self, revision: str) -> frozenset[_Pair]:
        known = self._known.get(revision)
        if known is None:
            known = self._known[revision] = listing.files_of(self.git, revision)
        return known


def _joined(found: Iterable[_There], trees: _Files, context: Context, newest: Sequence[str]) -> tuple[Finding, ...]:
    """One finding a secret, at its first place; silenced only by what holds for all its places, or for the newest."""
    groups: dict[tuple[str, str], list[_There]] = {}
    for one in found:
        groups.setdefault((one.made.finding.fingerprint, one.made.finding.status), []).append(one)
    if not groups:
        return ()
    head = [trees.files(HEAD)]
    messages = {one.place.commit for group in groups.values() for one in group if not one.place.path}
    told = commits_behind(trees.git, sorted(messages), HEAD)
    # What is pushed can have any number of tips; of so many it is not asked what the newest version says.
    last = [trees.files(revision) for revision in newest] if len(newest) <= _MOST_TIPS else []
    made = []
    for group in groups.values():
        findings = [one.finding() for one in group]
        first = findings[0]
        verdict = context.suppressor.judge(first.rule, [*_sightings(group, last)])
        context.tally.add(verdict, first.fingerprint)
        finding = replace(
            first,
            severity=max(one.severity for one in findings),
            in_head=any(one.within(head) or (not one.place.path and one.place.commit in told) for one in group),
            occurrences=tuple(dict.fromkeys(place for one in findings for place in one.occurrences)),
        )
        if verdict is not None:
            finding = replace(finding, status=verdict.status, status_reason=verdict.told)
        made.append(finding)
    return tuple(sorted(made, key=order))


def _sightings(group: Iterable[_There], newest: Sequence[frozenset[_Pair]]) -> Iterator[Sighting]:
    from scanner.suppress import Place, Sighting

    for one in group:
        if one.made.sighting is not None:
            finding = one.made.finding
            yield Sighting(
                one.made.sighting.claims,
                Place(
                    path=finding.path,
                    line=finding.position.line,
                    commit=one.place.commit,
                    in_head=one.within(newest),
                ),
            )


def still_in_head(git: Git, scanner: TextScanner, context: Context, findings: Sequence[Finding]) -> frozenset[str]:
    """The fingerprints of those ``findings`` that HEAD holds at one of their paths or in a message behind it."""
    places = [(one.fingerprint, place) for one in findings for place in one.occurrences]
    told = commits_behind(git, sorted({place.commit for _, place in places if not place.path}), HEAD)
    held = _in_files_of_head(git, scanner, context, {place.path for _, place in places})
    in_messages = {fingerprint for fingerprint, place in places if not place.path and place.commit in told}
    return frozenset(one.fingerprint for one in findings) & (held | in_messages)


def gone_from_head(
    git: Git, scanner: TextScanner, context: Context, places: Sequence[tuple[str, str]]
) -> tuple[str, ...]:
    """Those of the fingerprints in ``places`` (fingerprint, path) that HEAD holds at none of their paths.

    Without a path it is a message's, which no later commit takes back.
    """
    staying = {fingerprint for fingerprint, path in places if not path}
    held = _in_files_of_head(git, scanner, context, {path for _, path in places})
    return tuple(sorted({fingerprint for fingerprint, _ in places} - staying - held))


def _in_files_of_head(git: Git, scanner: TextScanner, context: Context, paths: Iterable[str]) -> set[str]:
    """The fingerprints of everything that HEAD holds at ``paths``."""
    there: set[str] = set()
    with ObjectReader(git, limit=context.options.max_size) as reader:
        generated = Generated(lambda path: file_at(reader, "HEAD", path))
        for path in sorted({outermost(path) for path in paths if path}):
            data = file_at(reader, "HEAD", path) or b""
            for text in texts_in(data, path, context.options.archives, []):
                matches = scanner.scan(text, generated.role(path), dropped=Dropped.BESIDE)
                there |= {match.secret.fingerprint(match.rule, context.options.key) for match in matches}
    return there
