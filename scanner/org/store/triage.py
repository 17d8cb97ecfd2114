"""What people decide about a secret: open, rotating, rotated, accepted until a day; who owns it; notes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from scanner.model.errors import UsageError
from scanner.org.store.engine import Store
from scanner.org.store.plain import stored
from scanner.org.store.schema import events, secrets

STATES = ("open", "rotating", "rotated", "accepted")
_HEX = re.compile(r"[0-9a-f]{6,64}")


class Decision(NamedTuple):
    """What changes; None leaves a part as it is. ``until`` (YYYY-MM-DD) goes with ``accepted`` alone."""

    state: str | None = None
    owner: str | None = None
    note: str | None = None
    until: str | None = None


def triage(store: Store, prefix: str, decision: Decision, *, who: str) -> str:
    """Apply ``decision`` to the secret whose fingerprint begins with ``prefix``; the whole fingerprint.

    UsageError for a prefix that names none or several, and for a decision that cannot be.
    """
    _check(decision)

    def change(connection: Connection) -> str:
        fingerprint = find(connection, prefix)
        now = datetime.now(UTC)
        values: dict[str, object] = {}
        if decision.state is not None:
            values["state"] = decision.state
            values["accepted_until"] = decision.until or ""
            values["rotated"] = now if decision.state == "rotated" else None
        if decision.owner is not None:
            values["owner"] = stored(decision.owner)
        if decision.note is not None:
            values["notes"] = stored(decision.note)
        connection.execute(update(secrets).where(secrets.c.fingerprint == fingerprint).values(**values))
        state = connection.execute(select(secrets.c.state).where(secrets.c.fingerprint == fingerprint)).scalar_one()
        told = stored(decision.note or "")
        row = {"fingerprint": fingerprint, "moment": now, "state": state, "who": stored(who), "note": told}
        connection.execute(insert(events).values(**row))
        return fingerprint

    return store.write(change)


def _check(decision: Decision) -> None:
    if decision.state is not None and decision.state not in STATES:
        raise UsageError(f"{decision.state!a} is no state: {', '.join(STATES)}")
    if all(part is None for part in decision):
        raise UsageError("nothing to change: give a state, --owner or --note")
    if decision.state == "accepted" and not decision.until:
        raise UsageError("accepted needs --until YYYY-MM-DD: what is accepted for ever is forgotten")
    if decision.until is None:
        return
    if decision.state != "accepted":
        raise UsageError("--until goes with accepted")
    try:
        end = date.fromisoformat(decision.until)
    except ValueError:
        raise UsageError(f"--until {decision.until!a}: that is no day; write YYYY-MM-DD") from None
    if end < datetime.now(UTC).date():
        raise UsageError(f"--until {decision.until}: that day has passed")


def find(connection: Connection, prefix: str) -> str:
    """The one fingerprint that begins with ``prefix``."""
    if not _HEX.fullmatch(prefix):
        raise UsageError(f"{prefix!a} is no fingerprint: at least six hexadecimal digits")
    query = select(secrets.c.fingerprint).where(secrets.c.fingerprint.startswith(prefix)).limit(2)
    found = connection.execute(query).scalars().all()
    if not found:
        raise UsageError(f"there is no secret {prefix} in this store")
    if len(found) > 1:
        raise UsageError(f"{prefix} names several secrets: give more digits")
    return str(found[0])


def reopen_expired(store: Store, *, today: str) -> int:
    """Open what was accepted until a day that has passed; how many."""

    def change(connection: Connection) -> int:
        over = (secrets.c.state == "accepted", secrets.c.accepted_until < today)
        names = connection.execute(select(secrets.c.fingerprint).where(*over)).scalars().all()
        now = datetime.now(UTC)
        for name in names:
            connection.execute(
                update(secrets).where(secrets.c.fingerprint == name).values(state="open", accepted_until="")
            )
            row = {"fingerprint": name, "moment": now, "state": "open", "who": "", "note": "the acceptance has expired"}
            connection.execute(insert(events).values(**row))
        return len(names)

    return store.write(change)


def days_to_rotate(store: Store) -> tuple[int, float | None]:
    """How many secrets were rotated, and the mean days from first seen to that; None without any."""
    query = select(secrets.c.first_seen, secrets.c.rotated).where(
        secrets.c.state == "rotated", secrets.c.rotated.is_not(None)
    )
    rows = store.read(lambda connection: connection.execute(query).all())
    if not rows:
        return 0, None
    seconds = [(row.rotated - row.first_seen).total_seconds() for row in rows]
    return len(rows), sum(seconds) / len(seconds) / 86400


def totals(store: Store) -> dict[str, int]:
    """Secrets by state."""
    query = select(secrets.c.state, func.count()).group_by(secrets.c.state)
    return store.read(lambda connection: {row[0]: row[1] for row in connection.execute(query)})
