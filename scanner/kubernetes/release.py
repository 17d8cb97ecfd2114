"""What Helm 3 keeps of a release: values, chart and rendered manifests, twice base64 and once gzip."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from scanner.kubernetes import values
from scanner.kubernetes.case import Case
from scanner.kubernetes.entries import Entry, recognised
from scanner.kubernetes.findings import ADVICE
from scanner.model.levels import Severity
from scanner.model.match import Match
from scanner.model.text import Text


def handle(case: Case, entry: Entry, *, detail: Mapping[str, str]) -> bool:
    """Reports the gravest credential in the release; ``also`` names the rules of the others."""
    content = unpacked(entry.value)
    if content is None:
        return False
    found: dict[tuple[str, bytes], Match] = {}
    for text in _texts(content):
        for match in case.out.inspect(text):
            if not match.reason and match.specific > ADVICE:
                found.setdefault((match.rule, match.secret.reveal()), match)
    if not found:
        return True
    ranked = sorted(found.values(), key=lambda match: (-match.severity, not recognised(match), -match.specific))
    best = ranked[0]
    also = sorted({match.rule for match in ranked[1:]} - {best.rule})
    told = {**detail, "encoded": "helm release", "secrets": str(len(ranked)), "also": " ".join(also)}
    if recognised(best):
        case.out.inner(best, entry.span, severity=best.severity, detail=told)
    else:
        severity = max(best.severity, Severity.HIGH)
        case.out.leak("helm-release-value", entry.span, best.secret.reveal(), severity=severity, detail=told)
    return True


def unpacked(value: bytes) -> dict[str, object] | None:
    """The release as JSON; None for anything else."""
    for _ in range(3):
        inflated, _ = values.inflated(value)
        if inflated is not value:
            value = inflated
            break
        decoded = values.decoded(value.decode("latin-1"))
        if decoded is None:
            break
        value = decoded
    try:
        content = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _texts(content: Mapping[str, object]) -> Iterator[Text]:
    manifest = content.get("manifest")
    if isinstance(manifest, str):
        yield Text.named(manifest.encode("utf-8", "replace"), "manifest.yaml")
    chart = content.get("chart")
    for part in (content.get("config"), chart.get("values") if isinstance(chart, dict) else None):
        if isinstance(part, dict) and part:
            yield Text.named(json.dumps(part, indent=1).encode(), "values.json")
    hooks = content.get("hooks")
    written = [hook.get("manifest") for hook in (hooks if isinstance(hooks, list) else ()) if isinstance(hook, dict)]
    if made := [hook for hook in written if isinstance(hook, str) and hook.strip()]:
        # In one text: to look at each by itself takes milliseconds, and a chart may have hundreds.
        yield Text.named("\n---\n".join(made).encode("utf-8", "replace"), "hooks.yaml")
