"""Dates as git writes them."""

from __future__ import annotations

import re
from datetime import date

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def epoch_day(text: str) -> int | None:
    """Days from 1970-01-01 to the day an ISO 8601 date names; None where there is no date or no such day."""
    found = _ISO.match(text)
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:
        return None
