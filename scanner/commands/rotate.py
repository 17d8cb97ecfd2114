"""Say how to rotate a secret without downtime: the provider's steps, and a runbook computed from the repository.

With a fingerprint (or its first 6 digits) the work tree is scanned for it, unless --findings names a report. With the
id of a rule or of a guide, its guide is shown. With --secret the runbook of that Kubernetes Secret is computed.
Exit code 3 means that the runbook is incomplete: it says what could not be resolved.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.commands.shared import fingerprint_key
from scanner.model.errors import ExitCode, GitError, UsageError

if TYPE_CHECKING:
    from scanner.model.finding import Finding
    from scanner.rotation.repository import Repository
    from scanner.rotation.runbook import Runbook

_FINGERPRINT = re.compile(r"[0-9a-f]{6,32}")

# Larger files are dumps, and no manifest anybody wrote.
_LARGEST = 32 * 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``unsealed rotate``."""
    parser.add_argument("target", nargs="?", metavar="FINGERPRINT|RULE|GUIDE", help="what to rotate")
    parser.add_argument("--secret", metavar="[NAMESPACE/]NAME[#KEY]", help="a Kubernetes Secret of this repository")
    parser.add_argument("--findings", metavar="FILE", help="look the fingerprint up in this report instead of scanning")
    parser.add_argument("--repository", default=".", metavar="PATH", help="where the manifests are (default: here)")
    parser.add_argument("--revision", metavar="REV", help="read the manifests of this commit instead of the work tree")
    parser.add_argument("--guide", metavar="ID", help="follow this guide instead of the rule's")
    parser.add_argument("-f", "--format", choices=("text", "json", "markdown"), default="text")
    parser.add_argument("-o", "--output", metavar="FILE", help="write to FILE")
    parser.add_argument("--explain", action="store_true", help="show how the times are counted, and from what")
    parser.add_argument(
        "--nodes", type=_count, metavar="N", help="the cluster's number of nodes, for times that depend on it"
    )
    parser.add_argument(
        "--startup", type=_count, default=10, metavar="SECONDS", help="how long a container takes to start (10)"
    )
    parser.add_argument(
        "--rules", action="append", default=[], metavar="DIR", help="more rules, beside the shipped ones"
    )
    parser.add_argument("--exit-zero", action="store_true", help="exit 0 even when something could not be resolved")


def _count(word: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"{word!r} is no whole number above 0")
    return int(word)


def run(args: argparse.Namespace) -> int:
    """Find what is meant, compute, write; the exit code."""
    if bool(args.target) == bool(args.secret):
        raise UsageError("give a fingerprint, a rule or a guide, or --secret NAMESPACE/NAME")
    if not Path(args.repository).exists():
        raise UsageError(f"--repository {args.repository}: there is no such folder")
    if args.guide:
        from scanner.rotation.guides import load_guide

        load_guide(args.guide)
    with _collector_paused():
        books = _of_secret(args) if args.secret else _of_target(args)
    _write(books, args)
    open_ = [line for book in books for line in book.unresolved]
    if open_ and not args.exit_zero:
        sys.stderr.write(f"unsealed: the runbook is incomplete: {len(open_)} not resolved, listed in it\n")
        return ExitCode.INCOMPLETE
    return ExitCode.CLEAN


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Without the search for circles of objects: an index has none, and looking took a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _of_secret(args: argparse.Namespace) -> list[Runbook]:
    from scanner.rotation.compose import Question, runbooks_for

    place, _, key = args.secret.partition("#")
    namespace, _, name = place.rpartition("/")
    if not name or "/" in namespace:
        raise UsageError(f"--secret {args.secret!a}: write NAMESPACE/NAME or NAMESPACE/NAME#KEY")
    repository, unread = _repository(args)
    question = Question(
        name, namespace, key, guide=args.guide or "", nodes=args.nodes, startup=args.startup
    )  # fmt: skip
    return _with_unread(runbooks_for(repository, question), unread)


def _of_target(args: argparse.Namespace) -> list[Runbook]:
    from scanner.rotation.guides import guide_ids

    target = args.target
    if args.findings or (_FINGERPRINT.fullmatch(target) and target not in guide_ids()):
        return _of_finding(args)
    return [_of_rule(args)]


def _of_rule(args: argparse.Namespace) -> Runbook:
    from scanner.rotation.advice import fill
    from scanner.rotation.compose import guide_book
    from scanner.rotation.guides import guide_ids, load_guide
    from scanner.ruleset.loader import load_rules
    from scanner.ruleset.location import rules_dir

    known = guide_ids()
    if args.target in known:
        return guide_book(fill(load_guide(args.guide or args.target), {}), args.target)
    rules = {source.rule.id: source.rule for source in load_rules([rules_dir(), *map(Path, args.rules)])}
    rule = rules.get(args.target)
    if rule is None:
        import difflib

        near = difflib.get_close_matches(args.target, [*rules, *known], 3)
        raise UsageError(
            f"{args.target!a} is no fingerprint, rule or guide" + (f"; near it: {', '.join(near)}" if near else "")
        )
    return guide_book(fill(load_guide(args.guide or rule.rotation), {}), rule.title)


def _of_finding(args: argparse.Namespace) -> list[Runbook]:
    from scanner.commands.exposure import exposure_of
    from scanner.rotation.advice import fill
    from scanner.rotation.compose import guide_book, runbooks_for
    from scanner.rotation.guides import guide_or_generic
    from scanner.rotation.locate import questions_for

    finding = _named_in(args) if args.findings else _scanned(args)
    repository, unread = _repository(args)
    exposure = exposure_of(finding, _root(args))
    books: list[Runbook] = []
    for question in questions_for(repository, finding):
        asked = replace(
            question, guide=args.guide or question.guide, exposure=exposure, nodes=args.nodes, startup=args.startup
        )  # fmt: skip
        books += runbooks_for(repository, asked)
    if not books:
        advice = fill(guide_or_generic(args.guide or finding.guide), finding.detail)
        books = [guide_book(advice, finding.title, finding=finding, exposure=exposure)]
    return _with_unread(books, unread)


