"""What the team sees: questions to the store, answered as findings and plain rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, func, select

from scanner.model.finding import Finding, Occurrence, Origin
from scanner.model.levels import Confidence, Severity
from scanner.model.result import Skipped
from scanner.model.span import Position
from scanner.org.store.engine import Store
from scanner.org.store.schema import gaps, occurrences, presences, repositories, secrets, sweeps, visits

# Fingerprints asked for at once: SQLite takes some thousand values in a query, and rows weigh more than findings.
_CHUNK = 100


class Asked(NamedTuple):
    """Which secrets: ``sweep`` those first seen then, ``states`` (empty: all), gravity, one repository's, one alone.

    ``silenced`` adds what a baseline or an allowlist silences everywhere; ``gone`` what no history holds any more.
    """

    sweep: int | None = None
    states: tuple[str, ...] = ()
    severity: Severity = Severity.INFO
    repository: str = ""
    fingerprint: str = ""
    silenced: bool = False
    gone: bool = False


class SweepRow(NamedTuple):
    """One sweep as ``status`` shows it: repositories by state, secrets first seen in it."""

    id: int
    target: str
    started: datetime
    finished: datetime | None
    states: dict[str, int]
    new: int
    texts: int
    bytes: int


class SecretRow(NamedTuple):
    """One secret with all its repositories."""

    fingerprint: str
    rule: str
    title: str
    severity: Severity
    redacted: str
    state: str
    until: str
    owner: str
    notes: str
    first_seen: datetime
    repositories: tuple[str, ...]
    in_head: int


def last_sweep(store: Store) -> int | None:
    """The newest sweep that ended, or None."""
    query = select(func.max(sweeps.c.id)).where(sweeps.c.finished.is_not(None))
    return store.read(lambda connection: connection.execute(query).scalar())


def sweep_rows(store: Store, *, limit: int = 10) -> list[SweepRow]:
    """The newest sweeps, newest first."""

    def ask(connection: Connection) -> list[SweepRow]:
        made = []
        for row in connection.execute(select(sweeps).order_by(sweeps.c.id.desc()).limit(limit)).all():
            here = visits.c.sweep == row.id
            states = connection.execute(select(visits.c.state, func.count()).where(here).group_by(visits.c.state))
            sums = connection.execute(select(func.sum(visits.c.texts), func.sum(visits.c.bytes)).where(here)).one()
            new = connection.execute(select(func.count()).where(secrets.c.first_sweep == row.id)).scalar_one()
            by_state = {one[0]: one[1] for one in states}
            texts, size = int(sums[0] or 0), int(sums[1] or 0)
            made.append(SweepRow(row.id, row.target, row.started, row.finished, by_state, new, texts, size))
        return made

    return store.read(ask)


def gap_list(store: Store, sweep: int) -> list[Skipped]:
    """What a sweep did not scan, with the repository's name before it."""
    query = (
        select(repositories.c.name, gaps.c.what, gaps.c.why, gaps.c.blocking)
        .join(repositories, repositories.c.id == gaps.c.repository, isouter=True)
        .where(gaps.c.sweep == sweep)
        .order_by(repositories.c.name, gaps.c.id)
    )
    rows = store.read(lambda connection: connection.execute(query).all())
    return [Skipped(_joined(row.name, row.what), row.why, row.blocking) for row in rows]


def _joined(name: str | None, what: str) -> str:
    return what if not name or what == name else f"{name}: {what}"


def secret_rows(store: Store, asked: Asked, *, limit: int = 0) -> list[SecretRow]:
    """Secrets with the repositories that hold them, the gravest and most spread first."""
    findings = select(presences.c.fingerprint, presences.c.in_head, repositories.c.name).join(
        repositories, repositories.c.id == presences.c.repository
    )

    def ask(connection: Connection) -> list[SecretRow]:
        chosen = {row.fingerprint: row for row in connection.execute(_chosen(asked)).all()}
        where: dict[str, list[Any]] = {}
        for names in _chunks(list(chosen)):
            query = findings.where(presences.c.fingerprint.in_(names), presences.c.gone.is_(False))
            for row in connection.execute(query.order_by(repositories.c.name)):
                where.setdefault(row.fingerprint, []).append(row)
        return [_secret_row(row, where.get(name, [])) for name, row in chosen.items()]

    rows = store.read(ask)
    rows.sort(key=lambda row: (-row.severity, -len(row.repositories), row.fingerprint))
    return rows[:limit] if limit else rows


def _secret_row(row: Row[Any], places: Sequence[Any]) -> SecretRow:
    return SecretRow(
        row.fingerprint,
        row.rule,
        row.title,
        Severity(row.severity),
        row.redacted,
        row.state,
        row.accepted_until,
        row.owner,
        row.notes,
        row.first_seen,
        tuple(place.name for place in places),
        sum(1 for place in places if place.in_head),
    )


