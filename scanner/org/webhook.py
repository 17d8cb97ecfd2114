"""Telling another system of new findings: redacted JSON, signed, to one address that the user named."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from scanner.model.errors import UnsealedError, UsageError
from scanner.model.finding import Finding

_TIMEOUT = 15
_TRIES = 3
# Findings in one message; the number of all is always said.
_MOST = 50


class WebhookError(UnsealedError):
    """The receiver did not take the message."""


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any, **named: Any) -> None:
        return None


def check(url: str, key: str) -> None:
    """UsageError for an address that is none, or a missing key: an unsigned message proves nothing."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise UsageError("--webhook: write https://host/path")
    if len(key) < 16:
        raise UsageError(
            "--webhook needs UNSEALED_WEBHOOK_KEY in the environment, 16 characters and more, to sign with"
        )


def message(findings: Sequence[Finding], *, target: str, sweep: int) -> bytes:
    """The body: no excerpt, no raw value; the redacted view and the fingerprint tell which secret it is."""
    told = [
        {
            "fingerprint": one.fingerprint,
            "rule": one.rule,
            "title": one.title,
            "severity": one.severity.label,
            "redacted": one.redacted,
            "repositories": sorted({place.repository for place in one.occurrences} or {one.repository}),
            "path": one.path,
            "line": one.position.line,
            "in_head": one.in_head,
        }
        for one in findings[:_MOST]
    ]
    body = {"event": "new-secrets", "target": target, "sweep": sweep, "count": len(findings), "findings": told}
    return json.dumps(body, sort_keys=True).encode("ascii")


def signature(key: str, moment: str, body: bytes) -> str:
    """``sha256=`` and the HMAC of ``moment``, a dot and the body: an old message cannot be sent again."""
    return "sha256=" + hmac.new(key.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def send(url: str, body: bytes, *, key: str) -> None:
    """Deliver ``body``; WebhookError when the receiver does not take it."""
    check(url, key)
    moment = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Unsealed-Timestamp": moment,
        "X-Unsealed-Signature": signature(key, moment, body),
    }
    request = Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - http or https, checked
    reason = ""
    for attempt in range(_TRIES):
        try:
            with build_opener(_NoRedirect).open(request, timeout=_TIMEOUT):
                return
        except HTTPError as error:
            reason = f"answered {error.code}"
        except (URLError, OSError) as error:
            reason = f"cannot be reached ({type(error).__name__})"
        time.sleep(0.2 * 2**attempt)
    raise WebhookError(f"the webhook on {urlsplit(url).hostname} {reason}: nobody was told of the new findings")
