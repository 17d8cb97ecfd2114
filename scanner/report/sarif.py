"""SARIF 2.1.0 as GitHub's code scanning reads it best.

Limits are GitHub's: 25,000 results a run, 10 MB compressed, 1,000 locations a result. The worst findings come
first, and what no longer fits is counted in a notification of the run.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO
from urllib.parse import quote

from scanner.model.finding import Finding, Occurrence
from scanner.model.levels import Confidence
from scanner.model.plural import plural
from scanner.model.result import ScanResult
from scanner.report.interface import ReportOptions
from scanner.report.jsons import encode
from scanner.report.links import web_address
from scanner.report.plain import portable, visible
from scanner.report.sarifrules import LEVELS, rule_record
from scanner.report.words import worst_first

_MOST_RESULTS = 25_000
# Below GitHub's 10 MB (10 * 2**20 or 10 * 10**6: the documentation does not say), with room for the end of the file.
_MOST_COMPRESSED = 9_500_000
_MOST_RELATED = 100
_MOST_NOTES = 1000
_BASELINE_STATES = {"unchanged": "unchanged", "baseline": "unchanged", "allowed": "unchanged", "gone": "absent"}
_ROOT = "%SRCROOT%"


class SarifReporter:
    """One run with one result a secret."""

    name = "sarif"

    def write(self, result: ScanResult, out: BinaryIO, options: ReportOptions) -> None:
        """Writes ASCII JSON, one result a line."""
        findings = worst_first(finding for finding in result.findings if finding.status != "dropped")
        rules: dict[str, Finding] = {}
        for finding in findings:
            rules.setdefault(finding.rule, finding)
        writer = _Limited(out)
        writer.write(_head(rules, findings, options))
        writer.write(b'"results": [')
        written = 0
        for line in _results(findings, {rule: index for index, rule in enumerate(rules)}, options):
            if not writer.write(line, optional=True):
                break
            written += 1
        writer.write(b"],\n" + _tail(result, left_out=len(findings) - written, options=options) + b"}]}\n")


class _Limited:
    """Writes through, and says when optional output would make the file too large for GitHub."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        # The fastest level: its estimate errs on the safe side, and it costs least.
        self._packer = zlib.compressobj(1)
        self._packed = 0

    def write(self, data: bytes, *, optional: bool = False) -> bool:
        """False, with nothing written, when ``data`` is optional and the limit is reached."""
        if optional and self._packed >= _MOST_COMPRESSED:
            return False
        self._packed += len(self._packer.compress(data))
        self._out.write(data)
        return True


def _head(rules: Mapping[str, Finding], findings: list[Finding], options: ReportOptions) -> bytes:
    driver: dict[str, object] = {"name": "unsealed", "version": options.version or "0"}
    driver["rules"] = [rule_record(rule, finding, options) for rule, finding in rules.items()]
    bases: dict[str, object] = {_ROOT: {"description": {"text": "The root of the repository that was scanned."}}}
    for name in _repositories(findings):
        base = web_address(name)
        bases[name] = {"uri": f"{base}/"} if base else {"description": {"text": portable(name)}}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "automationDetails": {"id": f"unsealed/{options.setting or 'report'}/"},
        "originalUriBaseIds": bases,
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return f'{{"$schema": "{schema}",\n"version": "2.1.0",\n"runs": [{encode(run)[:-1]},\n'.encode("ascii")


def _repositories(findings: Iterable[Finding]) -> list[str]:
    return list(dict.fromkeys(finding.repository for finding in findings if finding.repository))


def _tail(result: ScanResult, *, left_out: int, options: ReportOptions) -> bytes:
    skipped = result.summary.skipped
    notes = [
        _notification("error" if one.blocking else "note", f"Not scanned: {visible(one.what)}: {visible(one.why)}")
        for one in skipped[:_MOST_NOTES]
    ]
    if len(skipped) > _MOST_NOTES:
        notes.append(_notification("error", f"{len(skipped) - _MOST_NOTES:,} more were not scanned."))
    if left_out:
        text = f"{plural(left_out, 'result')} of lower severity left out: the code host's limits are reached."
        notes.append(_notification("warning", text))
    # Who silenced how much: whoever reads nothing but this file has to see it.
    notes += [_notification("note", visible(note)) for note in result.summary.notes[:_MOST_NOTES]]
    invocation: dict[str, object] = {"executionSuccessful": not any(one.blocking for one in skipped)}
    if notes:
        invocation["toolExecutionNotifications"] = notes
    tail: dict[str, object] = {"invocations": [invocation]}
    pages = {_ROOT: web_address(options.remote)} | {name: web_address(name) for name in _repositories(result.findings)}
    known = [{"repositoryUri": page, "mappedTo": {"uriBaseId": name}} for name, page in pages.items() if page]
    if known:
        tail["versionControlProvenance"] = known
    return encode(tail)[1:-1].encode("ascii")


