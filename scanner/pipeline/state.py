"""A sweep remembered in a file: where history ended then, and what was found. The next scans only what came since.

The file is one JSON object and holds findings as reports do, redacted. It is believed only when the same rules,
options and settings are in force and every commit that was swept is still in history; otherwise all is swept anew,
and the summary says why.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from scanner.git.layout import HEAD, layout
from scanner.git.run import Git
from scanner.git.tips import Tips, is_behind, lost, tips
from scanner.model.errors import ConfigError, UsageError
from scanner.model.finding import Finding
from scanner.model.result import ScanResult, Skipped
from scanner.pipeline.context import Context
from scanner.pipeline.listed import scan_listed, still_in_head
from scanner.pipeline.ruleprint import options_print, rules_digest
from scanner.pipeline.text import TextScanner
from scanner.report.interface import ReportOptions
from scanner.report.jsons import encode, finding_record
from scanner.report.reading.combine import merge
from scanner.report.reading.ours import read_lines
from scanner.report.reading.record import ReadOptions, Record
from scanner.suppress.store import write_whole

_FORMAT = 2
_SILENCED = ("allowed", "baseline")


class _Remembered(NamedTuple):
    """The tips that were swept and HEAD (object names), and the findings then; ``why`` there are none."""

    tips: tuple[str, ...] = ()
    head: str = ""
    findings: tuple[Finding, ...] = ()
    why: str = ""


def scan_remembering(
    git: Git, scanner: TextScanner, context: Context, path: str, everything: Callable[[], ScanResult]
) -> ScanResult:
    """What ``everything`` finds, with the help of the state in the file ``path``, which is brought up to date.

    Raises UsageError for a file that cannot be written, before anything is scanned.
    """
    file = Path(path)
    there = file.exists()
    if not os.access(file if there else file.absolute().parent, os.W_OK) or (there and not file.is_file()):
        raise UsageError(f"--state {path}: cannot be written")
    stamp = _stamp(scanner, context)
    ends = tips(git)
    head = (git.succeeds("rev-parse", "--verify", "--quiet", HEAD) or b"").decode("ascii").strip()
    known = _read(file, stamp)
    why = known.why or _unusable(git, known, ends)
    result = _since(git, scanner, context, known, ends) if known.tips and not why else None
    if result is None:
        context.judge_again()
        why = why or (known.tips and "what is said of a secret now goes for older versions too") or ""
        result = everything()
        if why:
            result = _noted(result, f"{path}: {why}, so all of history was swept")
    else:
        count = "1 finding is" if len(known.findings) == 1 else f"{len(known.findings)} findings are"
        result = _noted(result, f"only what is new since the last sweep was scanned: {count} from {path}")
    if not any(skipped.blocking for skipped in result.summary.skipped):
        try:
            _write(file, stamp, ends, head, result)
        except ConfigError as error:
            # What was found is told all the same; what was swept is not known the next time.
            unwritten = Skipped("--state", str(error))
            result = result._replace(summary=result.summary._replace(skipped=(*result.summary.skipped, unwritten)))
    return result


def _since(git: Git, scanner: TextScanner, context: Context, known: _Remembered, ends: Tips) -> ScanResult | None:
    """What is ``known`` and what came since; None where what came since changes what counts of what is known."""
    new = scan_listed(git, scanner, context, tips=ends.names, since=known.tips)
    there = still_in_head(git, scanner, context, known.findings)
    silenced = [one for one in known.findings if one.status in _SILENCED]
    # What a mark in the newest version silenced may have an older one without it.
    if any(one.in_head and one.fingerprint not in there for one in silenced):
        return None
    # On another branch a mark may count that did not before.
    if any(one.in_head is False and one.fingerprint in there for one in known.findings):
        return None
    if silenced and not is_behind(git, known.head, HEAD):
        return None
    if _disagree(known.findings, new.findings):
        return None
    earlier = tuple(
        replace(one, in_head=False) if one.in_head and one.fingerprint not in there else one for one in known.findings
    )
    joined = merge((ScanResult(earlier, new.summary), new))
    return ScanResult(joined.findings, new.summary._replace(target=git.where or "."))


def _disagree(known: Iterable[Finding], new: Iterable[Finding]) -> bool:
    """True when a secret is silenced in one and not in the other, and a sweep would not tell by each alone.

    Where one file has a mark and another, older one has none, it is not silenced whatever is new in the first.
    """
    before = {one.fingerprint: one for one in known if one.status != "dropped"}
    for one in new:
        was = before.get(one.fingerprint)
        if was is None or one.status in (was.status, "dropped"):
            continue
        if was.status in _SILENCED or not _paths(was).isdisjoint(_paths(one)):
            return True
    return False


def _paths(finding: Finding) -> set[str]:
    return {place.path for place in finding.occurrences}


def _unusable(git: Git, known: _Remembered, ends: Tips) -> str:
    """Why what is ``known`` cannot be built upon."""
    if not known.tips:
        return ""
    if layout(git).shallow:
        return "this is a shallow clone"
    return lost(git, known.tips, ends.names)


def _noted(result: ScanResult, note: str) -> ScanResult:
    return result._replace(summary=result.summary._replace(notes=(*result.summary.notes, note)))


def _stamp(scanner: TextScanner, context: Context) -> str:
    """Changes with everything that decides what is found and what of it counts."""
    digest = hashlib.sha256(rules_digest(scanner, context.options).encode())
    digest.update(hashlib.sha256(b"unsealed state key\0" + context.options.key).digest())
    # A sweep that the time cut short is not remembered, and what is remembered is redacted whatever is shown.
    digest.update(options_print(context.options._replace(max_time=0, show_secrets=False)))
    digest.update(repr(sorted(context.silencing.items())).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _read(file: Path, stamp: str) -> _Remembered:
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return _Remembered()
    except (OSError, UnicodeDecodeError):
        return _Remembered(why="it cannot be read")
    try:
        top = Record(json.loads(text))
    except (ValueError, RecursionError):
        return _Remembered(why="it is damaged")
    state = top.record("state")
    if not state or state.number("format") != _FORMAT:
        return _Remembered(why="it is of another version, or no state file")
    if state.text("stamp") != stamp:
        return _Remembered(why="rules, options or settings have changed since")
    findings = tuple(read_lines(top.records("findings"), ReadOptions()))
    # What a baseline silenced may have expired overnight, and only a new look can tell.
    if state.text("day") != _today() and any(one.status not in ("new", "dropped") for one in findings):
        return _Remembered(why="it is of another day, and entries of a baseline may have expired")
    return _Remembered(tuple(state.texts("tips")), state.text("head"), findings)


def _write(file: Path, stamp: str, ends: Tips, head: str, result: ScanResult) -> None:
    options = ReportOptions()
    state = {"format": _FORMAT, "stamp": stamp, "day": _today(), "tips": list(ends.names), "head": head}
    findings = [finding_record(finding, options) for finding in result.findings]
    write_whole(file, encode({"state": state, "findings": findings}).encode("ascii") + b"\n")


def _today() -> str:
    return time.strftime("%Y-%m-%d")
