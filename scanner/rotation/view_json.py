"""A runbook as JSON. Times without an end are null, with the reason beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from scanner.rotation import words
from scanner.rotation.runbook import Advised, Consumer, Producer, Reader, Runbook, Time


def json_view(books: Sequence[Runbook], *, explain: bool = False) -> str:
    """The first runbook's keys at the top; those of further overlays in the list ``also``."""
    first = runbook_json(books[0], explain=explain)
    first["also"] = [runbook_json(book, explain=explain) for book in books[1:]]
    return json.dumps(first, indent=2, ensure_ascii=True) + "\n"


def runbook_json(book: Runbook, *, explain: bool = False) -> dict[str, object]:
    """One runbook."""
    made: dict[str, object] = {
        "secret": _secret(book),
        "guide": _guide(book.advised),
        "producer": _producer(book.producers[0]) if book.producers else None,
        "producers": [_producer(one) for one in book.producers],
        "copies": [_producer(one) for one in book.copies],
        "consumers": [_consumer(one, explain=explain) for one in book.consumers],
        "readers": [_reader(one) for one in book.readers],
        "overlap_s": book.overlap,
        "overlap_reason": book.overlap_reason or book.overlap_text,
        "best_case_s": book.fastest,
        "steps": [
            {
                "n": step.number,
                "phase": step.phase,
                "text": step.text,
                "cmd": step.command or None,
                "manual": step.manual,
            }
            for step in book.steps
        ],
        "assumptions": list(book.assumptions),
        "unresolved": list(book.unresolved),
    }
    if book.exposure:
        made["exposure"] = {
            "since": book.exposure.since or None,
            "until": book.exposure.until or None,
            "commit": book.exposure.commit or None,
            "author": book.exposure.author or None,
            "in_head": book.exposure.in_head,
            "refs": list(book.exposure.refs),
            "places": list(book.exposure.places),
        }
    if explain:
        made["explain"] = words.explain_lines(book)
    return made


def _secret(book: Runbook) -> dict[str, object] | None:
    leak = book.leak
    if book.guide_only:
        return {"fingerprint": leak.fingerprint} if leak.fingerprint else None
    return {
        "ns": leak.namespace,
        "name": leak.name,
        "key": leak.key,
        "fingerprint": leak.fingerprint,
        "length": leak.length or None,
        "overlay": leak.overlay,
    }


def _guide(advised: Advised) -> dict[str, object]:
    return {
        "id": advised.guide,
        "title": advised.title,
        "summary": advised.summary,
        "why": advised.why,
        "last_used": advised.last_used,
        "blast_radius": advised.blast_radius,
        "traps": list(advised.traps),
        "links": list(advised.links),
        "contain": [{"text": step.text, "cmd": step.command or None} for step in advised.contain],
    }


def _reader(one: Reader) -> dict[str, object]:
    return {
        "subject": one.subject,
        "role": one.role,
        "binding": one.binding,
        "verbs": list(one.verbs),
        "scope": one.scope,
        "file": one.place.file,
        "line": one.place.line,
        "note": one.note,
        "inferred": bool(one.inferred),
    }


def _producer(producer: Producer) -> dict[str, object]:
    return {
        "kind": producer.kind,
        "ns": producer.namespace,
        "name": producer.name,
        "file": producer.place.file,
        "line": producer.place.line,
        "chain": list(producer.chain),
        "inferred": bool(producer.inferred),
    }


def _consumer(one: Consumer, *, explain: bool) -> dict[str, object]:
    made: dict[str, object] = {
        "kind": one.kind,
        "ns": one.namespace,
        "name": one.name,
        "file": one.place.file,
        "line": one.place.line,
        "via": one.via,
        "key": one.key or None,
        "container": one.container or None,
        "secret": one.secret,
        "affected": one.affected,
        "restart": one.restart,
        "automatic_restart": one.automatic or None,
        "hot": one.hot,
        "when": one.when or None,
        "t_min_s": one.least.seconds if one.affected else None,
        "t_max_s": one.most.seconds if one.affected else None,
        "t_reason": one.most.never or None,
        "rollout_s": one.rollout.seconds if one.rollout else None,
        "waves": one.rollout.waves if one.rollout else None,
        "replicas": one.replicas,
        "schedule": one.schedule or None,
        "update": words.update(one),
        "worst_case": words.worst(one),
        "cmd": one.command or None,
        "notes": [*one.notes, *(one.rollout.warnings if one.rollout else ())],
        "inferred": bool(one.inferred),
        "inferred_why": list(one.inferred),
    }
    if explain:
        made["terms"] = _terms(one.most) + (_terms(Time(one.rollout.terms)) if one.rollout else [])
    return made


def _terms(time: Time) -> list[dict[str, object]]:
    return [{"s": term.seconds, "what": term.what, "source": term.source} for term in time.terms]
