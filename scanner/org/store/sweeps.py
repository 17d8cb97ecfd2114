"""A sweep in the store: what it covers, what is left of it, and its end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from scanner.model.result import Skipped
from scanner.org.store.engine import Store, insert_new, upsert
from scanner.org.store.plain import stored
from scanner.org.store.schema import gaps, occurrences, presences, repositories, sweeps, visits
from scanner.org.values import Job, Member, Repository

PENDING = "pending"
# Repositories asked for in one query: the coordinator holds no more of the work list than this.
_PAGE = 200


class Sweep(NamedTuple):
    """One sweep; ``resumed`` when an earlier process began it."""

    id: int
    resumed: bool


def digest(text: str) -> str:
    """A key of fixed length for a text that may be longer than a database allows."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def begin(store: Store, *, target: str, key: str, rules: str, version: str) -> Sweep:
    """The unfinished sweep of the same targets and filters (``key``) with the same rules, or a new one.

    ``target`` is what people see.
    """

    def change(connection: Connection) -> Sweep:
        same = and_(sweeps.c.target_digest == digest(key), sweeps.c.rules == rules, sweeps.c.finished.is_(None))
        known = connection.execute(select(func.max(sweeps.c.id)).where(same)).scalar()
        if known is not None:
            return Sweep(known, True)
        row = {"target": stored(target), "target_digest": digest(key), "rules": rules, "version": version}
        made = connection.execute(insert(sweeps).values(**row, started=datetime.now(UTC)))
        assert made.inserted_primary_key is not None
        return Sweep(int(made.inserted_primary_key[0]), False)

    return store.write(change)


def register(store: Store, sweep: int, found: Sequence[Repository]) -> None:
    """Put repositories on the sweep's list. One that is on it stays as it is there."""

    def change(connection: Connection) -> None:
        now = datetime.now(UTC)
        rows = {digest(one.url): _row(one, now) for one in found}
        if not rows:
            return
        statement = upsert(connection, repositories)
        new = statement.excluded
        fresh = {name: new[name] for name in ("source", "name", "host", "visibility", "archived", "fork", "pushed")}
        # A family that was learnt by looking is not replaced by "its own".
        connection.execute(statement.on_conflict_do_update(index_elements=["digest"], set_=fresh), list(rows.values()))
        ids = connection.execute(select(repositories.c.id).where(repositories.c.digest.in_(rows))).scalars().all()
        insert_new(connection, visits, [{"sweep": sweep, "repository": one, "state": PENDING} for one in ids])

    store.write(change)


def _row(one: Repository, now: datetime) -> dict[str, object]:
    return {
        "digest": digest(one.url),
        "url": stored(one.url),
        "source": stored(one.source or one.url),
        "name": stored(one.name),
        "local": one.local,
        "family": digest(one.family or one.url),
        "host": stored(one.host),
        "visibility": one.visibility[:32],
        "archived": one.archived,
        "fork": one.fork,
        "pushed": one.pushed[:64],
        "first_seen": now,
    }


def known_urls(store: Store, urls: Iterable[str]) -> set[str]:
    """Those of ``urls`` that an earlier sweep registered."""
    names = {digest(url): url for url in urls}
    query = select(repositories.c.digest).where(repositories.c.digest.in_(names))
    return {names[name] for name in store.read(lambda connection: connection.execute(query).scalars().all())}


def pending(store: Store, sweep: int, *, rules: str) -> Iterator[Job]:
    """What is left of a sweep, a family a job, read page by page in a fixed order."""
    group: list[Member] = []
    family, last = "", ("", 0)
    while True:
        page = _page(store, sweep, last, rules)
        for name, member in page:
            if group and name != family:
                yield Job(tuple(group))
                group = []
            family = name
            group.append(member)
            last = (name, member.id)
        if len(page) < _PAGE:
            break
    if group:
        yield Job(tuple(group))


def _page(store: Store, sweep: int, last: tuple[str, int], rules: str) -> list[tuple[str, Member]]:
    table = repositories.c
    after = or_(table.family > last[0], and_(table.family == last[0], table.id > last[1]))
    query = (
        select(table.id, table.url, table.source, table.local, table.host, table.family, table.rules, table.tips)
        .join(visits, visits.c.repository == table.id)
        .where(visits.c.sweep == sweep, visits.c.state == PENDING, after)
        .order_by(table.family, table.id)
        .limit(_PAGE)
    )

    def ask(connection: Connection) -> list[tuple[str, Member]]:
        rows = connection.execute(query).all()
        known = [row.id for row in rows if row.rules == rules]
        places = _places(connection, known)
        return [
            (
                row.family,
                Member(
                    row.id, row.url, row.source, row.local, row.host,
                    tuple(row.tips.split()) if row.rules == rules else (),
                    tuple(places.get(row.id, ())),
                    # What a host lists, it lists with its origin.
                    kin=bool(row.local or row.host or row.tips) or row.family != digest(row.url),
                ),
            )
            for row in rows
        ]  # fmt: skip

    return store.read(ask)


def _places(connection: Connection, ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Where secrets that were in HEAD stood, by repository."""
    same = and_(
        presences.c.fingerprint == occurrences.c.fingerprint, presences.c.repository == occurrences.c.repository
    )
    query = (
        select(occurrences.c.repository, occurrences.c.fingerprint, occurrences.c.path)
        .join(presences, same)
        .where(presences.c.repository.in_(ids), presences.c.in_head.is_(True))
        .distinct()
        .order_by(occurrences.c.repository, occurrences.c.fingerprint, occurrences.c.path)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in connection.execute(query) if ids else ():
        found.setdefault(row.repository, []).append((row.fingerprint, row.path))
    return found


def target_gaps(store: Store, sweep: int, skipped: Sequence[Skipped]) -> None:
    """What could not even be listed: gaps of no repository, replacing those of an earlier attempt."""

    def change(connection: Connection) -> None:
        connection.execute(gaps.delete().where(gaps.c.sweep == sweep, gaps.c.repository.is_(None)))
        rows = [
            {"sweep": sweep, "what": stored(one.what), "why": stored(one.why), "blocking": one.blocking}
            for one in skipped
        ]
        if rows:
            connection.execute(insert(gaps), rows)

    store.write(change)


def finish(store: Store, sweep: int) -> None:
    """Nothing is left to do."""
    store.write(
        lambda connection: connection.execute(
            update(sweeps).where(sweeps.c.id == sweep, sweeps.c.finished.is_(None)).values(finished=datetime.now(UTC))
        )
    )


def counts(store: Store, sweep: int) -> dict[str, int]:
    """Repositories of a sweep by what became of them."""
    query = select(visits.c.state, func.count()).where(visits.c.sweep == sweep).group_by(visits.c.state)
    return store.read(lambda connection: {row[0]: row[1] for row in connection.execute(query)})


def target_of(store: Store, sweep: int) -> str:
    """What a sweep was asked to scan."""
    return str(
        store.read(lambda connection: connection.execute(select(sweeps.c.target).where(sweeps.c.id == sweep)).scalar())
    )


def notified(store: Store, sweep: int) -> bool:
    """True when somebody was told of this sweep."""
    query = select(sweeps.c.notified).where(sweeps.c.id == sweep)
    return store.read(lambda connection: connection.execute(query).scalar()) is not None


def mark_notified(store: Store, sweep: int) -> None:
    """Remember that somebody was told."""
    change = update(sweeps).where(sweeps.c.id == sweep).values(notified=datetime.now(UTC))
    store.write(lambda connection: connection.execute(change))
