"""Going through findings in a terminal: each is shown in its redacted context, and the answer is saved at once."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from scanner.commands.baselines.book import Book
from scanner.commands.baselines.context import context_lines
from scanner.commands.baselines.edit import incomplete, opened, save
from scanner.commands.baselines.survey import Surveyed, Target, add_survey_arguments, survey, target_of, today
from scanner.model.errors import ExitCode
from scanner.suppress.baseline_file import read_baseline
from scanner.suppress.entry import Entry, Key, checked_date

_ANSWERS = {"r": "real", "f": "false", "a": "accepted"}
_QUESTION = "[r]eal  [f]alse alarm  [a]ccepted  [s]kip  [b]ack  [q]uit  ? "
_SPAN = re.compile(r"(\d+)\s*([dwmy])\Z")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


def add_audit_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``audit``."""
    add_survey_arguments(parser)
    parser.add_argument("--all", action="store_true", help="also what has been decided before")
    parser.add_argument("--rule", metavar="ID", help="only findings of one rule")


def audit(args: argparse.Namespace) -> int:
    """Ask about every finding without a decision. What was answered is kept whenever the audit stops."""
    target = target_of(args)
    baseline = opened(target)
    seen = survey(args, target, baseline.salts)
    book = Book(baseline)
    waiting = [one for one in seen.found if _asks(one, book.about(one), args)]
    if not waiting:
        sys.stdout.write("nothing waits for a decision\n")
        return ExitCode.CLEAN if seen.complete else incomplete(seen.skipped, "there may be more to decide")
    dialogue = Dialogue(target, waiting)
    try:
        dialogue.run()
    except KeyboardInterrupt:
        sys.stdout.write("\n" + dialogue.summary())
        return ExitCode.INTERRUPTED
    sys.stdout.write(dialogue.summary())
    return ExitCode.CLEAN if seen.complete else incomplete(seen.skipped, "there may be more to decide")


def _asks(one: Surveyed, entries: Sequence[Entry], args: argparse.Namespace) -> bool:
    if args.rule and one.finding.rule != args.rule:
        return False
    if not entries:
        return not one.recorded.source
    return bool(args.all) or any(entry.decision == "open" or _expired(entry) for entry in entries)


def _expired(entry: Entry) -> bool:
    return bool(entry.expires) and entry.expires < today()


class Dialogue:
    """One sitting. ``ask`` reads a line and is replaced in tests; end of input is "quit"."""

    def __init__(self, target: Target, waiting: Sequence[Surveyed], ask: Callable[[str], str] = input) -> None:
        self._target = target
        self._waiting = waiting
        self._ask = ask
        self._decided: set[int] = set()

    def run(self) -> None:
        """From the first to the last, back and forth as the answers say."""
        at = 0
        while at < len(self._waiting):
            self._show(at)
            step = self._answer(at)
            if step == 0:
                return
            at = max(0, at + step)

    def summary(self) -> str:
        """What was done, in one line."""
        left = len(self._waiting) - len(self._decided)
        return f"{len(self._decided)} decided, {left} left; `unsealed baseline audit` goes on from here\n"

    def _answer(self, at: int) -> int:
        """How far to go from here; 0 ends the sitting."""
        while True:
            try:
                answer = self._ask(_QUESTION).strip().lower()[:1]
            except EOFError:
                return 0
            if answer in ("q", "s", "b"):
                return {"q": 0, "s": 1, "b": -1}[answer]
            if answer in _ANSWERS:
                try:
                    self._decide(at, _ANSWERS[answer])
                except EOFError:
                    return 0
                return 1

    def _decide(self, at: int, decision: str) -> None:
        one = self._waiting[at]
        entries = self._entries(one)
        first = entries[0]
        reason = self._field("reason", first.reason)
        owner = self._field("owner", first.owner)
        expires = self._date("" if _expired(first) else first.expires)
        # Read again: another terminal, or a merge, may have changed the file since.
        book = Book(read_baseline(Path(self._target.baseline), self._target.name))
        for entry in book.about(one) or entries:
            book.put(replace(entry, decision=decision, reason=reason, owner=owner, expires=expires))
        save(self._target, book.closed())
        self._decided.add(at)

    def _entries(self, one: Surveyed) -> list[Entry]:
        book = Book(read_baseline(Path(self._target.baseline), self._target.name))
        return book.about(one) or [Entry(key=Key(one.finding.rule, one.recorded.digests[0]))]

    def _field(self, name: str, present: str) -> str:
        answer = self._ask(f"{name}{f' [{present}]' if present else ''} (- for none): ").strip()
        return "" if answer == "-" else answer or present

    def _date(self, present: str) -> str:
        while True:
            text = read_date(self._field("expires, as 2027-01-31 or 90d", present), date.fromisoformat(today()))
            if text is not None:
                return text
            sys.stdout.write("a date from today on, or a number of days (d), weeks (w), months (m) or years (y)\n")

    def _show(self, at: int) -> None:
        sys.stdout.write("\n".join(self._lines(at)) + "\n")

    def _lines(self, at: int) -> Iterator[str]:
        one = self._waiting[at]
        finding = one.finding
        yield ""
        yield f"{at + 1} of {len(self._waiting)}  {finding.severity.label}  {finding.title}  [{finding.rule}]"
        paths = one.paths
        more = f" and {len(paths) - 1} more files" if len(paths) > 1 else ""
        yield f"{_printable(finding.path)}:{finding.position.line}{more}  {finding.redacted}"
        origin = finding.origin
        if origin.commit:
            yield f"since {origin.commit[:12]} by {_printable(origin.author)} on {origin.date[:10]}"
        yield from context_lines(self._target.root, finding)
        for entry in self._entries(one):
            if entry.decision != "open" or _expired(entry):
                words = (entry.decision, entry.owner, entry.reason, f"until {entry.expires}" if entry.expires else "")
                yield "decided before: " + _printable(", ".join(word for word in words if word))


def read_date(text: str, start: date) -> str | None:
    """An ISO date for what was typed, empty for nothing, None for what is no date or has passed."""
    if not text:
        return ""
    span = _SPAN.match(text.lower())
    if span:
        try:
            return (start + timedelta(days=int(span[1]) * _DAYS[span[2]])).isoformat()
        except OverflowError:
            return None
    try:
        return checked_date(text) if text >= start.isoformat() else None
    except ValueError:
        return None


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)
