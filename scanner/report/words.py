"""Words and numbers that several formats share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from scanner.model.finding import Finding
from scanner.model.levels import Severity
from scanner.model.plural import plural
from scanner.model.result import ScanSummary
from scanner.report.interface import Advice, ReportOptions

NO_ADVICE = Advice(guide="", summary="", steps=(), links=())


def size(count: int) -> str:
    """Bytes as people say them: ``512 B``, ``1.4 MB`` (powers of 1000)."""
    if count < 1000:
        return f"{count} B"
    value = float(count)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            break
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"


def duration(seconds: float) -> str:
    """``0.04 s``, ``12 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def severities(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many findings of each severity there are, the worst first; severities with none are left out."""
    counted = Counter(finding.severity for finding in findings)
    return {severity: counted[severity] for severity in sorted(counted, reverse=True)}


def tally(findings: Sequence[Finding]) -> str:
    """``3 secrets (1 critical, 2 high)``."""
    parts = ", ".join(f"{count:,} {severity.label}" for severity, count in severities(findings).items())
    return plural(len(findings), "secret") + (f" ({parts})" if parts else "")


def open_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that someone has to act on: not in the baseline, not allowed, not gone since an earlier report."""
    return tuple(finding for finding in findings if finding.status in ("new", "unchanged"))


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """By severity, then confidence, both falling; the scan's own order within."""
    return sorted(findings, key=lambda finding: (-finding.severity, -finding.confidence))


def scanned(summary: ScanSummary) -> str:
    """What was looked at and how long it took: ``12 texts, 34.5 kB in 0.04 s``; empty where that is not known."""
    if not (summary.texts or summary.commits or summary.bytes or summary.seconds):
        return ""
    parts = [plural(summary.commits, "commit")] if summary.commits else []
    parts.append(plural(summary.texts, "text"))
    parts.append(size(summary.bytes))
    return f"{', '.join(parts)} in {duration(summary.seconds)}"


def advice_for(finding: Finding, options: ReportOptions) -> Advice:
    """The rotation guidance for ``finding``; empty where there is none."""
    given = options.advice(finding) if options.advice else None
    if not given:
        return NO_ADVICE
    return Advice(
        guide=str(given.get("guide", "")),
        summary=str(given.get("summary", "")),
        steps=_strings(given, "steps"),
        links=_strings(given, "links"),
    )


def rule_text(rule: str, options: ReportOptions) -> Mapping[str, object]:
    """What is known of a rule beside its findings; empty for rules of other tools."""
    return (options.describe(rule) if options.describe else None) or {}


def _strings(given: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = given.get(key) or ()
    return tuple(str(item) for item in value) if isinstance(value, Sequence) and not isinstance(value, str) else ()
