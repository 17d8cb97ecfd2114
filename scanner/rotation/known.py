"""What a finding tells of itself, under the names that guides use for it.

Rules name what stands beside a secret in the provider's own words (``id``, ``account``, ``sid``); a guide asks for
``key_id`` or ``service_account``. Some names contain others: a Google service account its project, an AWS key id the
account's number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from scanner.model.aws import account_of

_SERVICE_ACCOUNT = re.compile(r"[a-z0-9-]+@([a-z0-9.-]+)\.iam\.gserviceaccount\.com")
_AWS_KEY_ID = re.compile(r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}")


def placeholders(guide: str, detail: Mapping[str, str]) -> dict[str, str]:
    """``detail`` with what follows from it for the guide called ``guide``; what is there already stays."""
    found: dict[str, str] = {}
    key_id, account = detail.get("id", ""), detail.get("account", "")
    if key_id:
        found["key_id"] = key_id
        if _AWS_KEY_ID.fullmatch(key_id):
            found["account"] = account_of(key_id.encode())
    google = _SERVICE_ACCOUNT.fullmatch(account)
    if google or account.endswith(".gserviceaccount.com"):
        found["service_account"] = account
    if google:
        found["project"] = google[1]
    if guide == "kubernetes-sa-token":
        # The token says itself which Secret it is stored in.
        found["name"] = detail.get("secret", "")
    return {**{name: value for name, value in found.items() if value}, **detail}
