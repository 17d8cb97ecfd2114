"""Writing down what became of repositories: all of it in one transaction, and never twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, insert, or_, update

from scanner.model.finding import Finding, Occurrence
from scanner.org.store.engine import Store, insert_new, upsert
from scanner.org.store.plain import stored
from scanner.org.store.schema import gaps, occurrences, presences, repositories, secrets, visits
from scanner.org.store.sweeps import PENDING, digest
from scanner.org.values import FAILED, LEARNT, SCANNED, UNCHANGED, Outcome

# Places kept of one secret in one repository; a value that thousands of versions hold is not told better by more.
MOST_PLACES = 1000
_REPLACED = (
    "path", "line", "column", "end_line", "end_column", "excerpt", "commit", "author", "date", "in_head", "refs",
    "detail", "status", "status_reason", "gone",
)  # fmt: skip


def record(store: Store, sweep: int, outcomes: Sequence[Outcome], *, rules: str) -> int:
    """Write the outcomes of a batch. One that an earlier process wrote is left alone. How many were new."""
    return store.write(lambda connection: sum(_one(connection, sweep, outcome, rules) for outcome in outcomes))


def _one(connection: Connection, sweep: int, outcome: Outcome, rules: str) -> bool:
    if outcome.state == LEARNT:
        known = repositories.c.family != digest(outcome.family)
        here = update(repositories).where(repositories.c.id == outcome.repository, known)
        return bool(connection.execute(here.values(family=digest(outcome.family))).rowcount)
    place = (visits.c.sweep == sweep, visits.c.repository == outcome.repository)
    done = connection.execute(
        update(visits)
        .where(*place, visits.c.state == PENDING)
        .values(state=outcome.state, texts=outcome.texts, bytes=outcome.bytes, seconds=outcome.seconds)
    )
    if not done.rowcount:
        return False
    _record_gaps(connection, sweep, outcome)
    if outcome.state in (FAILED, UNCHANGED):
        return True
    _record_secrets(connection, sweep, outcome)
    _record_presences(connection, sweep, outcome)
    _record_occurrences(connection, outcome)
    values: dict[str, object] = {"family": digest(outcome.family)} if outcome.family else {}
    if outcome.state == SCANNED:
        # Only then: what was incomplete is looked at again as a whole.
        values |= {"tips": "\n".join(outcome.tips), "rules": rules}
    if values:
        connection.execute(update(repositories).where(repositories.c.id == outcome.repository).values(**values))
    return True


def _record_gaps(connection: Connection, sweep: int, outcome: Outcome) -> None:
    rows = [
        {
            "sweep": sweep,
            "repository": outcome.repository,
            "what": stored(one.what),
            "why": stored(one.why),
            "blocking": one.blocking,
        }
        for one in outcome.skipped
    ]
    if rows:
        connection.execute(insert(gaps), rows)


def _record_secrets(connection: Connection, sweep: int, outcome: Outcome) -> None:
    rows = {finding.fingerprint: _secret(finding, sweep) for finding in outcome.findings}
    if not rows:
        return
    statement = upsert(connection, secrets)
    new = statement.excluded
    higher = {
        name: case((new[name] > secrets.c[name], new[name]), else_=secrets.c[name])
        for name in ("severity", "confidence")
    }
    # In a fixed order: two coordinators that meet here do not wait for each other in a circle.
    ordered = [rows[name] for name in sorted(rows)]
    connection.execute(statement.on_conflict_do_update(index_elements=["fingerprint"], set_=higher), ordered)


def _secret(finding: Finding, sweep: int) -> dict[str, object]:
    return {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule[:200],
        "title": stored(finding.title),
        "severity": int(finding.severity),
        "confidence": int(finding.confidence),
        "redacted": stored(finding.redacted),
        "guide": finding.guide[:200],
        "first_sweep": sweep,
        "first_seen": datetime.now(UTC),
        "state": "open",
    }


def _record_presences(connection: Connection, sweep: int, outcome: Outcome) -> None:
    rows = {one.fingerprint: _presence(one, sweep, outcome.repository) for one in _open_last(outcome.findings)}
    here = presences.c.repository == outcome.repository
    if outcome.full:
        connection.execute(update(presences).where(here).values(gone=True, in_head=False))
    elif outcome.gone:
        left = (here, presences.c.fingerprint.in_(outcome.gone))
        connection.execute(update(presences).where(*left).values(in_head=False))
    if not rows:
        return
    statement = upsert(connection, presences)
    new = statement.excluded
    if outcome.full:
        changed: dict[str, ColumnElement[Any]] = {name: new[name] for name in _REPLACED}
    else:
        open_again = or_(new.status == "new", presences.c.status == "new")
        changed = {
            "in_head": case((new.in_head.is_(True), True), else_=presences.c.in_head),
            "status": case((open_again, "new"), else_=presences.c.status),
            "gone": new.gone,
        }
    keys = ["fingerprint", "repository"]
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), list(rows.values()))


def _open_last(findings: Sequence[Finding]) -> list[Finding]:
    """A secret that is silenced at some places and open at others counts as open: the later entry wins."""
    return sorted(findings, key=lambda finding: finding.status == "new")


def _presence(finding: Finding, sweep: int, repository: int) -> dict[str, object]:
    position, origin = finding.position, finding.origin
    return {
        "fingerprint": finding.fingerprint,
        "repository": repository,
        "first_sweep": sweep,
        "path": stored(finding.path),
        "line": position.line,
        "column": position.column,
        "end_line": position.end_line,
        "end_column": position.end_column,
        "excerpt": stored(finding.excerpt),
        "commit": origin.commit,
        "author": stored(origin.author),
        "date": origin.date,
        "in_head": finding.in_head,
        "refs": json.dumps([stored(ref) for ref in finding.refs]),
        "detail": json.dumps({stored(key): stored(value) for key, value in finding.detail.items()}),
        "status": finding.status,
        "status_reason": stored(finding.status_reason),
        "gone": False,
    }


def _record_occurrences(connection: Connection, outcome: Outcome) -> None:
    if outcome.full:
        connection.execute(occurrences.delete().where(occurrences.c.repository == outcome.repository))
    for finding in outcome.findings:
        rows = {}
        for place in finding.occurrences[:MOST_PLACES]:
            row = _occurrence(finding.fingerprint, outcome.repository, place)
            rows[row["place"]] = row
        insert_new(connection, occurrences, list(rows.values()))


def _occurrence(fingerprint: str, repository: int, place: Occurrence) -> dict[str, object]:
    path = stored(place.path)
    name = f"{place.commit}\0{path}\0{place.line}".encode()
    return {
        "fingerprint": fingerprint,
        "repository": repository,
        "place": hashlib.sha256(name).hexdigest()[:32],
        "commit": place.commit,
        "path": path,
        "line": place.line,
        "date": place.date,
    }
