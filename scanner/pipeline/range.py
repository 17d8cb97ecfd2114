"""What a range of commits adds: a pull request in CI, a push. New is what is there after and was not before."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from scanner.git import changes, revisions
from scanner.git.objects import MissingObject, ObjectReader, TooLarge, file_at
from scanner.git.revisions import Range
from scanner.git.run import Git
from scanner.model.errors import GitError
from scanner.model.match import Detector
from scanner.model.result import ScanResult, ScanSummary, Skipped
from scanner.pipeline.context import Context
from scanner.pipeline.generated import Generated
from scanner.pipeline.listed import scan_listed
from scanner.pipeline.text import TextScanner
from scanner.pipeline.unpack import texts_in

# A range can have many edges (a merge of long-lived branches); so many are compared with.
_MOST_EDGES = 16


def scan_range(git: Git, scanner: TextScanner, context: Context, commits: Range) -> ScanResult:
    """Every text of every commit in the range, without what the commits just before it held already.

    A secret that one commit adds and the next removes counts: it is in the history that would be published.
    """
    if not commits.tips:
        return ScanResult((), ScanSummary(target="nothing"))
    result = scan_listed(git, scanner, context, tips=commits.tips, since=commits.since, newest=commits.tips)
    cut = revisions.cut_inside(git, commits)
    if cut:
        missing = Skipped("the range", cut)
        result = result._replace(summary=result.summary._replace(skipped=(*result.summary.skipped, missing)))
    if not result.findings:
        return result
    try:
        old = _before(git, scanner, context, commits)
    except GitError:
        untold = Skipped("what was there before the range", "cannot be read, so that what was found may be older")
        return result._replace(summary=result.summary._replace(skipped=(*result.summary.skipped, untold)))
    return result._replace(findings=tuple(finding for finding in result.findings if finding.fingerprint not in old))


def _before(git: Git, scanner: TextScanner, context: Context, commits: Range) -> frozenset[str]:
    """Fingerprints of the secrets in the files as they were before the range touched them."""
    found: set[str] = set()
    done: set[str] = set()
    # A tag may name a file, which was nowhere before.
    tips = [tip for tip in commits.tips if git.succeeds("cat-file", "-e", f"{tip}^{{tree}}") is not None]
    with ObjectReader(git, limit=context.options.max_size) as reader:
        for edge in revisions.boundary(git, commits)[:_MOST_EDGES]:
            generated = Generated(partial(file_at, reader, edge))
            for tip in tips:
                for name, path in {change.before: change.path for change in changes.between(git, edge, tip)}.items():
                    if name and name not in done:
                        done.add(name)
                        role = generated.role(path)
                        found.update(_fingerprints(reader, scanner, context, name=name, path=path, role=role))
    return frozenset(found)


def _fingerprints(
    reader: ObjectReader, scanner: TextScanner, context: Context, *, name: str, path: str, role: Detector | None
) -> Iterable[str]:
    try:
        data = reader.read(name).data
    except (MissingObject, TooLarge):
        return ()
    return [
        match.secret.fingerprint(match.rule, context.options.key)
        for text in texts_in(data, path, context.options.archives, [])
        for match in scanner.scan(text, role)
        if not match.reason
    ]
