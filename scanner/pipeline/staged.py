"""The hook: what a commit would add. New is what is there after and was not there before."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from scanner.git import lfs
from scanner.git.changes import Change
from scanner.git.objects import MissingObject, ObjectReader, TooLarge, file_at
from scanner.git.run import Git
from scanner.model.result import ScanResult, ScanSummary, Skipped
from scanner.model.text import Text
from scanner.pipeline.context import Context
from scanner.pipeline.generated import Generated
from scanner.pipeline.text import Dropped, TextScanner
from scanner.pipeline.unpack import texts_in

if TYPE_CHECKING:
    from scanner.model.finding import Finding
    from scanner.model.match import Match
    from scanner.pipeline.findings import Placed

Identity = tuple[str, bytes]


class ChangeScanner:
    """Scans the blobs of a list of changes and tells what is new in them."""

    def __init__(self, scanner: TextScanner, reader: ObjectReader, context: Context) -> None:
        self._scanner = scanner
        self._reader = reader
        self._context = context
        self._generated = Generated(self._beside)
        self.skipped: list[Skipped] = []
        self.texts = 0
        self.bytes = 0

    def added(self, changed: Sequence[Change], *, others: Sequence[str] = ()) -> list[Placed]:
        """Findings in the new blobs that the old ones do not account for.

        A secret counts as old as often as it stood in any blob that these changes replace or delete, so
        moved lines and renamed files are silent. ``others`` are further commits (the other parents of a
        merge) whose versions of the same paths count as old too.
        """
        after = [
            (change, text, matches)
            for change in changed
            if change.after
            for text, matches in self._matches(change.after, change.path)
            if any(not match.reason for match in matches)
        ]
        if not after:
            return []
        old = self._old(changed, [change for change, _, _ in after], others)
        return list(self._surplus(after, old))

    def all(self, files: Iterable[Change]) -> list[Placed]:
        """Every finding in the ``after`` blobs."""
        return [
            one
            for change in files
            for text, matches in self._matches(change.after, change.path)
            for one in self._placed(text, matches, matches)
        ]

    def _matches(self, name: str, path: str, *, blocking: bool = True) -> Iterator[tuple[Text, list[Match]]]:
        try:
            found = self._reader.read(name)
        except (TooLarge, MissingObject) as error:
            # Another parent of a merge need not have the file.
            if isinstance(error, TooLarge) or ":" not in name:
                self.skipped.append(Skipped(path, str(error), blocking))
            return
        self.bytes += found.size
        # What an old version hides is not missing from the scan of the new one.
        unread = self.skipped if blocking else []
        data = lfs.content(self._reader.git, found.data, limit=self._context.options.max_size)
        for text in texts_in(data, path, self._context.options.archives, unread):
            self.texts += 1
            yield text, self._scanner.scan(text, self._generated.role(path), dropped=Dropped.BESIDE)

    def _beside(self, path: str) -> bytes | None:
        """What the index has at ``path``."""
        return file_at(self._reader, "", path)

    def _old(self, changed: Sequence[Change], touched: Sequence[Change], others: Sequence[str]) -> Counter[Identity]:
        """How often each secret stood in the blobs before; for merges, the most any parent had."""
        old = self._count((change.before, change.path) for change in changed if change.before)
        for commit in others:
            old |= self._count((f"{commit}:{change.path}", change.path) for change in touched)
        return old

    def _count(self, names: Iterable[tuple[str, str]]) -> Counter[Identity]:
        counted: Counter[Identity] = Counter()
        for name, path in names:
            if "\n" in name:
                continue
            for _, matches in self._matches(name, path, blocking=False):
                counted.update(identity(match) for match in matches if not match.reason)
        return counted

    def _surplus(self, after: Sequence[tuple[Change, Text, list[Match]]], old: Counter[Identity]) -> Iterator[Placed]:
        """Findings beyond what ``old`` accounts for; places that had the secret before use it up first."""
        left = Counter(old)
        for _, text, matches in sorted(after, key=lambda scanned: not scanned[0].before):
            new = []
            for match in matches:
                if not match.reason and left[identity(match)] > 0:
                    left[identity(match)] -= 1
                else:
                    new.append(match)
            yield from self._placed(text, new, matches)

    def _placed(self, text: Text, matches: Sequence[Match], among: Sequence[Match]) -> list[Placed]:
        from scanner.pipeline.findings import placed_among

        return placed_among(text, matches, among, context=self._context, rules=self._scanner.engine.rules)


def identity(match: Match) -> Identity:
    """What makes two matches the same secret. In memory only: it holds the raw value."""
    return match.rule, match.secret.essence()


def scan_changes(
    git: Git, scanner: TextScanner, context: Context, *, changed: Sequence[Change], everything: bool = False
) -> ScanResult:
    """What the index's ``changed`` entries add; with ``everything``, all that is in them.

    Raises GitError when git cannot be relied on.
    """
    started = time.monotonic()
    with ObjectReader(git, limit=context.options.max_size) as reader:
        run = ChangeScanner(scanner, reader, context)
        found = run.all(changed) if everything else run.added(changed, others=merge_heads(git))
    findings = _settled(found, context) if found else ()
    summary = ScanSummary(
        target="index",
        texts=run.texts,
        bytes=run.bytes,
        seconds=time.monotonic() - started,
        skipped=(*run.skipped, *scanner.skipped()),
        notes=context.notes if found else context.settings_notes,
    )
    return ScanResult(findings, summary)


def _settled(found: Sequence[Placed], context: Context) -> tuple[Finding, ...]:
    from scanner.pipeline.findings import settled

    return settled(found, context)


def merge_heads(git: Git) -> list[str]:
    """The commits being merged, when the commit to come is a merge."""
    out = git.succeeds("rev-parse", "--verify", "--quiet", "MERGE_HEAD")
    if out is None:
        return []
    path = git.output("rev-parse", "--git-path", "MERGE_HEAD").decode("utf-8", "surrogateescape").rstrip("\n")
    try:
        with open(path, encoding="ascii") as file:
            return file.read().split()
    except (OSError, ValueError):
        return [out.decode().strip()]
