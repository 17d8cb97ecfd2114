"""What is new in a history since some commits, scanned object by object.

For the few objects that a night brings this is faster than reading packs, and what was scanned in one repository
of a family of forks is not scanned in the next.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import NamedTuple

from scanner.engine.encoding import to_text
from scanner.git import lfs, listing
from scanner.git.listing import Brought, Listed
from scanner.git.objects import MissingObject, ObjectReader, TooLarge, file_at
from scanner.git.run import Git
from scanner.model.errors import GitError
from scanner.model.filekind import FileKind, kind_of
from scanner.model.finding import Finding, Occurrence, Origin
from scanner.model.result import ScanResult, ScanSummary, Skipped
from scanner.model.text import Text
from scanner.pipeline.context import Context
from scanner.pipeline.findings import Placed, order, placed
from scanner.pipeline.generated import Generated
from scanner.pipeline.parts import Trees, scanned_as
from scanner.pipeline.text import Dropped, TextScanner
from scanner.pipeline.unpack import outermost, texts_in


class _Seen(NamedTuple):
    """An object as one kind of file: a text scanned for YAML is read otherwise than one for code."""

    name: bytes
    kind: FileKind


@dataclass(slots=True)
class _New:
    """What was listed: the number of commits, trees with a path of each, and files."""

    commits: int = 0
    trees: list[tuple[bytes, str]] = field(default_factory=list)
    blobs: set[bytes] = field(default_factory=set)

    def add(self, one: Listed) -> None:
        if one.kind == "tree":
            self.trees.append((bytes.fromhex(one.name), one.path))
        elif one.kind == "blob":
            self.blobs.add(bytes.fromhex(one.name))
        elif one.kind == "commit":
            self.commits += 1


@dataclass(slots=True)
class Family:
    """What was scanned in one repository of a family, for the next. ``held`` are the objects with findings."""

    seen: set[_Seen] = field(default_factory=set)
    held: dict[_Seen, tuple[Placed, ...]] = field(default_factory=dict)
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
) -> ScanResult:
    """Every text that ``tips`` reach and ``since`` do not: files, and the messages of commits and tags.

    What ``family`` has seen is not scanned again; its findings are placed in this history.
    """
    started = time.monotonic()
    family = family if family is not None else Family()
    texts, size = family.texts, family.bytes
    skipped: list[Skipped] = []
    held: dict[str, tuple[Placed, ...]] = {}
    new = _New()
    try:
        for one, data in _texts(git, tips, since, family, context, skipped, new):
            key = _key(one)
            if data is not None:
                skipped += _scan(one, data, key, scanner=scanner, context=context, family=family)
            if key in family.held:
                held[one.name] = family.held[key]
        held |= _second_look(git, new, scanner, context, family)
    except GitError as error:
        skipped.append(Skipped("history", str(error)))
    # Judged first: only then is it known who silenced how much.
    findings = _in_head(git, _joined(_attributed(git, tips, since, held, context), context), held)
    summary = ScanSummary(
        target=git.where,
        texts=family.texts - texts,
        bytes=family.bytes - size,
        commits=new.commits,
        seconds=time.monotonic() - started,
        skipped=(*skipped, *scanner.skipped()),
        notes=context.notes,
    )
    return ScanResult(findings, summary)


def adopt(family: Family, git: Git, tips: Sequence[str], result: ScanResult) -> None:
    """Count as seen what a sweep of the whole history scanned.

    Objects at paths where something was found are left out: the next member scans them, for what they hold is known
    of the first place alone.
    """
    places = {place for finding in result.findings for place in finding.occurrences}
    paths = {outermost(place.path) for place in places if place.path}
    messages = {place.commit for place in places if not place.path}
    for one in listing.objects(git, tips):
        if one.kind != "tree" and one.path not in paths and one.name not in messages:
            family.seen.add(_key(one))


def _key(one: Listed) -> _Seen:
    return _Seen(bytes.fromhex(one.name), kind_of(one.path) if one.path else FileKind.OTHER)


def _texts(
    git: Git,
    tips: Sequence[str],
    since: Sequence[str],
    family: Family,
    context: Context,
    skipped: list[Skipped],
    new: _New,
) -> Iterator[tuple[Listed, bytes | None]]:
    """Every text with its bytes; None for one that the family has seen. What is listed is noted in ``new``."""
    with ObjectReader(git, limit=context.options.max_size) as reader:
        for one in chain(listing.objects(git, tips, since), _renamed(git, tips, since, new)):
            new.add(one)
            if one.kind == "missing":
                skipped.append(Skipped(one.name[:12], "the object is missing"))
            elif one.kind == "tree" or (one.path and context.excluded(one.path)):
                continue
            elif _key(one) in family.seen:
                yield one, None
            else:
                try:
                    data = lfs.content(git, reader.read(one.name).data, limit=context.options.max_size)
                except (TooLarge, MissingObject) as error:
                    skipped.append(Skipped(one.path or one.name[:12], str(error)))
                else:
                    yield one, data


def _renamed(git: Git, tips: Sequence[str], since: Sequence[str], new: _New) -> Iterator[Listed]:
    """Files that are not new where a new commit put them: under another name, other rules may read them."""
    if since and new.commits:
        listed = frozenset(new.blobs)
        for one in listing.brought(git, tips, since):
            if bytes.fromhex(one.blob) not in listed:
                yield Listed(one.blob, "blob", -1, one.path)


def _second_look(
    git: Git, new: _New, scanner: TextScanner, context: Context, family: Family
) -> dict[str, tuple[Placed, ...]]:
    """What is in new files that generators in new trees make parts of Secrets, by object."""
    found: dict[str, tuple[Placed, ...]] = {}
    with ObjectReader(git, limit=context.options.max_size) as reader:
        trees = Trees(lambda kind, name: _loaded(reader, kind, name), len(new.trees[0][0]) if new.trees else 0)
        for tree, folder in new.trees:
            for part in trees.parts(tree):
                path = f"{folder}/{part.path}" if folder else part.path
                if part.blob.hex() in found or part.blob not in new.blobs or context.excluded(path):
                    continue
                text = to_text(_loaded(reader, "blob", part.blob) or b"", path)
                matches = scanned_as(part, text, scanner)
                if matches:
                    made = tuple(placed(text, matches, context=context, rules=scanner.engine.rules))
                    found[part.blob.hex()] = family.held[_Seen(part.blob, kind_of(path))] = made
    return found


def _loaded(reader: ObjectReader, kind: str, name: bytes) -> bytes | None:
    try:
        found = reader.read(name.hex())
    except (TooLarge, MissingObject):
        return None
    return found.data if found.kind == kind else None


def _scan(
    one: Listed, data: bytes, key: _Seen, *, scanner: TextScanner, context: Context, family: Family
) -> list[Skipped]:
    """Scan one object; what an archive holds and was not read is given back."""
    missed: list[Skipped] = []
    family.seen.add(key)
    family.texts += 1
    family.bytes += len(data)
    if one.kind != "blob":
        # The head of a commit or tag is git's own; its message is what people write.
        texts: Iterable[Text] = (Text(data[data.find(b"\n\n") + 2 :], "", FileKind.PROSE),)
    else:
        texts = texts_in(data, one.path, context.options.archives, missed)
    made: list[Placed] = []
    for text in texts:
        matches = scanner.scan(text, dropped=Dropped.BESIDE)
        if matches:
            inside = text.path[len(one.path) :] if text.path != one.path else ""
            found = placed(text, matches, context=context, rules=scanner.engine.rules)
            # The object may have several paths; the way within it is the same at all of them.
            made += [replace(one, finding=replace(one.finding, path=inside)) for one in found] if inside else found
    if made:
        family.held[key] = tuple(made)
    return missed


def _attributed(
    git: Git, tips: Sequence[str], since: Sequence[str], held: dict[str, tuple[Placed, ...]], context: Context
) -> list[Placed]:
    """Each finding at the commits and paths that brought it, oldest first."""
    if not held:
        return []
    brought: dict[str, list[Brought]] = {}
    age: dict[str, int] = {}
    for one in listing.bringing(git, tips, since, frozenset(held)):
        age.setdefault(one.blob, len(age))
        brought.setdefault(one.blob, []).append(one)
    found = []
    for blob in sorted(held, key=lambda name: (age.get(name, len(age)), name)):
        places = brought.get(blob) or [Brought(blob, blob, "", "", "")]
        found += [_placed_at(made, place, context) for made in held[blob] for place in places]
    return found


def _placed_at(made: Placed, place: Brought, context: Context) -> Placed:
    """``made`` where ``place`` has it. A message has no path, and its object is the commit itself."""
    from scanner.suppress import Place, Sighting

    line = made.finding.position.line
    inside = made.finding.path if made.finding.path.startswith("!/") else ""
    path = place.path + inside if inside else place.path or made.finding.path
    finding = replace(
        made.finding,
        path=path,
        origin=Origin(place.commit, place.author, place.date),
        occurrences=(Occurrence(place.commit, path, line, "", place.date),),
        detail=dict(made.finding.detail),
    )
    claims = made.sighting.claims if made.sighting is not None else None
    return Placed(finding, None if claims is None else Sighting(claims, Place(path=context.inside(path), line=line)))


def _joined(found: Iterable[Placed], context: Context) -> tuple[Finding, ...]:
    """One finding a secret, at its first place; silenced only by what holds for all its places."""
    groups: dict[str, list[Placed]] = {}
    for one in found:
        groups.setdefault(one.finding.fingerprint, []).append(one)
    made = []
    for group in groups.values():
        first = group[0].finding
        verdict = context.suppressor.judge(first.rule, [one.sighting for one in group if one.sighting is not None])
        context.tally.add(verdict, first.fingerprint)
        finding = replace(
            first,
            severity=max(one.finding.severity for one in group),
            occurrences=tuple(dict.fromkeys(place for one in group for place in one.finding.occurrences)),
        )
        if verdict is not None:
            finding = replace(finding, status=verdict.status, status_reason=verdict.told)
        made.append(finding)
    return tuple(sorted(made, key=order))


def _in_head(git: Git, findings: Iterable[Finding], held: dict[str, tuple[Placed, ...]]) -> tuple[Finding, ...]:
    """Say of each finding whether a file of HEAD holds it."""
    if not held:
        return tuple(findings)
    head = listing.in_head(git)
    there = {made.finding.fingerprint for name in held.keys() & head.keys() for made in held[name]}
    return tuple(replace(finding, in_head=finding.fingerprint in there) for finding in findings)


def gone_from_head(
    git: Git, scanner: TextScanner, context: Context, places: Sequence[tuple[str, str]]
) -> tuple[str, ...]:
    """Those of the fingerprints in ``places`` (fingerprint, path) that HEAD holds at none of their paths."""
    wanted = {fingerprint for fingerprint, _ in places}
    there: set[str] = set()
    with ObjectReader(git, limit=context.options.max_size) as reader:
        generated = Generated(lambda path: file_at(reader, "HEAD", path))
        for path in sorted({outermost(path) for _, path in places if path}):
            data = file_at(reader, "HEAD", path) or b""
            for text in texts_in(data, path, context.options.archives, []):
                matches = scanner.scan(text, generated.role(path), dropped=Dropped.BESIDE)
                there |= {match.secret.fingerprint(match.rule, context.options.key) for match in matches}
    return tuple(sorted(wanted - there))