def _notification(level: str, text: str) -> dict[str, object]:
    return {"level": level, "message": {"text": text}}


def _results(findings: list[Finding], rules: Mapping[str, int], options: ReportOptions) -> Iterator[bytes]:
    compared = any(finding.status != "new" for finding in findings)
    seen: dict[str, int] = {}
    separator = "\n"
    for finding in findings[:_MOST_RESULTS]:
        seen[finding.fingerprint] = seen.get(finding.fingerprint, 0) + 1
        record = _result(finding, rules[finding.rule], times=seen[finding.fingerprint], options=options)
        if compared:
            record["baselineState"] = _BASELINE_STATES.get(finding.status, "new")
        yield (separator + encode(record)).encode("ascii")
        separator = ",\n"


def _result(finding: Finding, rule_index: int, *, times: int, options: ReportOptions) -> dict[str, object]:
    record: dict[str, object] = {
        "ruleId": visible(finding.rule),
        "ruleIndex": rule_index,
        "level": LEVELS[finding.severity],
        "message": {"text": _message(finding, options)},
        "locations": [_location(finding)],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{finding.fingerprint[:16]}:{times}",
            "unsealedSecret/v1": finding.fingerprint,
        },
        "properties": {
            "severity": finding.severity.label,
            "redacted": visible(finding.redacted),
            "confidence": finding.confidence.label,
            "precision": precision(finding.confidence),
            **({"detail": {portable(k): portable(v) for k, v in finding.detail.items()}} if finding.detail else {}),
            **({"inHead": finding.in_head} if finding.in_head is not None else {}),
        },
    }
    related = _related(finding)
    if related:
        record["relatedLocations"] = related
    if finding.status in ("baseline", "allowed"):
        inline = finding.status == "allowed" and finding.status_reason.startswith("comment")
        kind = "inSource" if inline else "external"
        reason = visible(finding.status_reason) or finding.status
        record["suppressions"] = [{"kind": kind, "justification": reason}]
    return record


def _message(finding: Finding, options: ReportOptions) -> str:
    parts = [f"{visible(finding.title)}: {visible(finding.redacted)}."]
    if options.show_secrets and finding.secret is not None:
        parts.append(f"Value: {visible(finding.secret)}.")
    if finding.detail:
        parts.append("; ".join(f"{visible(key)} {visible(value)}" for key, value in finding.detail.items()) + ".")
    if finding.origin.commit:
        by = f" by {visible(finding.origin.author)}" if finding.origin.author else ""
        parts.append(f"First in commit {finding.origin.commit[:12]}{by}.")
    if finding.in_head is not None:
        parts.append("It is still in HEAD." if finding.in_head else "It is no longer in HEAD, but in the history.")
    if len(finding.occurrences) > 1:
        parts.append(f"It is in {plural(len(finding.occurrences), 'place')}.")
    # Brackets would be read as links to related locations.
    return " ".join(parts).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _location(finding: Finding) -> dict[str, object]:
    position = finding.position
    region: dict[str, object] = {"startLine": max(1, position.line), "startColumn": max(1, position.column)}
    region["endLine"] = max(1, position.line, position.end_line)
    region["endColumn"] = max(1, position.end_column)
    if finding.excerpt:
        region["snippet"] = {"text": portable(finding.excerpt)}
    artifact = _artifact(finding.path, finding.repository, finding.origin.commit)
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _related(finding: Finding) -> list[dict[str, object]]:
    first = (finding.path, finding.position.line, finding.repository)
    places: dict[tuple[str, int, str], Occurrence] = {}
    for place in finding.occurrences:
        key = (place.path, place.line, place.repository)
        if key != first:
            places.setdefault(key, place)
    return [
        {
            "id": number,
            "message": {"text": f"Also here, in commit {place.commit[:12]}" if place.commit else "Also here"},
            "physicalLocation": {
                "artifactLocation": _artifact(place.path, place.repository, place.commit),
                "region": {"startLine": max(1, place.line)},
            },
        }
        for number, place in enumerate(list(places.values())[:_MOST_RELATED], 1)
    ]


def _artifact(path: str, repository: str, commit: str) -> dict[str, object]:
    # A commit message or standard input has no path; the code host still wants one.
    where = path or (f"commit/{commit}" if commit else "input")
    return {"uri": quote(where.encode("utf-8", "surrogateescape")), "uriBaseId": repository or _ROOT}


def precision(confidence: Confidence) -> str:
    """GitHub's word for how sure a finding is."""
    return "very-high" if confidence is Confidence.VERIFIED_FORMAT else confidence.label
