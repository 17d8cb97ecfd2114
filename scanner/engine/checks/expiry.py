"""Signed links that end by themselves: Azure shared access signatures, S3 and Cloud Storage signed URLs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import unquote

from scanner.engine.checks.verdict import NEUTRAL, CheckContext, Outcome, Verdict
from scanner.model.levels import Severity

_END = re.compile(r"(?:^|[?&;])se=([^&]+)")
_SIGNED = re.compile(r"X-(?:Amz|Goog)-Date=(\d{8}T\d{6}Z)", re.IGNORECASE)
_SECONDS = re.compile(r"X-(?:Amz|Goog)-Expires=(\d{1,7})(?!\d)", re.IGNORECASE)
_BRIEF = 900
_UNIX = re.compile(r"(?:^|[?&])(?:se|Expires)=(\d{9,11})(?!\d)")


def expiry(link: str) -> float | None:
    """When the signed ``link`` or query ends, in seconds since the epoch; None when it does not say."""
    text = unquote(link.replace("&amp;", "&").replace("\\u0026", "&"))
    signed, seconds = _SIGNED.search(text), _SECONDS.search(text)
    if signed and seconds:
        start = _moment(signed.group(1), "%Y%m%dT%H%M%SZ")
        return start + int(seconds.group(1)) if start is not None else None
    plain = _UNIX.search(text)
    if plain:
        return float(plain.group(1))
    ends = _END.search(text)
    if not ends:
        return None
    for form in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ", "%Y-%m-%d"):
        moment = _moment(ends.group(1)[:20], form)
        if moment is not None:
            return moment
    return None


def _moment(text: str, form: str) -> float | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def day(moment: float) -> str:
    """The date of ``moment`` as ISO 8601 in UTC; empty for what no calendar holds."""
    try:
        return datetime.fromtimestamp(moment, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def check_expiry(secret: bytes, context: CheckContext) -> Verdict:
    """Past its end a link opens nothing: reported as low, and as info when it was good for minutes. Adds the date."""
    link = secret.decode("latin-1")
    ends = expiry(link)
    if ends is None:
        return NEUTRAL
    detail = {"expires": day(ends)}
    if ends < context.now:
        lasted = _SECONDS.search(link)
        brief = lasted is not None and int(lasted.group(1)) <= _BRIEF
        return Verdict(Outcome.NEUTRAL, severity=Severity.INFO if brief else Severity.LOW, detail=detail)
    return Verdict(Outcome.NEUTRAL, detail=detail)