def _named_in(args: argparse.Namespace) -> Finding:
    from scanner.report.reading import read_findings
    from scanner.report.reading.record import ReadOptions

    result = read_findings(args.findings, ReadOptions(key=fingerprint_key()))
    found = [finding for finding in result.findings if finding.fingerprint.startswith(args.target)]
    return _only(found, args.target, f"in {args.findings}")


def _scanned(args: argparse.Namespace) -> Finding:
    from scanner.commands.exposure import find_fingerprint

    found = find_fingerprint(args.target, _files(args, []), rules=args.rules, key=fingerprint_key())
    return _only(
        found, args.target,
        "in the work tree; if it stands in history only, save `unsealed history -f json -o FILE` and give --findings "
        "FILE",
    )  # fmt: skip


def _only(found: Sequence[Finding], target: str, where: str) -> Finding:
    distinct = {finding.fingerprint: finding for finding in found}
    if len(distinct) > 1:
        raise UsageError(f"{target} is the beginning of {len(distinct)} fingerprints: {', '.join(sorted(distinct))}")
    if not distinct:
        raise UsageError(f"no finding with the fingerprint {target} {where}")
    return next(iter(distinct.values()))


def _repository(args: argparse.Namespace) -> tuple[Repository, list[str]]:
    from scanner.rotation.reader import is_wanted_file
    from scanner.rotation.repository import index_repository

    unread: list[str] = []
    files = _files(args, unread, wanted=is_wanted_file)
    return index_repository(files), unread


def _with_unread(books: list[Runbook], unread: list[str]) -> list[Runbook]:
    return [replace(book, unresolved=(*book.unresolved, *unread)) for book in books] if unread else books


def _root(args: argparse.Namespace) -> str:
    from scanner.pipeline.context import enclosing_root

    # Outside of git the folder that was named is the root.
    root = enclosing_root(args.repository)
    return root if os.path.lexists(os.path.join(root, ".git")) else args.repository


class _All:
    """Takes every path."""

    def __call__(self, path: str) -> bool:
        return True


def _files(args: argparse.Namespace, unread: list[str], wanted: _Wanted | None = None) -> Iterator[tuple[str, bytes]]:
    """``(path, content)`` of the repository's files, paths from its root with ``/``."""
    chosen = wanted or _All()
    if args.revision:
        yield from _files_of_revision(_root(args), args.revision, chosen, unread)
        return
    root = _root(args)
    for path in _listed(root):
        if not chosen(path):
            continue
        full = os.path.join(root, path)
        try:
            if os.path.islink(full) or not os.path.isfile(full):
                continue
            if os.path.getsize(full) > _LARGEST:
                unread.append(f"{path}: larger than {_LARGEST >> 20} MB, not read")
                continue
            yield path, Path(full).read_bytes()
        except OSError as error:
            unread.append(f"{path}: cannot be read: {error.strerror}")


def _listed(root: str) -> Iterable[str]:
    """Tracked files and new ones that are not ignored; outside of git every file."""
    from scanner.git import worktree
    from scanner.git.run import Git, fields

    out = None
    try:
        out = Git(root).succeeds(*worktree.LISTED, "--cached", patience=worktree.PATIENCE)
    except GitError:
        pass
    if out is not None:
        return sorted({os.fsdecode(name) for name in fields(out)})
    from scanner.sources.files import walk

    return [os.path.relpath(path, root).replace(os.sep, "/") for path in walk(root).names]


def _files_of_revision(root: str, revision: str, wanted: _Wanted, unread: list[str]) -> Iterator[tuple[str, bytes]]:
    from scanner.git.objects import MissingObject, ObjectReader, TooLarge
    from scanner.git.run import Git, fields

    git = Git(root)
    out = git.succeeds("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}")
    if out is None:
        raise UsageError(f"--revision {revision!a}: there is no such commit here")
    listing = git.output("ls-tree", "-r", "-z", "--full-tree", out.decode().strip())
    with ObjectReader(git, limit=_LARGEST) as reader:
        for entry in fields(listing):
            meta, _, name = entry.partition(b"\t")
            mode, kind, blob = meta.decode().split()
            path = os.fsdecode(name)
            if kind != "blob" or mode == "120000" or not wanted(path):
                continue
            try:
                yield path, reader.read(blob).data
            except (MissingObject, TooLarge) as error:
                unread.append(f"{path}: {error}")


def _write(books: list[Runbook], args: argparse.Namespace) -> None:
    if args.format == "json":
        from scanner.rotation.view_json import json_view

        out = json_view(books, explain=args.explain)
    elif args.format == "markdown":
        from scanner.rotation.view_markdown import markdown_view

        out = markdown_view(books, explain=args.explain)
    else:
        from scanner.rotation.view_text import text_view

        out = text_view(books, explain=args.explain)
    if args.output and args.output != "-":
        try:
            Path(args.output).write_bytes(out.encode("utf-8", "replace"))
        except OSError as error:
            raise UsageError(f"--output {args.output}: cannot be written: {error.strerror}") from None
        return
    sys.stdout.buffer.write(out.encode("utf-8", "replace"))
    sys.stdout.flush()


if TYPE_CHECKING:
    from typing import Protocol

    class _Wanted(Protocol):
        def __call__(self, path: str) -> bool: ...
