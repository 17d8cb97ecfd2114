"""How many secrets were new, and how many open, from sweep to sweep."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from scanner.org.store.engine import Store
from scanner.org.store.schema import events, secrets, sweeps, visits

_OPEN = ("open", "rotating")


class Point(NamedTuple):
    """One sweep that ended: its day (YYYY-MM-DD), repositories, secrets first seen in it, secrets open at its end."""

    day: str
    repositories: int
    new: int
    open: int


def trend(store: Store, *, limit: int = 30) -> list[Point]:
    """The newest sweeps, the oldest first. A secret is open from its first sweep until it is decided otherwise."""

    def ask(connection: Connection) -> list[Point]:
        query = select(sweeps.c.id, sweeps.c.finished).where(sweeps.c.finished.is_not(None))
        rows = connection.execute(query.order_by(sweeps.c.id.desc()).limit(limit)).all()[::-1]
        new = _count(connection, secrets.c.first_sweep)
        looked = _count(connection, visits.c.sweep)
        decided = connection.execute(
            select(events.c.fingerprint, events.c.moment, events.c.state).order_by(events.c.moment, events.c.id)
        ).all()
        state: dict[str, str] = {}
        made, at = [], 0
        for row in rows:
            while at < len(decided) and decided[at].moment <= row.finished:
                state[decided[at].fingerprint] = decided[at].state
                at += 1
            closed = sum(1 for one in state.values() if one not in _OPEN)
            seen = sum(count for sweep, count in new.items() if sweep <= row.id)
            made.append(Point(f"{row.finished:%Y-%m-%d}", looked.get(row.id, 0), new.get(row.id, 0), seen - closed))
        return made

    return store.read(ask)


def _count(connection: Connection, column: object) -> dict[int, int]:
    query = select(column, func.count()).group_by(column)  # type: ignore[call-overload]
    return {row[0]: row[1] for row in connection.execute(query)}
