"""Taking over what another scanner was told to ignore: by value, so that it survives moved lines."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from scanner.commands.baselines.book import Book
from scanner.commands.baselines.edit import check_expiry, incomplete, save, say
from scanner.commands.baselines.survey import Survey, Surveyed, Target, add_survey_arguments, survey, target_of
from scanner.model.errors import ConfigError, ExitCode, UsageError
from scanner.model.plural import plural
from scanner.suppress.baseline_file import Baseline, baseline_of, read_baseline, read_bytes
from scanner.suppress.detect_secrets import LABELS
from scanner.suppress.digest import Salt
from scanner.suppress.discover import REPOSITORY_FILES
from scanner.suppress.entry import Entry, Key
from scanner.suppress.interchange import from_json, looks_like_export
from scanner.suppress.merge import merge

_NAMED = 5


def add_import_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``import``."""
    add_survey_arguments(parser)
    parser.add_argument("files", nargs="*", metavar="FILE", help="what to take over; none means all that are found")
    parser.add_argument("--owner", default="", metavar="NAME", help="who answers for what is taken over")
    parser.add_argument("--expires", default="", metavar="DATE", help="the last day on which it is accepted")
    parser.add_argument("-n", "--dry-run", action="store_true", help="only say what would be taken over")


def import_(args: argparse.Namespace) -> int:
    """Scan with the other tools' files in force, and write down what they silence."""
    check_expiry(args.expires)
    target = target_of(args)
    baseline = _present(target)
    exported = [path for path in args.files if _is_export(path)]
    if exported:
        return _restore(args, target, baseline, exported)
    names, given = _sources(args, target)
    seen = survey(args, target, baseline.salts, foreign=given)
    book = Book(baseline)
    book.use_first_salt(seen.found)
    taken = dict.fromkeys(names, 0)
    for one in seen.found:
        source = one.recorded.source
        if source in taken and one.finding.status in ("baseline", "allowed"):
            taken[source] += 1
            if not book.about(one):
                book.put(_entry(one, args))
    for line in (*_told(taken, seen), *_left(names, seen)):
        say(args, line)
    if not args.dry_run:
        save(target, book.closed())
        say(args, f"{target.name}: {plural(len(book.closed()), 'entry')}")
    return ExitCode.CLEAN if seen.complete else incomplete(seen.skipped, "what was not looked at was not taken over")


def _present(target: Target) -> Baseline:
    if os.path.exists(target.baseline):
        return read_baseline(Path(target.baseline), target.name)
    return baseline_of([Salt.fresh()], [])


def _sources(args: argparse.Namespace, target: Target) -> tuple[list[str], list[str]]:
    """The names of the sources to take over, and those of them that a scan does not find by itself."""
    if not args.files:
        names = [name for name in REPOSITORY_FILES if os.path.exists(os.path.join(target.root, name))]
        if not names:
            raise UsageError(f"none of {', '.join(REPOSITORY_FILES[:5])} … is in {target.root}: name the file")
        return names, []
    names, given = [], []
    for path in args.files:
        if not os.path.isfile(path):
            raise UsageError(f"{path}: there is no such file")
        inside = os.path.relpath(os.path.abspath(path), target.root).replace(os.sep, "/")
        usual = inside in REPOSITORY_FILES
        names.append(inside if usual else path)
        given += [] if usual else [path]
    return names, given


def _entry(one: Surveyed, args: argparse.Namespace) -> Entry:
    told = one.recorded.told
    decision = "accepted" if one.finding.status == "allowed" else "open"
    for label, meant in ((True, "real"), (False, "false")):
        if told.endswith(LABELS[label]):
            decision = meant
    key = Key(one.finding.rule, one.recorded.digests[0])
    return Entry(key=key, decision=decision, owner=args.owner, expires=args.expires, reason=f"from {told}")


def _told(taken: dict[str, int], seen: Survey) -> Iterable[str]:
    for name, number in taken.items():
        yield f"{name}: {plural(number, 'finding')} taken over"
    yield from seen.context.carried_notes


def _left(names: Sequence[str], seen: Survey) -> Iterable[str]:
    """Entries of the other files that speak of nothing we find: named, since nothing of them is kept."""
    for name in names:
        entries: list[str] = []
        for source in seen.context.suppressor.sources:
            listed = getattr(source, "names", None)
            if source.name == name and listed is not None:
                entries += listed()
        unused = [entry for entry in entries if (name, entry) not in seen.tally.spoken]
        if unused:
            rest = f" and {len(unused) - _NAMED} more" if len(unused) > _NAMED else ""
            shown = "; ".join(unused[:_NAMED])
            yield f"{name}: {len(unused)} of {len(entries)} entries speak of nothing that is found here: {shown}{rest}"


def _is_export(path: str) -> bool:
    content = read_bytes(Path(path), path)
    if not content.lstrip().startswith(b"{"):
        return False
    try:
        return looks_like_export(json.loads(content))
    except (ValueError, RecursionError):
        raise ConfigError(f"{path}: damaged: it is no JSON") from None


def _restore(args: argparse.Namespace, target: Target, baseline: Baseline, paths: Sequence[str]) -> int:
    """Entries that we exported ourselves come back as they were; no scan is needed."""
    if len(paths) != len(args.files):
        raise UsageError("our own exports and files of other tools are imported one after the other")
    for path in paths:
        baseline = merge(None, baseline, from_json(read_bytes(Path(path), path), path))
    if not args.dry_run:
        save(target, baseline)
    sys.stdout.write(f"{target.name}: {plural(len(baseline), 'entry')}\n" if not args.quiet else "")
    return ExitCode.CLEAN