def _chosen(asked: Asked) -> Select[Any]:
    here = presences.c.fingerprint == secrets.c.fingerprint
    some = select(presences.c.fingerprint).where(here)
    if not asked.gone:
        some = some.where(presences.c.gone.is_(False))
    if not asked.silenced:
        some = some.where(presences.c.status == "new")
    if asked.repository:
        name = asked.repository.lower()
        same = select(repositories.c.id).where(
            (func.lower(repositories.c.name) == name) | (func.lower(repositories.c.url) == name)
        )
        some = some.where(presences.c.repository.in_(same))
    query = select(secrets).where(some.exists(), secrets.c.severity >= int(asked.severity))
    if asked.sweep is not None:
        query = query.where(secrets.c.first_sweep == asked.sweep)
    if asked.states:
        query = query.where(secrets.c.state.in_(asked.states))
    if asked.fingerprint:
        query = query.where(secrets.c.fingerprint == asked.fingerprint)
    return query.order_by(secrets.c.fingerprint)


def _chunks(names: Sequence[str]) -> list[Sequence[str]]:
    return [names[at : at + _CHUNK] for at in range(0, len(names), _CHUNK)]


def findings(store: Store, asked: Asked) -> list[Finding]:
    """One finding a secret, with its places in all repositories; triage decides its status."""

    def ask(connection: Connection) -> list[Finding]:
        chosen = _chosen(asked).with_only_columns(secrets.c.fingerprint)
        made: list[Finding] = []
        # Repositories, paths and titles repeat; each is kept once.
        known: dict[str, str] = {}
        for names in _chunks(connection.execute(chosen).scalars().all()):
            rows = connection.execute(select(secrets).where(secrets.c.fingerprint.in_(names))).all()
            held = _by_fingerprint(connection, _presences(names, asked))
            places = _by_fingerprint(connection, _occurrences(names, asked))
            rows = sorted(rows, key=lambda row: str(row.fingerprint))
            made += [_finding(row, held[row.fingerprint], places.get(row.fingerprint, []), known) for row in rows]
        return made

    return store.read(ask)


def _presences(names: Sequence[str], asked: Asked) -> Select[Any]:
    query = (
        select(presences, repositories.c.url)
        .join(repositories, repositories.c.id == presences.c.repository)
        .where(presences.c.fingerprint.in_(names))
        # The oldest place stands for the finding, whatever order repositories were scanned in.
        .order_by(presences.c.fingerprint, presences.c.date == "", presences.c.date, repositories.c.url)
    )
    return query if asked.gone else query.where(presences.c.gone.is_(False))


def _occurrences(names: Sequence[str], asked: Asked) -> Select[Any]:
    same = (presences.c.fingerprint == occurrences.c.fingerprint) & (presences.c.repository == occurrences.c.repository)
    query = (
        select(occurrences, repositories.c.url)
        .join(repositories, repositories.c.id == occurrences.c.repository)
        .join(presences, same)
        .where(occurrences.c.fingerprint.in_(names))
        .order_by(repositories.c.url, occurrences.c.date, occurrences.c.path, occurrences.c.line, occurrences.c.place)
    )
    return query if asked.gone else query.where(presences.c.gone.is_(False))


def _by_fingerprint(connection: Connection, query: Select[Any]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.fingerprint, []).append(row)
    return found


def _finding(secret: Row[Any], held: Sequence[Row[Any]], places: Sequence[Row[Any]], known: dict[str, str]) -> Finding:
    def once(text: str) -> str:
        return known.setdefault(text, text)

    first = next((row for row in held if row.status == "new"), held[0])
    status, reason = _status(secret, first)
    heads = [row.in_head for row in held if row.in_head is not None]
    return Finding(
        fingerprint=secret.fingerprint,
        rule=once(secret.rule),
        title=once(secret.title),
        severity=Severity(secret.severity),
        confidence=Confidence(secret.confidence),
        path=once(first.path),
        position=Position(first.line, first.column, first.end_line, first.end_column),
        redacted=secret.redacted,
        excerpt=first.excerpt,
        origin=Origin(once(first.commit), once(first.author), once(first.date)),
        in_head=any(heads) if heads else None,
        refs=tuple(json.loads(first.refs)),
        occurrences=tuple(
            Occurrence(once(row.commit), once(row.path), row.line, once(row.url), once(row.date)) for row in places
        ),
        detail=MappingProxyType(json.loads(first.detail)),
        status=status,
        status_reason=reason,
        guide=once(secret.guide),
        repository=once(first.url),
    )


def _status(secret: Row[Any], first: Row[Any]) -> tuple[str, str]:
    owner = f", owner {secret.owner}" if secret.owner else ""
    note = f": {secret.notes}" if secret.notes else ""
    if secret.state == "accepted":
        return "allowed", f"accepted until {secret.accepted_until}{owner}{note}"
    if secret.state == "rotated":
        return "allowed", f"rotated{owner}{note}"
    return first.status, f"{secret.state}{owner}{note}" if secret.state != "open" or owner else first.status_reason
