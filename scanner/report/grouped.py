"""Many findings on a terminal: sums by rule, file, author or repository, with the worst of each group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from scanner.model.finding import Finding
from scanner.report.interface import ReportOptions
from scanner.report.plain import clip_middle, named, visible
from scanner.report.terminal import SEVERITY_STYLE, Paint
from scanner.report.words import severities

_KEYS: dict[str, Callable[[Finding], str]] = {
    "rule": lambda finding: finding.rule,
    "path": lambda finding: f"{finding.repository} {named(finding.path, finding.origin.commit)}".strip(),
    "author": lambda finding: finding.origin.author or "(not committed)",
    "repository": lambda finding: finding.repository or "(this repository)",
}
_DEFAULT_GROUPS = 50
_LINES_A_GROUP = 3


def grouped_lines(found: Sequence[Finding], *, paint: Paint, width: int, options: ReportOptions) -> Iterator[str]:
    """A headline a group, the groups with the worst findings first, and a few findings under each.

    ``options.limit`` is the number of groups. With ``-v`` every finding of a group is listed.
    """
    groups: dict[str, list[Finding]] = {}
    key = _KEYS[options.group_by]
    for finding in found:
        groups.setdefault(key(finding), []).append(finding)
    order = sorted(groups, key=lambda name: (-max(f.severity for f in groups[name]), -len(groups[name]), name))
    limit = _DEFAULT_GROUPS if options.limit is None else options.limit or len(order)
    for name in order[:limit]:
        yield from _group(name, groups[name], paint=paint, width=width, options=options)
    if len(order) > limit:
        rest = sum(len(groups[name]) for name in order[limit:])
        yield paint(f"... and {len(order) - limit:,} more groups with {rest:,} secrets; --limit 0 shows all.", "bold")
    yield ""


def _group(name: str, found: Sequence[Finding], *, paint: Paint, width: int, options: ReportOptions) -> Iterator[str]:
    from scanner.report.text import one_line

    worst = max(finding.severity for finding in found)
    counts = ", ".join(f"{count:,} {severity.label}" for severity, count in severities(found).items())
    headline = clip_middle(visible(name), max(30, width - len(counts) - 12))
    count = paint(f"{len(found):>6,}", SEVERITY_STYLE[worst])
    yield f"{count}  {paint(headline, 'bold')}  {paint(f'({counts})', 'dim')}"
    shown = found if options.verbosity > 0 else found[:_LINES_A_GROUP]
    for finding in shown:
        yield f"        {one_line(finding, paint, width)}"
    if len(shown) < len(found):
        yield paint(f"        ... {len(found) - len(shown):,} more", "dim")
