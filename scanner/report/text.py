"""The report on a terminal: compact, redacted, and about what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import BinaryIO

from scanner.model.finding import Finding
from scanner.model.plural import plural
from scanner.model.result import ScanResult, ScanSummary
from scanner.report.interface import ReportOptions
from scanner.report.nextsteps import COMPARISON, FALSE_ALARM, next_steps, stops_silently_when_clean
from scanner.report.plain import clip, clip_middle, log_line, named, visible, visible_line, width_of
from scanner.report.terminal import SEVERITY_STYLE, Paint, paint_for, width_for
from scanner.report.words import advice_for, open_findings, rule_text, scanned, tally, worst_first

_DEFAULT_LIMIT = 50
_PLACES_SHOWN = 3
_STEPS_SHOWN = 3
_GUIDES_SHOWN = 5
_SKIPS_SHOWN = 10
_SILENCED = ("baseline", "allowed")


class TextReporter:
    """Findings as blocks, or in groups (``--group-by``); says nothing at all for a clean commit."""

    name = "text"

    def write(self, result: ScanResult, out: BinaryIO, options: ReportOptions) -> None:
        """Writes in ``options.encoding``; what that cannot express is written as an escape."""
        page = _Page(paint_for(out, options), width_for(out, options), options)
        lines = (log_line(line) + "\n" for line in page.lines(result))
        out.writelines(line.encode(options.encoding, "backslashreplace") for line in lines)


class _Page:
    """The lines of one report."""

    def __init__(self, paint: Paint, width: int, options: ReportOptions) -> None:
        self._paint = paint
        self._width = width
        self._options = options
        self._explained: set[str] = set()

    def lines(self, result: ScanResult) -> Iterator[str]:
        found = worst_first(self._shown(result))
        missing = any(skipped.blocking for skipped in result.summary.skipped)
        quiet = self._options.verbosity < 0
        silent = quiet or (self._options.verbosity == 0 and stops_silently_when_clean(self._options.setting))
        if silent and not found and not missing:
            # A clean commit says nothing, unless it is clean because somebody said so.
            if not quiet:
                yield from self._notes(result.summary)
            return
        if quiet:
            yield from self._short(found)
        elif self._options.group_by != "secret":
            from scanner.report.grouped import grouped_lines

            yield from grouped_lines(found, paint=self._paint, width=self._width, options=self._options)
        else:
            yield from self._blocks(found)
        if found and not quiet:
            yield from self._next_steps(found)
        yield from self._others(result)
        yield from self._skipped(result.summary)
        if not quiet:
            yield from self._notes(result.summary)
            yield self._last_line(result, found)

    def _shown(self, result: ScanResult) -> Iterable[Finding]:
        """Open findings; of a comparison only what is new, the rest is counted."""
        if self._options.setting == COMPARISON:
            return (finding for finding in result.findings if finding.status == "new")
        return open_findings(result.findings)

    def _short(self, found: Sequence[Finding]) -> Iterator[str]:
        for finding in found:
            yield one_line(finding, self._paint)

    def _blocks(self, found: Sequence[Finding]) -> Iterator[str]:
        limit = _DEFAULT_LIMIT if self._options.limit is None else self._options.limit or len(found)
        for finding in found[:limit]:
            yield from self._block(finding)
            yield ""
        if len(found) > limit:
            hint = "--limit 0 shows all, --group-by rule sums up, -f html=report.html makes a page."
            yield self._paint(f"... and {len(found) - limit:,} more. {hint}", "bold")
            yield ""

    def _block(self, finding: Finding) -> Iterator[str]:
        paint, style = self._paint, SEVERITY_STYLE[finding.severity]
        label, rule = paint(finding.severity.label, style), paint(f"[{finding.rule}]", "dim")
        yield f"{label}  {paint(finding.title, 'bold')}  {rule}"
        yield "  " + paint(place(finding), "cyan")
        yield from self._excerpt(finding, style)
        if self._options.show_secrets and finding.secret is not None:
            yield "  value: " + paint(finding.secret, style)
        for fact in self._facts(finding):
            yield from self._wrapped(fact, indent="  ", style="dim")
        yield from self._what_it_is(finding.rule)

    def _excerpt(self, finding: Finding, style: str) -> Iterator[str]:
        if not finding.excerpt:
            yield "  " + self._paint(finding.redacted, style)
            return
        number = str(finding.position.line)
        line, start, shown = excerpt_window(finding, max(20, self._width - len(number) - 6))
        yield f"  {self._paint(number, 'dim')} | {self._paint(line)}"
        if shown:
            yield f"  {' ' * len(number)} | {' ' * start}{self._paint('^' * shown, style)}"

    def _facts(self, finding: Finding) -> Iterator[str]:
        facts = [f"confidence {finding.confidence.label}"]
        facts += [f"{key} {value}" for key, value in finding.detail.items()]
        if finding.origin.commit:
            by = ", ".join(part for part in (finding.origin.author, finding.origin.date[:10]) if part)
            facts.append(f"since {finding.origin.commit[:10]}" + (f" ({by})" if by else ""))
        if finding.in_head is not None:
            facts.append("still in HEAD" if finding.in_head else "no longer in HEAD")
        if finding.status_reason:
            # Of an open finding the reason is what silenced it until it expired.
            facts.append(f"silenced before by {finding.status_reason}")
        if self._options.verbosity > 0:
            facts += [f"fingerprint {finding.fingerprint}"]
            facts += [f"on {', '.join(finding.refs)}"] if finding.refs else []
        yield "; ".join(facts)
        first = (named(finding.path, finding.origin.commit), finding.position.line)
        places = dict.fromkeys((named(place.path, place.commit), place.line) for place in finding.occurrences)
        others = [place for place in places if place != first]
        if others:
            shown = others if self._options.verbosity > 0 else others[:_PLACES_SHOWN]
            more = f" and {len(others) - len(shown):,} more" if len(shown) < len(others) else ""
            yield "also in " + ", ".join(f"{path}:{line}" for path, line in shown) + more

    def _what_it_is(self, rule: str) -> Iterator[str]:
        if rule in self._explained:
            return
        self._explained.add(rule)
        yield from self._wrapped(str(rule_text(rule, self._options).get("description", "")), indent="  ")

    def _next_steps(self, found: Sequence[Finding]) -> Iterator[str]:
        paint = self._paint
        yield paint("What to do", "bold")
        for sentence in next_steps(self._options.setting):
            yield from self._wrapped(sentence, indent="  ")
        yield from self._wrapped(FALSE_ALARM, indent="  ", style="dim")
        guides = {finding.guide or finding.rule: finding for finding in reversed(found)}
        shown = list(reversed(guides.values()))
        for finding in shown[:_GUIDES_SHOWN]:
            yield from self._rotation(finding)
        if len(shown) > _GUIDES_SHOWN:
            yield f"  {plural(len(shown) - _GUIDES_SHOWN, 'more guide')}: `unsealed rotate RULE` shows each."
        yield ""

    def _rotation(self, finding: Finding) -> Iterator[str]:
        advice = advice_for(finding, self._options)
        steps = advice["steps"]
        if not steps:
            return
        yield self._paint(f"Rotate: {finding.title}", "bold")
        yield from self._wrapped(advice["summary"], indent="  ", style="dim")
        for number, step in enumerate(steps[:_STEPS_SHOWN], 1):
            yield from self._wrapped(step, indent=f"  {number}. ")
        if self._options.describe is None or rule_text(finding.rule, self._options):
            more = f"all {len(steps)} steps" if len(steps) > _STEPS_SHOWN else "with commands and links"
            yield self._paint(f"  unsealed rotate {finding.rule}   ({more})", "dim")
        elif len(steps) > _STEPS_SHOWN:
            # A rule of another tool, which `rotate` does not know.
            yield self._paint(f"  and {plural(len(steps) - _STEPS_SHOWN, 'more step')}: -f markdown shows all", "dim")

    def _others(self, result: ScanResult) -> Iterator[str]:
        """What is no open finding: judged no secret (asked for with --show-dropped), known, allowed, gone."""
        listed = {"dropped", "gone"} | ({"baseline", "allowed"} if self._options.verbosity > 0 else set())
        if self._options.setting == COMPARISON and self._options.verbosity > 0:
            listed.add("unchanged")
        for finding in result.findings:
            if finding.status in listed:
                why = f"{finding.status}: {finding.status_reason}" if finding.status_reason else finding.status
                yield f"{one_line(finding, self._paint)}  {self._paint(why, 'yellow')}"

    def _skipped(self, summary: ScanSummary) -> Iterator[str]:
        blocking = [skipped for skipped in summary.skipped if skipped.blocking]
        shown = list(summary.skipped) if self._options.verbosity > 0 else blocking[:_SKIPS_SHOWN]
        for skipped in shown:
            yield f"{self._paint('not scanned', 'yellow')}  {self._paint(skipped.what)}: {self._paint(skipped.why)}"
        if len(blocking) > _SKIPS_SHOWN and self._options.verbosity <= 0:
            yield self._paint(f"not scanned  {len(blocking) - _SKIPS_SHOWN:,} more; -v lists them", "yellow")

    def _notes(self, summary: ScanSummary) -> Iterator[str]:
        for note in summary.notes:
            yield "note  " + self._paint(note)

    def _last_line(self, result: ScanResult, found: Sequence[Finding]) -> str:
        skipped = result.summary.skipped
        blocking = sum(one.blocking for one in skipped)
        if self._options.setting == COMPARISON:
            counts = Counter(finding.status for finding in result.findings)
            return ", ".join(f"{counts[status]:,} {status}" for status in ("new", "gone", "unchanged"))
        known = sum(finding.status in ("baseline", "allowed") for finding in result.findings)
        clean = self._paint("no secrets", "yellow" if blocking else "green")
        verdict = self._paint(tally(found), "alarm") if found else clean
        looked_at = scanned(result.summary)
        parts = [f"{verdict} in {looked_at}" if looked_at else verdict]
        if known:
            parts.append(f"{known:,} known or allowed")
        if blocking:
            parts.append(self._paint(f"incomplete: {blocking:,} not scanned", "yellow"))
        elif skipped:
            parts.append(f"{len(skipped):,} left out" + ("" if self._options.verbosity > 0 else " (-v)"))
        return "; ".join(parts)

    def _wrapped(self, text: str, *, indent: str, style: str = "") -> Iterator[str]:
        room = max(20, self._width - len(indent))
        for number, line in enumerate(wrap(visible(text), room, break_on_hyphens=False)):
            yield (indent if number == 0 else " " * len(indent)) + self._paint(line, style)


def place(finding: Finding) -> str:
    """``path:line:column``, with the repository before it where several were scanned."""
    where = f"{named(finding.path, finding.origin.commit)}:{finding.position.line}:{finding.position.column}"
    return f"{finding.repository} {where}" if finding.repository else where


def one_line(finding: Finding, paint: Paint, width: int = 0) -> str:
    """A finding for lists: severity, place, title, redacted value. ``width`` is 0 for as long as it takes."""
    where = visible(place(finding))
    if width:
        where = clip_middle(where, max(24, width // 2))
    label = paint(f"{finding.severity.label:<8}", SEVERITY_STYLE[finding.severity])
    return f"{label} {paint(where)}  {paint(finding.title)}  {paint(finding.redacted, 'dim')}"


def excerpt_window(finding: Finding, width: int) -> tuple[str, int, int]:
    """The part of the excerpt around the redacted secret, the column it starts in, and its width in columns.

    An excerpt of several lines is shown by the line that holds the redacted view. The last number is 0 where
    that view is not in the excerpt.
    """
    lines = finding.excerpt.splitlines() or [""]
    raw = next((line for line in lines if finding.redacted in line), lines[0])
    before, found, after = raw.partition(finding.redacted)
    if not found or not finding.redacted:
        return clip(visible_line(raw).strip(), width), 0, 0
    before, secret, after = visible_line(before).lstrip(), visible_line(found), visible_line(after).rstrip()
    if len(before) + len(secret) > width:
        before = "..." + before[-max(0, width - len(secret) - 9) :] if width > len(secret) + 9 else "..."
    line = clip(before + secret + after, max(width, len(before) + len(secret)))
    return line, width_of(before), width_of(secret)
