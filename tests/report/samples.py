"""Findings for the tests of reports: ordinary ones, and ones from a repository that means harm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO

from scanner.model.finding import Finding, Occurrence, Origin
from scanner.model.levels import Confidence, Severity
from scanner.model.result import ScanResult, ScanSummary, Skipped
from scanner.model.span import Position
from scanner.report import reporter
from scanner.report.interface import ReportOptions

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FIRST = Finding(
    fingerprint="a1" * 16,
    rule="github-pat-classic",
    title="GitHub personal access token",
    severity=Severity.CRITICAL,
    confidence=Confidence.VERIFIED_FORMAT,
    path="deploy/config.yml",
    position=Position(12, 9, 12, 49),
    redacted="ghp_***(40 chars)",
    excerpt='token: "ghp_***(40 chars)"  # for deploys',
    origin=Origin(COMMIT, "Ada <ada@example.org>", "2024-05-01T12:00:00+02:00"),
    in_head=True,
    refs=("refs/heads/main",),
    occurrences=(
        Occurrence(COMMIT, "deploy/config.yml", 12, "", "2024-05-01T12:00:00+02:00"),
        Occurrence("f" * 40, "old/config.yml", 3, "", "2024-06-01T12:00:00+02:00"),
    ),
    guide="github-token",
)
SECOND = replace(
    FIRST,
    fingerprint="b2" * 16,
    rule="kubernetes-secret",
    title="Unsealed Kubernetes Secret",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    path="k8s/db.yaml",
    position=Position(4, 13, 4, 33),
    redacted="***(14 chars)",
    excerpt="  password: ***(14 chars)",
    origin=Origin(),
    in_head=None,
    refs=(),
    occurrences=(Occurrence("", "k8s/db.yaml", 4),),
    detail={"kind": "Secret", "namespace": "prod", "name": "db", "key": "password"},
    guide="database",
)
# What a repository can put into names: the ends of our own formats, terminal commands, formulas, CI commands.
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!--",
    "\x1b]0;owned\x07\x1b[2J",
    "\u202egnp.exe\u2066\u200b",
    "a\nb\r\nc\u2028d",
    '=HYPERLINK("http://evil.example","x")',
    "::error file=x::owned",
    "##vso[task.setvariable variable=a]b",
    "##[add-mask]x",
    "`|` | **bold** [x](javascript:alert(1)) @everyone",
    "]]>&amp;<![CDATA[",
    "caf\udce9.txt",
    "{{verdict}} ${x} %0A%25",
    "x" * 4000,
    "\x00\x7f\x9b31m",
)


def hostile() -> tuple[Finding, ...]:
    """One finding for each hostile name, used wherever a name can be."""
    return tuple(
        replace(
            FIRST,
            fingerprint=f"{number:032x}",
            path=f"dir/{name}",
            title=f"Title {name}",
            excerpt=f"key = {name} ghp_***(40 chars)",
            origin=Origin(COMMIT, name, "2024-05-01T12:00:00+02:00"),
            refs=(f"refs/heads/{name}",),
            occurrences=(Occurrence(COMMIT, f"dir/{name}", 12, name), Occurrence("e" * 40, name, 1, name)),
            detail={name: name},
            repository=name,
            status_reason=name,
        )
        for number, name in enumerate(HOSTILE)
    )


def result(*findings: Finding, skipped: tuple[Skipped, ...] = ()) -> ScanResult:
    """A result with these findings."""
    return ScanResult(findings, ScanSummary("a test", 12, 34_567, 3, 0.5, skipped))


def advice(finding: Finding) -> Mapping[str, object]:
    """Guidance in the shape that rotation gives."""
    steps = ["Make a new one: `tool new --name x`", "Roll it out.", "Revoke the old one.", "Read the audit log."]
    return {"guide": finding.guide, "summary": "Replace it", "steps": steps, "links": ["https://example.org/guide"]}


def describe(rule: str) -> Mapping[str, object]:
    """A rule's own words."""
    return {
        "title": f"Rule {rule}",
        "description": "Opens everything its owner can reach.",
        "severity": "critical",
        "confidence": "high",
        "references": ["https://example.org/rule"],
    }


def options(**changes: object) -> ReportOptions:
    """Options as a command passes them, with a fixed clock."""
    given: dict[str, object] = {
        "setting": "history", "version": "1.2.3", "clock": lambda: 1_750_000_000.0, "advice": advice, "describe": describe,
    }  # fmt: skip
    return ReportOptions(**(given | changes))  # type: ignore[arg-type]


def written(name: str, scan: ScanResult, given: ReportOptions | None = None) -> str:
    """The report called ``name`` as text."""
    out = BytesIO()
    reporter(name).write(scan, out, given or options())
    return out.getvalue().decode("utf-8")
